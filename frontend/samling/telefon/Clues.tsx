import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { CLUES, marks } from "../../svar/lib/identifying.ts";
import { fetchPhrases, phrases } from "../../svar/lib/phrases.ts";
import { Icon } from "../../svar/parts/Icon.tsx";
import "../../svar/parts/Clues.css";
import { t } from "../lib/words.ts";

const PAUSE_MS = 600;

/** Tells the writer, when the thumb rests, what in a text may point at somebody. It stays on the phone. */
export function Clues({ text }: { text: string }) {
  const settled = useSignal("");
  useEffect(() => void fetchPhrases(), []);
  useEffect(() => {
    const timer = setTimeout(() => (settled.value = text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, phrases()]);

  const said = settled.value;
  const found = marks(said);
  const groups = CLUES.map((clue) => {
    const parts = found.filter((mark) => mark.clue === clue);
    return [clue, [...new Set(parts.map(({ start, end }) => said.slice(start, end)))]] as const;
  }).filter(([, words]) => words.length > 0);

  return (
    <div role="status">
      {groups.length > 0 && (
        <div class="clue appear" data-testid="clue">
          <Icon name="notice" />
          <div>
            <p class="title">{t("clue.title")}</p>
            {groups.map(([clue, words]) => (
              <p key={clue}>{t(`clue.${clue}`, { words: words.join(", ") })}</p>
            ))}
            <p class="why">{t("clue.why")}</p>
          </div>
        </div>
      )}
    </div>
  );
}
