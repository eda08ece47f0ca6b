import type { RefObject } from "preact";
import type { Helpline } from "../lib/api.ts";
import { t } from "../lib/i18n.ts";
import { Lines } from "./Lines.tsx";
import { Sheet } from "./Sheet.tsx";

type Props = { dialog: RefObject<HTMLDialogElement | null>; helplines: Helpline[] };

export function Help({ dialog, helplines }: Props) {
  return (
    <Sheet dialog={dialog} id="help-title" title={t("help.title")}>
      <p>{t("help.text")}</p>
      <Lines helplines={helplines} />
      <p class="quiet">{t("help.why")}</p>
    </Sheet>
  );
}
