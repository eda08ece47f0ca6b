import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { classes } from "../../svar/lib/classes.ts";
import { currentCard, type Card } from "../lib/state.ts";
import { count, t } from "../lib/words.ts";
import { Ideas } from "../parts/Ideas.tsx";
import { Place } from "../parts/Place.tsx";
import { Instead, Result } from "../parts/Result.tsx";
import { useEdited } from "./kept.ts";
import type { Part } from "./Leading.tsx";
import { Saved } from "./Saved.tsx";

/** Every card, in the room's order; what is hidden here is gone from every other screen. */
export function Cards({ state, desk }: Part) {
  const numbers = new Map(state.cards.map(({ id, number }) => [id, number]));
  if (state.cards.length === 0) return null;
  return (
    <section aria-labelledby="cards">
      <h2 id="cards">{t("desk.cards")}</h2>
      <ol class="cards">
        {state.cards.map((card) => {
          const { id, number, challenge, ideas, follows, hidden = false } = card;
          const current = id === state.current;
          const about = `card-${number}`;
          return (
            <li key={id} class={classes("card", hidden && "hidden", current && "current")}>
              <div>
                <p id={about} class="challenge" lang={state.language}>
                  <b class="number">{number}</b> {challenge}
                </p>
                <Ideas ideas={ideas} language={state.language} />
                {follows !== null && numbers.has(follows) && (
                  <p class="quiet">{t("desk.follows", { n: numbers.get(follows)! })}</p>
                )}
                <Place card={card} />
                {hidden && <p class="off">{t("desk.hidden")}</p>}
              </div>
              <div class="buttons">
                {state.phase === "talk" && !hidden && (
                  <button
                    class={classes("button small", !current && "second")}
                    type="button"
                    aria-pressed={current}
                    aria-describedby={about}
                    onClick={() => void desk.steer("current", id)}
                  >
                    {t(current ? "desk.chosen" : "desk.choose")}
                  </button>
                )}
                <button
                  class="button third small"
                  type="button"
                  aria-describedby={about}
                  onClick={() => void desk.steer(hidden ? "show" : "hide", id)}
                >
                  {t(hidden ? "desk.show" : "desk.hide")}
                </button>
              </div>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** The card that the room talks about: how it was answered, and what was said. */
export function Talk({ state, desk }: Part) {
  const card = currentCard(state);
  const pie = useSignal(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(card?.id);
  useEffect(() => {
    if (card?.id === shown.current) return;
    shown.current = card?.id;
    heading.current?.focus();
  }, [card?.id]);

  if (card === undefined) return <p class="big">{t("desk.current.none")}</p>;
  return (
    <section class="card talking" aria-labelledby="talking">
      <h3 id="talking" ref={heading} tabindex={-1} lang={state.language}>
        <b class="number">{card.number}</b> {card.challenge}
      </h3>
      {card.revealed ? (
        <>
          <Result card={card} pie={pie.value} language={state.language} />
          <Instead card={card} language={state.language} />
        </>
      ) : (
        <Ideas ideas={card.ideas} language={state.language} />
      )}
      <div class="buttons">
        <button
          class="button"
          type="button"
          data-testid="reveal"
          onClick={() => void desk.steer(card.revealed ? "unreveal" : "reveal")}
        >
          {t(card.revealed ? "desk.unreveal" : "desk.reveal")}
        </button>
        {card.revealed && (
          <button class="button second" type="button" aria-pressed={pie.value} onClick={() => (pie.value = !pie.value)}>
            {t("desk.pie")}
          </button>
        )}
        <span role="status">{count("desk.answered", state.phones, { x: state.answered })}</span>
      </div>
      <Notes key={card.id} card={card} state={state} desk={desk} />
    </section>
  );
}

function Notes({ card, state, desk }: Part & { card: Card }) {
  const edited = useEdited(card.notes.join("\n"));

  async function save(): Promise<boolean> {
    const worked = await desk.send("PUT", `notes/${card.id}`, { texts: lines(edited.value.value) });
    if (worked) edited.saved();
    return worked;
  }

  return (
    <Saved onSave={save} unsaved={edited.touched.value}>
      <label for="notes">{t("desk.notes")}</label>
      <p id="notes-hint" class="quiet">
        {t("desk.notes.hint")}
      </p>
      <textarea
        id="notes"
        rows={4}
        lang={state.language}
        aria-describedby="notes-hint"
        value={edited.value.value}
        onInput={({ currentTarget }) => edited.touch(currentTarget.value)}
      />
    </Saved>
  );
}

/** The lines of a text that say something. */
export function lines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
