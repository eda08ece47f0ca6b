import { LETTERS } from "./Result.tsx";

/** A card's ideas, by the letters that charts use. */
export function Ideas({ ideas, language }: { ideas: string[]; language: string }) {
  if (ideas.length === 0) return null;
  return (
    <ul class="ideas" lang={language}>
      {ideas.map((idea, place) => (
        <li key={place}>
          <span class={`letter slice-${place}`} aria-hidden="true">
            {LETTERS[place]}
          </span>
          {idea}
        </li>
      ))}
    </ul>
  );
}
