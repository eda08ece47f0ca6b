import { LANGUAGES } from "../../svar/lib/languages.ts";
import { OFFERED, language, speak, t, type Catalogue } from "../lib/words.ts";
import "./Languages.css";

/** The language of the page; what the room writes stays as it was written. */
export function Languages({ catalogues }: { catalogues: readonly Catalogue[] }) {
  return (
    <div class="languages" role="group" aria-label={t("language.label")}>
      {OFFERED.map((code) => (
        <button
          key={code}
          type="button"
          lang={code}
          aria-pressed={language() === code}
          onClick={() => void speak(code, catalogues, true)}
        >
          <span class="short">{code}</span>
          <span class="sr-only"> {LANGUAGES[code]}</span>
        </button>
      ))}
    </div>
  );
}
