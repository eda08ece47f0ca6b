import type { Mark } from "../lib/identifying.ts";
import "./Marked.css";

/** A text in which what may tell who wrote it is marked. */
export function Marked({ text, marks }: { text: string; marks: Mark[] }) {
  let before = 0;
  return (
    <span class="marked">
      {marks.map(({ start, end }) => {
        const plain = text.slice(before, start);
        before = end;
        return [plain, <mark>{text.slice(start, end)}</mark>];
      })}
      {text.slice(before)}
    </span>
  );
}
