import { signal } from "@preact/signals";
import { SHARED_PARAMETER, shared } from "./device.ts";

export type Place =
  | { name: "code" }
  | { name: "round"; code: string }
  | { name: "withdraw"; code: string }
  /** What a round will be like; the token lets whoever has the link see it. */
  | { name: "preview"; code: string; token: string };

type Mark = { depth: number; step: number; visit: number };

// The weather: what anybody may have open on a phone.
const NEUTRAL_PAGE = "https://www.yr.no/";
const PATIENCE_MS = 400;

const here = signal(placeOf(location));
const current = signal(0);
const gone = signal(false);
let moved = false;
let visit = Math.random();

const handed = signal("");

restAt(0);

addEventListener("popstate", () => {
  if (gone.value) return;
  // Somebody scans a slip where another has answered: nothing of that may be left.
  if (location.hash.startsWith("#i=")) return location.reload();
  if (location.hash !== "") restAt(mark().step);
  moved = true;
  here.value = placeOf(location);
  current.value = mark().step;
});

// A page that the browser kept whole may hold what somebody else wrote.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  gone.value = true;
  location.reload();
});

export function place(): Place {
  return here.value;
}

/** What came after # in the address: a secret for this page, gone from the address at once. */
export function fragment(): string {
  return handed.value;
}

/** Whoever asks for the fragment gets it once. */
export function takeFragment(): string {
  const taken = handed.peek();
  handed.value = "";
  return taken;
}

/** 0 is the welcome; then the place of a question in the round, counted from 1; then the look-over. */
export function step(): number {
  return current.value;
}

export function left(): boolean {
  return gone.value;
}

/** Moves forward; the phone's own back button leads back again. */
export function goTo(next: number): void {
  push(location.pathname + location.hash, next);
}

export function open(path: string): void {
  push(path, 0);
}

/** A new visit begins at the welcome; steps in the history from an earlier one lead there too. */
export function startOver(): void {
  visit = Math.random();
  current.value = 0;
}

export function back(): void {
  history.back();
}

/**
 * Leaves at once. Every step is behind in the history, so it rewinds them first: the back button
 * of whoever picks up the phone then leads to what was open before Fortell.
 */
export function leave(): void {
  gone.value = true;
  document.title = "";
  const replace = () => location.replace(NEUTRAL_PAGE);
  const { depth } = mark();
  if (depth === 0) return replace();
  addEventListener("popstate", replace, { once: true });
  setTimeout(replace, PATIENCE_MS);
  history.go(-depth);
}

/** Moves focus to the heading of a new step; a first load leaves it where browsers put it. */
export function arrive(heading: HTMLElement | null): void {
  if (heading === null || !moved) return;
  heading.focus({ preventScroll: true });
  scrollTo(0, 0);
}

/** Moves focus to what has just come up. */
export function receive(element: HTMLElement | null): void {
  element?.focus();
}

function push(path: string, next: number): void {
  moved = true;
  const address = shared ? `${path}?${SHARED_PARAMETER}` : path;
  history.pushState({ depth: mark().depth + 1, step: next, visit } satisfies Mark, "", address);
  here.value = placeOf(location);
  current.value = next;
}

/** Stays where it is, without the fragment in the address; the token of a preview may stay. */
function restAt(step: number): void {
  handed.value = location.hash.slice(1);
  const kept = here.peek().name === "preview" ? location.hash : "";
  const address = location.pathname + location.search + kept;
  history.replaceState({ depth: mark().depth, step, visit } satisfies Mark, "", address);
}

function mark(): Mark {
  const state = history.state as Partial<Mark> | null;
  const step = state?.visit === visit ? (state.step ?? 0) : 0;
  return { depth: state?.depth ?? 0, step, visit };
}

function placeOf({ pathname, hash }: Location): Place {
  const [, typed, page] = /^\/r\/([^/]+)(?:\/(trekk|proev))?\/?$/.exec(pathname) ?? [];
  if (typed === undefined) return { name: "code" };
  const code = typed.toUpperCase();
  if (page === "proev") return { name: "preview", code, token: hash.slice(1) };
  return { name: page === undefined ? "round" : "withdraw", code };
}
