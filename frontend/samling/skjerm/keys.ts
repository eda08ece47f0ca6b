import { useSignal, type Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Desk } from "../lib/desk.ts";
import type { Live } from "../lib/live.ts";
import { currentCard, type State } from "../lib/state.ts";
import type { Turn } from "./Screen.tsx";

/** What this screen shows in its own way: a pie, and the ordered list. */
type Own = { pie: Signal<boolean>; order: Signal<boolean> };

/** Whether keys do anything; they can be turned off, for those whose keys are pressed by a voice. */
export function useKeys(live: Live, desk: Desk, own: Own, turn: Turn): Signal<boolean> {
  const on = useSignal(true);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (!on.value || event.ctrlKey || event.metaKey || event.altKey || live.state === null) return;
      const done = act(event.key, live.state, desk, own, turn);
      if (done) event.preventDefault();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
  return on;
}

function act(key: string, state: State, desk: Desk, { pie, order }: Own, turn: Turn): boolean {
  switch (key) {
    case "ArrowDown":
    case "PageDown":
      turn.current?.(1);
      return true;
    case "ArrowUp":
    case "PageUp":
      turn.current?.(-1);
      return true;
    case "p":
    case "P":
      pie.value = !pie.value;
      return true;
    case "o":
    case "O":
      order.value = !order.value;
      return true;
    default:
      return desk.signedIn && !desk.busy && steer(key, state, desk);
  }
}

function steer(key: string, state: State, desk: Desk): boolean {
  switch (key) {
    case "ArrowRight":
      // Closing forgets the phones: that is done from the leader's page, which asks first.
      if (state.phase !== "onward") void desk.steer("next");
      return true;
    case "ArrowLeft":
      void desk.steer("back");
      return true;
    case "n":
    case "N": {
      const next = nextCard(state);
      if (state.phase === "talk" && next !== undefined) void desk.steer("current", next);
      return true;
    }
    case "r":
    case "R":
      if (currentCard(state) !== undefined) void desk.steer(state.revealed ? "unreveal" : "reveal");
      return true;
    case "t":
    case "T":
      void desk.steer(state.timer?.running === true ? "timer_stop" : "timer_start");
      return true;
    default:
      return false;
  }
}

/** The card after the present one in the room's order. */
function nextCard({ cards, current }: State): string | undefined {
  return cards[cards.findIndex(({ id }) => id === current) + 1]?.id;
}
