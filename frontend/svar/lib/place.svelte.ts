export type Place =
  | { name: "code" }
  | { name: "round"; code: string }
  | { name: "withdraw"; code: string };

type Mark = { depth: number; step: number };

// The weather: what anybody may have open on a phone.
const NEUTRAL_PAGE = "https://www.yr.no/";
const PATIENCE_MS = 400;

const here = $state({ place: placeOf(location.pathname), step: 0 });
let gone = $state(false);
let moved = false;

history.replaceState({ depth: mark().depth, step: 0 } satisfies Mark, "");

addEventListener("popstate", () => {
  if (gone) return;
  moved = true;
  here.place = placeOf(location.pathname);
  here.step = mark().step;
});

addEventListener("pageshow", (event) => {
  if (event.persisted && gone) location.reload();
});

export function place(): Place {
  return here.place;
}

/** 0 is the welcome; the questions follow, then the look-over. */
export function step(): number {
  return here.step;
}

export function left(): boolean {
  return gone;
}

/** Moves forward; the phone's own back button leads back again. */
export function goTo(next: number): void {
  push(location.pathname, next);
}

export function open(path: string): void {
  push(path, 0);
}

export function back(): void {
  history.back();
}

/**
 * Leaves at once. Every step is behind in the history, so it rewinds them first: the back button
 * of whoever picks up the phone then leads to what was open before Fortell.
 */
export function leave(): void {
  gone = true;
  document.title = "";
  const replace = () => location.replace(NEUTRAL_PAGE);
  const { depth } = mark();
  if (depth === 0) return replace();
  addEventListener("popstate", replace, { once: true });
  setTimeout(replace, PATIENCE_MS);
  history.go(-depth);
}

/** Moves focus to the heading of a new step; a first load leaves it where browsers put it. */
export function arrive(heading: HTMLElement): void {
  if (!moved) return;
  heading.focus({ preventScroll: true });
  scrollTo(0, 0);
}

function push(path: string, next: number): void {
  moved = true;
  history.pushState({ depth: mark().depth + 1, step: next } satisfies Mark, "", path);
  here.place = placeOf(path);
  here.step = next;
}

function mark(): Mark {
  const state = history.state as Partial<Mark> | null;
  return { depth: state?.depth ?? 0, step: state?.step ?? 0 };
}

function placeOf(path: string): Place {
  const [, code, page] = /^\/r\/([^/]+)(?:\/(trekk))?\/?$/.exec(path) ?? [];
  if (code === undefined) return { name: "code" };
  return { name: page === undefined ? "round" : "withdraw", code: code.toUpperCase() };
}
