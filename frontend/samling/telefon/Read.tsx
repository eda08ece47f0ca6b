import { classes } from "../../svar/lib/classes.ts";
import { Icon } from "../../svar/parts/Icon.tsx";
import type { State } from "../lib/state.ts";
import { count, t } from "../lib/words.ts";
import { Ideas } from "../parts/Ideas.tsx";
import type { Phone } from "./phone.ts";

/** All cards, and so many votes for those that the room should talk about. */
export function Read({ phone, state }: { phone: Phone; state: State }) {
  const here = new Set(state.cards.map(({ id }) => id));
  const given = phone.votes.filter((id) => here.has(id));
  const left = Math.max(0, state.votes_each - given.length);
  const may = phone.joined !== null;
  const late = phone.cards.filter(({ standing }) => standing === "late");
  return (
    <>
      <p>{may ? count("read.lead", state.votes_each) : t("read.watching")}</p>
      {late.length > 0 && (
        <div class="card">
          <p>{count("read.late", late.length)}</p>
          <ul lang={state.language}>
            {late.map(({ id, challenge }) => (
              <li key={id}>«{challenge}»</li>
            ))}
          </ul>
        </div>
      )}
      <ul class="stack">
        {state.cards.map((card) => {
          const chosen = given.includes(card.id);
          const full = !chosen && left === 0;
          return (
            <li key={card.id} class={classes("card wall", chosen && "chosen")}>
              <p id={`card-${card.number}`} class="challenge" lang={state.language}>
                <b class="number">{card.number}</b> {card.challenge}
              </p>
              <Ideas ideas={card.ideas} language={state.language} />
              {may && (
                <button
                  class={classes("button", !chosen && "second", full && "blocked")}
                  type="button"
                  aria-pressed={chosen}
                  aria-disabled={full || undefined}
                  aria-describedby={`card-${card.number}`}
                  onClick={() => full || phone.vote(card.id)}
                >
                  {chosen && <Icon name="choice" />}
                  {t(chosen ? "read.voted" : "read.vote")}
                </button>
              )}
            </li>
          );
        })}
      </ul>
      {may && (
        <p class="votes-left" role="status">
          {left === 0 ? t("read.left.none") : count("read.left", left)}
          <span class="dots" aria-hidden="true">
            {Array.from({ length: state.votes_each }, (_, place) => (
              <i key={place} class={place < given.length ? "used" : undefined} />
            ))}
          </span>
        </p>
      )}
    </>
  );
}
