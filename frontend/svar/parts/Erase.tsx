import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { t } from "../lib/i18n.ts";
import { eraseAll } from "../lib/offline.ts";
import { receive } from "../lib/place.ts";
import { queue } from "../lib/queue.ts";
import { Sheet } from "./Sheet.tsx";

/** "Delete everything on this device", from every screen: somebody else may pick up the phone. */
export function Erase({ onErase }: { onErase: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const done = useSignal(false);

  function show(): void {
    done.value = false;
    dialog.current?.showModal();
  }

  async function all(): Promise<void> {
    onErase();
    await queue.drop();
    await eraseAll();
    done.value = true;
  }

  return (
    <>
      <button class="link" type="button" aria-haspopup="dialog" onClick={show}>
        {t("erase.title")}
      </button>
      <Sheet dialog={dialog} id="erase-title" title={t(done.value ? "erase.done" : "erase.title")}>
        {done.value ? (
          <p ref={receive} tabindex={-1} data-testid="erased">
            {t("erase.done.text")}
          </p>
        ) : (
          <>
            <p>{t("erase.text")}</p>
            <p>{t("erase.sent")}</p>
            <button class="button wide" type="button" data-testid="erase" onClick={all}>
              {t("erase.submit")}
            </button>
          </>
        )}
      </Sheet>
    </>
  );
}
