import type { Helpline } from "../lib/api.ts";
import { shared } from "../lib/device.ts";
import type { Draft } from "../lib/draft.ts";
import { t } from "../lib/i18n.ts";
import { arrive, open } from "../lib/place.ts";
import { Icon } from "../parts/Icon.tsx";
import { Lines } from "../parts/Lines.tsx";

type Props = { draft: Draft; helplines: Helpline[]; onBack: () => void };

/** Stops somebody under 13, kindly; no part of it tells the server. */
export function Under13({ draft, helplines, onBack }: Props) {
  const done = draft.stopped;

  return (
    <div key={String(done)} class="stack appear">
      <h1 tabindex={-1} ref={arrive}>
        {t(done ? "under13.deleted" : "under13.title")}
      </h1>
      <p>{t(done ? "under13.deleted.text" : "under13.text")}</p>
      {!done && (
        <div class="stack">
          <button
            class="button wide"
            type="button"
            data-testid="forget"
            onClick={() => draft.stop()}
          >
            {t("under13.delete")}
          </button>
          <button class="button third wide" type="button" data-testid="slip" onClick={onBack}>
            <Icon name="back" />
            {t("under13.slip")}
          </button>
        </div>
      )}
      <section class="stack" aria-labelledby="talk">
        <h2 id="talk">{t("under13.talk")}</h2>
        <p>{t("under13.talk.text")}</p>
        <Lines helplines={helplines} />
      </section>
      {done && !shared && (
        <button class="button second wide" type="button" onClick={() => open("/")}>
          {t("sent.done")}
        </button>
      )}
    </div>
  );
}
