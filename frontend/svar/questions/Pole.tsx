import { WHOLE } from "../lib/marks.ts";

/** What stands at one end: a window that is lit as much as there is of it. */
export function Pole({ name, share = 0 }: { name: string; share: number | undefined }) {
  return (
    <p class="pole">
      <span class="pane">
        <span style={{ opacity: share / WHOLE }} />
      </span>
      {name}
    </p>
  );
}
