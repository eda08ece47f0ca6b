import { classes } from "../lib/classes.ts";
import { chooseLanguage, language, t } from "../lib/i18n.ts";
import { LANGUAGES, type Language } from "../lib/languages.ts";
import { leave } from "../lib/place.ts";
import { Icon } from "./Icon.tsx";
import "./Header.css";

type Props = {
  languages: readonly Language[];
  /** The help card is up somewhere on the page, perhaps under a keyboard. */
  care: boolean;
  /** Nothing is sent from this round. */
  preview: boolean;
  onHelp: () => void;
};

export function Header({ languages, care, preview, onHelp }: Props) {
  return (
    <header class="header">
      <button class={classes("help", care && "now")} type="button" aria-haspopup="dialog" onClick={onHelp}>
        <Icon name="phone" />
        {t("help.button")}
      </button>
      <div class="languages" role="group" aria-label={t("language.label")}>
        {languages.map((code) => (
          <button
            key={code}
            type="button"
            lang={code}
            aria-pressed={language() === code}
            onClick={() => chooseLanguage(code)}
          >
            <span class="short">{code}</span>
            <span class="full">{LANGUAGES[code]}</span>
          </button>
        ))}
      </div>
      <button class="exit" type="button" title={t("exit.hint")} onClick={leave}>
        {t("exit.button")}
        <Icon name="exit" />
      </button>
      {preview && <p class="preview">{t("preview.banner")}</p>}
    </header>
  );
}
