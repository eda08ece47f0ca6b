import { t } from "../lib/words.ts";
import "./Banner.css";

/** What this is, and is not (F06). */
export function Banner() {
  return (
    <aside class="banner" aria-labelledby="banner">
      <p id="banner">{t("banner")}</p>
    </aside>
  );
}
