import { useEffect, useState } from "preact/hooks";
import { secondsLeft, type Live } from "./live.ts";

const TICK_MS = 500;

/** Seconds left of the timer, drawn anew while it runs. */
export function useSeconds({ state, timed }: Live): number {
  const [now, setNow] = useState(performance.now());
  const running = state?.timer?.running === true;
  useEffect(() => {
    setNow(performance.now());
    if (!running) return;
    const ticking = setInterval(() => setNow(performance.now()), TICK_MS);
    return () => clearInterval(ticking);
  }, [running, timed]);
  return state === null ? 0 : secondsLeft(state, timed, Math.max(now, timed));
}
