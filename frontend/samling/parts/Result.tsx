import { t } from "../lib/words.ts";
import type { Card } from "../lib/state.ts";
import { Pie } from "./Pie.tsx";
import "./Result.css";

export const LETTERS = "ABC";

type Props = { card: Card; pie?: boolean; language: string };

/** How the phones chose among a card's ideas: counts of n always, drawn as bars or as a pie. */
export function Result({ card, pie = false, language }: Props) {
  const { choices } = card;
  if (choices === null) return null;
  const { counts, none, n } = choices;
  const rows = [
    ...card.ideas.map((idea, place) => ({ letter: LETTERS[place]!, text: idea, count: counts[place] ?? 0 })),
    { letter: "–", text: t("choice.none"), count: none },
  ];
  return (
    <div class="result">
      {pie && n > 0 && <Pie rows={rows} />}
      <table>
        <caption>{n === 1 ? t("result.n.one") : t("result.n.more", { n })}</caption>
        <thead class="sr-only">
          <tr>
            <th scope="col">{t("result.idea")}</th>
            <th scope="col">{t("result.count")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ letter, text, count }, place) => (
            <tr key={letter} class={place === card.ideas.length ? "none" : undefined}>
              <th scope="row">
                <span class={`letter slice-${place === card.ideas.length ? "none" : place}`} aria-hidden="true">
                  {letter}
                </span>
                <span lang={place === card.ideas.length ? undefined : language}>{text}</span>
                {!pie && (
                  <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="track" width="100" height="4" />
                    <rect width={n === 0 ? 0 : (100 * count) / n} height="4" />
                  </svg>
                )}
              </th>
              <td>{t("result.of", { count, n })}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What those wrote who chose none of a card's ideas. */
export function Instead({ card, language }: Omit<Props, "pie">) {
  const texts = card.choices?.texts ?? [];
  if (texts.length === 0) return null;
  return (
    <section class="instead">
      <p class="title">{t("result.texts")}</p>
      <ul lang={language}>
        {texts.map((text, place) => (
          <li key={place}>{text}</li>
        ))}
      </ul>
    </section>
  );
}
