import { Street } from "../../svar/parts/Street.tsx";
import type { State } from "../lib/state.ts";
import { day, t } from "../lib/words.ts";
import { Trouble } from "../parts/Trouble.tsx";
import type { Phone } from "./phone.ts";

/** The way in: what is written here is shown to the room, and that is all there is to agree to. */
export function Join({ phone, state }: { phone: Phone; state: State }) {
  return (
    <>
      <Street lit={Math.min(0.9, 0.2 + state.phones / 40)} />
      <div class="stack">
        <div lang={state.language}>
          {state.organisation !== "" && <p class="kicker">{state.organisation}</p>}
          <h1>{state.title}</h1>
        </div>
        <p class="shown">{t("join.shown")}</p>
        {phone.problem !== null && <Trouble problem={phone.problem} />}
        <button
          class="button wide"
          type="button"
          data-testid="join"
          aria-disabled={phone.joining}
          onClick={() => void phone.join()}
        >
          {t("join.button")}
        </button>
        {phone.problem !== null && (
          <button class="button second wide" type="button" onClick={() => (phone.watching = true)}>
            {t("join.watch")}
          </button>
        )}
        <p class="quiet">{t("join.kept", { date: day(state.deletes) })}</p>
      </div>
    </>
  );
}
