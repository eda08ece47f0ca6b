import { t } from "../lib/i18n.ts";
import { open } from "../lib/place.ts";

export function WithdrawLink({ code }: { code: string }) {
  const path = `/r/${code}/trekk`;

  function go(event: MouseEvent): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(path);
  }

  return (
    <p class="quiet">
      {t("withdraw.question")}{" "}
      <a href={path} onClick={go}>
        {t("withdraw.link")}
      </a>
    </p>
  );
}
