import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../lib/words.ts";

type Props = {
  label?: string;
  /** Saves, and says whether it worked. */
  onSave: () => Promise<boolean>;
  /** Saved all the same when the form goes away, for the room has gone on to something else. */
  unsaved?: boolean;
  class?: string;
  children: ComponentChildren;
};

/** A form that says when it is saved. */
export function Saved({ label = t("desk.save"), onSave, unsaved = false, class: name, children }: Props) {
  const saved = useSignal(false);
  const leave = useRef(() => {});
  leave.current = () => void (unsaved && onSave());
  useEffect(() => () => leave.current(), []);
  return (
    <form
      class={name}
      novalidate
      autocomplete="off"
      onInput={() => (saved.value = false)}
      onSubmit={(event) => {
        event.preventDefault();
        saved.value = false;
        void onSave().then((worked) => (saved.value = worked));
      }}
    >
      {children}
      <div class="buttons">
        <button class="button" type="submit">
          {label}
        </button>
        <span role="status">{saved.value ? t("desk.saved") : ""}</span>
      </div>
    </form>
  );
}
