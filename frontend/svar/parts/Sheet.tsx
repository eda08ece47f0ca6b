import type { ComponentChildren, RefObject } from "preact";
import { t } from "../lib/i18n.ts";
import { leave } from "../lib/place.ts";
import { Icon } from "./Icon.tsx";
import "./Sheet.css";

type Props = {
  dialog: RefObject<HTMLDialogElement | null>;
  id: string;
  title: string;
  onClose?: () => void;
  children: ComponentChildren;
};

/** A dialog that comes up from below. The header is out of reach, so it has an exit of its own. */
export function Sheet({ dialog, id, title, onClose, children }: Props) {
  return (
    <dialog ref={dialog} class="sheet" aria-labelledby={id} onClose={onClose}>
      <div class="stack">
        <div class="top">
          <button class="button second" type="button" onClick={() => dialog.current?.close()}>
            {t("help.close")}
          </button>
          <button class="button third" type="button" title={t("exit.hint")} onClick={leave}>
            {t("exit.button")}
            <Icon name="exit" />
          </button>
        </div>
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}
