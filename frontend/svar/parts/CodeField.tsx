import type { Signal } from "@preact/signals";
import type { RefObject } from "preact";
import { t, type MessageKey } from "../lib/i18n.ts";

type Props = {
  id: string;
  label: MessageKey;
  hint: MessageKey;
  /** What is wrong with what was typed, or null. */
  wrong: MessageKey | null;
  typed: Signal<string>;
  input: RefObject<HTMLInputElement | null>;
};

/** A field for a code from a poster or a slip: capital letters and digits. */
export function CodeField({ id, label, hint, wrong, typed, input }: Props) {
  return (
    <div class="field">
      <label for={id}>{t(label)}</label>
      <p id={`${id}-hint`} class="quiet">
        {t(hint)}
      </p>
      {wrong !== null && (
        <p id={`${id}-wrong`} class="wrong" role="alert">
          {t(wrong)}
        </p>
      )}
      <input
        id={id}
        ref={input}
        value={typed.value}
        onInput={({ currentTarget }) => (typed.value = currentTarget.value)}
        autocomplete="off"
        autocapitalize="characters"
        spellcheck={false}
        enterkeyhint="go"
        aria-invalid={wrong !== null}
        aria-describedby={`${wrong === null ? "" : `${id}-wrong `}${id}-hint`}
      />
    </div>
  );
}
