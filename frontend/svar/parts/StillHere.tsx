import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../lib/i18n.ts";
import { Sheet } from "./Sheet.tsx";
import "./StillHere.css";

const IDLE_MS = 90_000;
const COUNTDOWN_S = 20;
/** Who dictates, or writes with a pen, presses no key. */
const TOUCHES = ["pointerdown", "keydown", "input", "scroll"];

/**
 * On a device that a school hands round, while somebody has begun: ends their visit when they say
 * so, or when nobody has touched the screen for a while and nobody answers.
 */
export function StillHere({ onNext }: { onNext: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const seconds = useSignal(COUNTDOWN_S);
  const counting = useSignal(false);

  useEffect(() => {
    if (counting.value) {
      seconds.value = COUNTDOWN_S;
      dialog.current?.showModal();
      const clock = setInterval(() => --seconds.value || onNext(), 1000);
      return () => clearInterval(clock);
    }
    const ask = () => (counting.value = true);
    let timer = setTimeout(ask, IDLE_MS);
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(ask, IDLE_MS);
    };
    for (const touch of TOUCHES) addEventListener(touch, wait, true);
    return () => {
      clearTimeout(timer);
      for (const touch of TOUCHES) removeEventListener(touch, wait, true);
    };
  }, [counting.value]);

  return (
    <div class="still-here">
      <button class="button second wide" type="button" data-testid="next-person" onClick={onNext}>
        {t("shared.next")}
      </button>
      <Sheet
        dialog={dialog}
        id="still-here"
        title={t("shared.title")}
        onClose={() => (counting.value = false)}
      >
        <p>{t("shared.text", { seconds: seconds.value })}</p>
        <button class="button wide" type="button" onClick={() => dialog.current?.close()}>
          {t("shared.here")}
        </button>
        <button class="button second wide" type="button" onClick={onNext}>
          {t("shared.next")}
        </button>
      </Sheet>
    </div>
  );
}
