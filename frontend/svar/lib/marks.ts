export const WHOLE = 100;
/** Markings come in fives: a finer one would say more about the finger than about the story. */
export const STEP = 5;

/** The middle of a triad, as near as fives come; where its sliders begin before there is an answer. */
export const MIDDLE: readonly number[] = [35, 35, 30];

const NEAR = 0.1;

export function clamp(value: number): number {
  return Math.min(WHOLE, Math.max(0, value));
}

/** A part of the way from 0 to 1, as the nearest step from 0 to 100. */
export function stepped(part: number): number {
  return clamp(Math.round((part * WHOLE) / STEP) * STEP);
}

/**
 * A total in fives, shared by weight, so that the parts add up to it: every part is rounded down, and
 * the fives left over go to those that lost most (the method of the largest remainder).
 */
export function shared(weights: readonly number[], total = WHOLE): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const exact = weights.map(
    (weight) => ((sum > 0 ? weight / sum : 1 / weights.length) * total) / STEP,
  );
  const fives = exact.map(Math.floor);
  const lost = (index: number) => (exact[index] ?? 0) - (fives[index] ?? 0);
  const left = total / STEP - fives.reduce((all, five) => all + five, 0);
  const first = [...fives.keys()].sort((a, b) => lost(b) - lost(a)).slice(0, left);
  return fives.map((five, index) => (five + (first.includes(index) ? 1 : 0)) * STEP);
}

/** How near a point is to the top, left and right corner of a triangle; below 0 outside of it. */
function nearness(across: number, up: number): number[] {
  return [up, 1 - across - up / 2, across - up / 2];
}

/**
 * The shares of a triad at a point: the nearer to a corner, the more of it. What lies outside counts
 * as lying on the edge.
 *
 * @param across from 0 at the left corner to 1 at the right one.
 * @param up from 0 at the lower edge to 1 at the top corner.
 * @returns shares of the top, left and right corner.
 */
export function sharesAt(across: number, up: number): number[] {
  return shared(nearness(across, up).map((share) => Math.max(0, share)));
}

/** Whether a point, as `sharesAt` takes it, is in the triangle or so near that a finger means it. */
export function inTriangle(across: number, up: number): boolean {
  return Math.min(...nearness(across, up)) > -NEAR;
}

/** Where in the triangle shares lie, as `sharesAt` takes it. */
export function placeOf([top = 0, , right = 0]: readonly number[]): { across: number; up: number } {
  return { across: (right + top / 2) / WHOLE, up: top / WHOLE };
}

/**
 * Shares after one of them was set. The others make room: those that were not set by themselves
 * yet, and else the one that was set longest ago, so that two settings in turn both stand.
 *
 * @param set which shares were set by themselves, the latest first.
 */
export function withShare(
  shares: readonly number[],
  index: number,
  value: number,
  set: readonly number[],
): number[] {
  const next = [...shares];
  next[index] = value;
  const others = [...shares.keys()].filter((one) => one !== index);
  const free = others.filter((one) => !set.includes(one));
  if (free.length === others.length) {
    const rest = shared(others.map((one) => shares[one] ?? 0), WHOLE - value);
    others.forEach((one, place) => (next[one] = rest[place] ?? 0));
    return next;
  }
  const age = (one: number) => (set.includes(one) ? set.indexOf(one) : set.length);
  for (const one of others.sort((a, b) => age(b) - age(a))) {
    const over = next.reduce((all, share) => all + share, 0) - WHOLE;
    next[one] = clamp((next[one] ?? 0) - over);
  }
  return next;
}
