import { isMessageKey, t } from "../lib/i18n.ts";
import { pieces, type Proposed } from "../lib/proposals.ts";
import "./Redacted.css";

const PLACEHOLDER = /^\[(\S+?)(?: (.+))?\]$/;

/** A de-identified story, in which what was taken out stands as words. */
export function Redacted({ story }: { story: Proposed }) {
  return (
    <span class="redacted">
      {pieces(story).map((piece, index) =>
        index % 2 === 0 ? (
          piece
        ) : (
          <mark>
            <span class="sr-only">{t("gone")} </span>
            {gone(piece)}
          </mark>
        ),
      )}
    </span>
  );
}

/** "[NAVN]" in the reader's language; of an age, the band stays. */
function gone(placeholder: string): string {
  const [, word = "", band] = PLACEHOLDER.exec(placeholder) ?? [];
  const key = `gone.${word}`;
  const name = isMessageKey(key) ? t(key) : placeholder;
  return band === undefined ? name : `${name} ${band.replace("-", "–")}`;
}
