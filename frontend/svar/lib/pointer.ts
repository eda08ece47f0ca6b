import { useRef } from "preact/hooks";
import type { Draft } from "./draft.ts";

type Handlers = {
  onPointerDown: (event: PointerEvent) => void;
  onPointerMove: (event: PointerEvent) => void;
  onPointerUp: () => void;
  onPointerCancel: () => void;
};

/**
 * Follows one finger, pen or mouse from where it is set down on an element to where it is lifted.
 * Where the browser takes the finger for scrolling or zooming, the answers are again as they were.
 *
 * @param moved is told of each place, the first one included.
 * @param done is told when it is lifted.
 * @returns handlers for the element, and whether something is followed right now.
 */
export function useFollow(
  draft: Draft,
  moved: (event: PointerEvent) => void,
  done?: () => void,
): { handlers: Handlers; busy: () => boolean } {
  const before = useRef<Draft["answers"] | null>(null);

  return {
    busy: () => before.current !== null,
    handlers: {
      onPointerDown(event) {
        if (!event.isPrimary || event.button !== 0) return;
        // Mouse events that follow a touch would move a slider once more.
        event.preventDefault();
        (event.currentTarget as Element).setPointerCapture(event.pointerId);
        before.current = draft.answers;
        moved(event);
      },
      onPointerMove(event) {
        if (before.current !== null && event.isPrimary) moved(event);
      },
      onPointerUp() {
        if (before.current !== null) done?.();
        before.current = null;
      },
      onPointerCancel() {
        if (before.current !== null) draft.answers = before.current;
        before.current = null;
      },
    },
  };
}
