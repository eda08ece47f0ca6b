import type { Card, State } from "../lib/state.ts";
import { LEVELS } from "../lib/state.ts";
import { count, day, t } from "../lib/words.ts";

/** Themes, with the cards that they gather and the questions to go on with. */
export function Themes({ state, questions = false }: { state: State; questions?: boolean }) {
  const cards = new Map(state.cards.map((card) => [card.id, card]));
  const told = state.themes.reduce((sum, theme) => sum + theme.cards.length, 0);
  return (
    <div class="themes stack">
      {state.themes.map((theme) => (
        <section key={theme.id} class="card theme">
          <h2 lang={state.language}>{theme.label}</h2>
          <p class="quiet">
            {count("theme.cards", state.cards.length, { x: theme.cards.length })}
          </p>
          <ul class="lines" lang={state.language}>
            {theme.cards
              .map((id) => cards.get(id))
              .filter((card): card is Card => card !== undefined)
              .map((card) => (
                <li key={card.id}>
                  <b class="number">{card.number}</b> {card.challenge}
                </li>
              ))}
          </ul>
          {questions && theme.questions.length > 0 && (
            <>
              <h3>{t("theme.questions")}</h3>
              <ol class="questions" lang={state.language}>
                {theme.questions.map(({ text }, place) => (
                  <li key={place}>{text}</li>
                ))}
              </ol>
            </>
          )}
        </section>
      ))}
      {told > state.cards.length && <p class="quiet">{t("theme.sum")}</p>}
    </div>
  );
}

/** Actions by how near they can be decided. */
export function Actions({ state }: { state: State }) {
  return (
    <div class="actions stack">
      {LEVELS.map((level) => {
        const here = state.actions.filter((action) => action.level === level);
        return (
          here.length > 0 && (
            <section key={level} class="card">
              <h2>{t(`level.${level}`)}</h2>
              <ul class="lines">
                {here.map(({ id, text, owner, due, lifted, recipient }) => (
                  <li key={id}>
                    <b lang={state.language}>{text}</b>
                    <br />
                    <span class="quiet">
                      {[owner, due === null ? "" : day(due)].filter(Boolean).join(" · ")}
                      {lifted && ` · ${t("action.lifted")}${recipient === "" ? "" : `: ${recipient}`}`}
                    </span>
                  </li>
                ))}
              </ul>
            </section>
          )
        );
      })}
      {state.actions.length === 0 && <p class="quiet">{t("action.none")}</p>}
      <p class="sr-only" role="status">
        {count("action.count", state.actions.length)}
      </p>
    </div>
  );
}
