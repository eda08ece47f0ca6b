import { t } from "../lib/i18n.ts";
import { CLUES, type Mark } from "../lib/identifying.ts";
import { Icon } from "./Icon.tsx";
import "./Clues.css";

/** Says in words what is marked in a text, and why it matters. */
export function Clues({ text, marks }: { text: string; marks: Mark[] }) {
  const words = CLUES.map((clue) => {
    const parts = marks.filter((mark) => mark.clue === clue);
    return [clue, [...new Set(parts.map(({ start, end }) => text.slice(start, end)))]] as const;
  });
  return (
    <div role="status">
      {marks.length > 0 && (
        <div class="clue appear" data-testid="clue">
          <Icon name="notice" />
          <div>
            <p class="title">{t("clue.title")}</p>
            {words.map(
              ([clue, found]) =>
                found.length > 0 && (
                  <p key={clue}>{t(`clue.${clue}`, { words: found.join(", ") })}</p>
                ),
            )}
            <p class="why">{t("clue.why")}</p>
          </div>
        </div>
      )}
    </div>
  );
}
