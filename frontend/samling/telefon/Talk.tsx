import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Option } from "../../svar/questions/Option.tsx";
import { currentCard, type Card, type State } from "../lib/state.ts";
import { count, t } from "../lib/words.ts";
import { Instead, LETTERS, Result } from "../parts/Result.tsx";
import { Place } from "../parts/Place.tsx";
import type { Phone } from "./phone.ts";

const LIMIT = 500;
const PAUSE_MS = 700;

/** The card that the room talks about; below it, the order in which the room wanted to talk. */
export function Talk({ phone, state }: { phone: Phone; state: State }) {
  const card = currentCard(state);
  return (
    <>
      {card === undefined ? (
        <p>{t("talk.none")}</p>
      ) : (
        <section key={card.id} class="card stack" aria-labelledby="current">
          <h2 id="current" lang={state.language}>
            <b class="number">{card.number}</b> {card.challenge}
          </h2>
          {card.revealed ? (
            <Revealed card={card} phone={phone} state={state} />
          ) : phone.joined !== null ? (
            <Choose card={card} phone={phone} state={state} />
          ) : (
            <p>{t("talk.watching")}</p>
          )}
          {card.notes.length > 0 && (
            <div class="notes">
              <h3>{t("talk.notes")}</h3>
              <ul lang={state.language}>
                {card.notes.map((note, place) => (
                  <li key={place}>{note}</li>
                ))}
              </ul>
            </div>
          )}
        </section>
      )}
      <section class="stack">
        <h2>{t("talk.order")}</h2>
        <ol class="lines order">
          {state.cards.map((one) => (
            <li key={one.id} aria-current={one.id === state.current || undefined}>
              <p lang={state.language}>
                <b class="number">{one.number}</b> {one.challenge}
              </p>
              <Place card={one} />
            </li>
          ))}
        </ol>
      </section>
    </>
  );
}

type CardProps = { card: Card; phone: Phone; state: State };

function Choose({ card, phone, state }: CardProps) {
  const said = phone.choices[card.id];
  const text = useSignal(said?.text ?? "");
  const none = said?.choice === 0;

  useEffect(() => {
    if (!none || text.value === said.text) return;
    const timer = setTimeout(() => phone.choose(card.id, 0, text.value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text.value, none]);

  return (
    <>
      <fieldset class="choices">
        <legend>{t("choice.title")}</legend>
        {card.ideas.map((idea, place) => (
          <Option
            key={place}
            name="choice"
            value={place + 1}
            chosen={said?.choice === place + 1}
            onChoose={() => phone.choose(card.id, place + 1)}
          >
            <span class={`letter slice-${place}`} aria-hidden="true">
              {LETTERS[place]}
            </span>
            <span lang={state.language}>{idea}</span>
          </Option>
        ))}
        <Option
          name="choice"
          value={0}
          look="apart"
          chosen={none}
          onChoose={() => phone.choose(card.id, 0, text.value)}
        >
          {t("choice.none")}
        </Option>
      </fieldset>
      {none && (
        <div class="text">
          <label for="instead">{t("choice.instead")}</label>
          <textarea
            id="instead"
            rows={3}
            maxlength={LIMIT}
            autocomplete="off"
            spellcheck={false}
            value={text.value}
            onInput={({ currentTarget }) => (text.value = currentTarget.value)}
            onBlur={() => text.value !== said.text && phone.choose(card.id, 0, text.value)}
          />
          <p class="quiet">{t("choice.shown")}</p>
        </div>
      )}
      <p class="quiet" role="status">
        {said !== undefined && (
          <>
            {t(said.waits ? "choice.waits" : "choice.sent")}{" "}
            {count("talk.answered", state.answered)}
          </>
        )}
      </p>
    </>
  );
}

function Revealed({ card, phone, state }: CardProps) {
  const said = phone.choices[card.id];
  return (
    <>
      <Result card={card} language={state.language} />
      <Instead card={card} language={state.language} />
      {said !== undefined && (
        <p class="quiet">
          {said.choice === 0 ? t("choice.yours.none") : t("choice.yours", { letter: LETTERS[said.choice - 1]! })}
        </p>
      )}
    </>
  );
}
