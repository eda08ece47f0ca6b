import type { RefObject } from "preact";
import type { Helpline } from "../lib/api.ts";
import { t } from "../lib/i18n.ts";
import { Lines } from "./Lines.tsx";
import "./Help.css";

type Props = { dialog: RefObject<HTMLDialogElement | null>; helplines: Helpline[] };

export function Help({ dialog, helplines }: Props) {
  return (
    <dialog ref={dialog} class="help-dialog" aria-labelledby="help-title">
      <div class="stack">
        <div class="top">
          <h2 id="help-title">{t("help.title")}</h2>
          <button class="button second" type="button" onClick={() => dialog.current?.close()}>
            {t("help.close")}
          </button>
        </div>
        <p>{t("help.text")}</p>
        <Lines helplines={helplines} />
        <p class="quiet">{t("help.why")}</p>
      </div>
    </dialog>
  );
}
