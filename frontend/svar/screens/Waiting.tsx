import type { Round } from "../lib/api.ts";
import type { Draft } from "../lib/draft.ts";
import { t } from "../lib/i18n.ts";
import { arrive, open } from "../lib/place.ts";
import { queue } from "../lib/queue.ts";
import { Receipt } from "../parts/Receipt.tsx";
import { Street } from "../parts/Street.tsx";
import { Waits } from "../parts/Waits.tsx";

/** The answer is finished and waits on this device until the server has it. */
export function Waiting({ round, draft }: { round: Round; draft: Draft }) {
  // Deleted, or sent by another tab.
  const gone = queue.waits.every(({ id }) => id !== draft.waiting);

  return (
    <>
      <Street lit={0.8} />
      <div class="stack appear">
        <h1 tabindex={-1} ref={arrive}>
          {t(gone ? "waiting.gone" : "waiting.title")}
        </h1>
        <p>{t(gone ? "waiting.gone.text" : "waiting.text")}</p>
        <Waits />
        <Receipt code={round.code} words={draft.receipt} />
        <button class="button second wide" type="button" onClick={() => open("/")}>
          {t("sent.done")}
        </button>
      </div>
    </>
  );
}
