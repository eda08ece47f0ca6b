import { left } from "./place.ts";

const CALL_MS = 1000;
let calling = false;

/** Some browsers take a tel: link for leaving the page: never stand between somebody and a helpline. */
export function allowCall(): void {
  calling = true;
  setTimeout(() => (calling = false), CALL_MS);
}

/** Makes the browser ask before the page closes; never of somebody who pressed the exit button. */
export function warnBeforeUnload(event: BeforeUnloadEvent): void {
  if (calling || left()) return;
  event.preventDefault();
  event.returnValue = "";
}
