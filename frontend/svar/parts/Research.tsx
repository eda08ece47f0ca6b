import { useId } from "preact/hooks";
import type { Round } from "../lib/api.ts";
import type { Draft } from "../lib/draft.ts";
import { say, t } from "../lib/i18n.ts";
import "./Keep.css";

type Props = { draft: Draft; round: Round };

/** Asks whether researchers may read what was told. Nobody needs to say anything. */
export function Research({ draft, round }: Props) {
  const id = useId();
  return (
    <div class="keep" data-testid="research">
      <label>
        <input
          type="checkbox"
          checked={draft.research}
          disabled={draft.locked || draft.sending}
          aria-describedby={id}
          onChange={({ currentTarget }) => (draft.research = currentTarget.checked)}
        />
        {t("research.label")}
      </label>
      <div id={id} class="stack">
        <p class="quiet">{say(round.research?.who ?? {})}</p>
        <p class="quiet">{t("research.hint")}</p>
      </div>
    </div>
  );
}
