import { useSignal, type Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/** A value that somebody edits: what the server says, until it is touched; the server's again when saved. */
export function useEdited<T>(told: T): {
  value: Signal<T>;
  touched: Signal<boolean>;
  touch: (next: T) => void;
  saved: () => void;
} {
  const value = useSignal(told);
  const touched = useSignal(false);
  const plain = JSON.stringify(told);
  useEffect(() => {
    if (!touched.value) value.value = told;
  }, [plain]);
  return {
    value,
    touched,
    touch: (next) => {
      touched.value = true;
      value.value = next;
    },
    saved: () => (touched.value = false),
  };
}
