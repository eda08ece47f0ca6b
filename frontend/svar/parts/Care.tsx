import type { Helpline } from "../lib/api.ts";
import { t } from "../lib/i18n.ts";
import { Lines } from "./Lines.tsx";
import "./Care.css";

type Props = { helplines: Helpline[]; onHelp: () => void; onClose: () => void };

const SHOWN = 3;

/** The help card, where words suggest that somebody may be in danger. It asks for nothing. */
export function Care({ helplines, onHelp, onClose }: Props) {
  return (
    <section class="care card stack appear" data-testid="care" aria-labelledby="care">
      <h2 id="care">{t("care.title")}</h2>
      <p>{t("care.text")}</p>
      <Lines helplines={helplines.slice(0, SHOWN)} brief />
      <p>{t("care.alone")}</p>
      <div class="actions">
        <button class="button second" type="button" onClick={onClose}>
          {t("care.close")}
        </button>
        {helplines.length > SHOWN && (
          <button class="button third" type="button" aria-haspopup="dialog" onClick={onHelp}>
            {t("help.more")}
          </button>
        )}
      </div>
    </section>
  );
}
