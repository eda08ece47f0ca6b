/** Gives something the focus once the page is drawn anew: what had it may have moved or gone. */
export function focusOn(find: () => HTMLElement | null): void {
  requestAnimationFrame(() => find()?.focus());
}
