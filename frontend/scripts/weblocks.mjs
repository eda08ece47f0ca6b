/** Gives Node what browsers have since 2022: locks by name, one holder at a time. Or takes it away. */
export function weblocks(there = true) {
  const last = new Map();
  const request = (name, work) => {
    const turn = (last.get(name) ?? Promise.resolve()).then(work, work);
    last.set(name, turn.catch(() => null));
    return turn;
  };
  const value = there ? { locks: { request } } : {};
  Object.defineProperty(globalThis, "navigator", { value, configurable: true, writable: true });
}
