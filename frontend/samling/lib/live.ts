import { observe } from "../../svar/lib/observe.ts";
import { Problem, ask } from "./http.ts";
import { merged, type Part, type State } from "./state.ts";

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 10_000;

/** A workshop as it is now: follows the server's events, and comes back by itself when they stop. */
export class Live {
  state: State | null = null;
  /** Events arrive; otherwise what is shown may have changed. */
  linked = false;
  problem: Problem | null = null;
  /** When the timer was told, by this device's own clock that never jumps. */
  timed = 0;

  private source: EventSource | null = null;
  private wait = FIRST_WAIT_MS;

  /** @param address of the state; its events are at `address`/events. */
  constructor(private readonly address: string) {
    observe(this);
  }

  /** Follows the events; a ticket gives a phone a place of its own. */
  follow(ticket?: string): void {
    this.source?.close();
    const query = ticket === undefined ? "" : `?ticket=${encodeURIComponent(ticket)}`;
    const source = new EventSource(`${this.address}/events${query}`);
    this.source = source;
    source.addEventListener("state", ({ data }) => this.take(JSON.parse(data) as State));
    source.addEventListener("part", ({ data }) => {
      if (this.state !== null) this.take(merged(this.state, JSON.parse(data) as Part));
    });
    source.addEventListener("error", () => {
      this.linked = false;
      // A browser tries again by itself, except where the server said no.
      if (source.readyState === EventSource.CLOSED && source === this.source) this.again(ticket);
    });
  }

  /** Reads the state once. */
  async read(): Promise<void> {
    try {
      this.take(await ask<State>("GET", this.address), false);
    } catch (error) {
      const problem = error as Problem;
      if (this.state === null || problem.status === 404) this.problem = problem;
    }
  }

  /** Takes a whole state, as the server gave it. */
  take(state: State, linked = true): void {
    const { state: before } = this;
    if (before?.code === state.code && before.version > state.version && !linked) return;
    if (before?.timer !== state.timer) this.timed = performance.now();
    // What only a direct question tells (the script) stays when events come without it.
    this.state = before?.code === state.code ? { ...before, ...state } : state;
    this.problem = null;
    if (!linked) return;
    this.linked = true;
    this.wait = FIRST_WAIT_MS;
  }

  private again(ticket?: string): void {
    const spread = this.wait * (0.5 + Math.random());
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
    setTimeout(() => {
      void this.read();
      this.follow(ticket);
    }, spread);
  }
}

/** Seconds left of a timer, at a moment of `performance.now()`. */
export function secondsLeft(state: State, timed: number, now: number): number {
  const { timer } = state;
  if (timer === null) return 0;
  const gone = timer.running ? (now - timed) / 1000 : 0;
  return Math.max(0, Math.ceil(timer.seconds_left - gone));
}
