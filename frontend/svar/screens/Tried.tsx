import { t } from "../lib/i18n.ts";
import { arrive } from "../lib/place.ts";

/** The end of a preview: nothing was sent. */
export function Tried() {
  return (
    <div class="stack appear">
      <h1 tabindex={-1} ref={arrive}>
        {t("preview.end")}
      </h1>
      <p>{t("preview.end.text")}</p>
    </div>
  );
}
