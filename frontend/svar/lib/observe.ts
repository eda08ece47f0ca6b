import { signal } from "@preact/signals";

/** Makes each public field of an object a signal: what reads it is drawn anew when it is set. */
export function observe(target: object): void {
  for (const [name, value] of Object.entries(target)) {
    const held = signal<unknown>(value);
    Object.defineProperty(target, name, {
      enumerable: true,
      get: () => held.value,
      set: (next) => (held.value = next),
    });
  }
}
