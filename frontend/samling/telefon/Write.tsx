import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Card, Stage, State } from "../lib/state.ts";
import { count, t } from "../lib/words.ts";
import { Clues } from "./Clues.tsx";
import type { Draft, MyCard, Phone } from "./phone.ts";

/** Longest challenge or idea. */
const LIMIT = 500;
const NEAR = 80;
const BEFORE: Partial<Record<Stage, Stage>> = { vision: "critique", realisation: "vision" };

type Props = { phone: Phone; state: State };

/** A card is a challenge and up to three ideas, kept together. */
export function Write({ phone, state }: Props) {
  const missing = useSignal(false);
  const first = useRef<HTMLTextAreaElement>(null);
  const { draft } = phone;
  const earlier = state.cards.filter(({ stage }) => stage !== null && stage === BEFORE[state.stage!]);
  const mine = phone.cards.filter(({ standing }) => standing !== "gone");

  if (phone.joined === null && mine.length === 0) return <p>{t("write.watching")}</p>;

  const write = (change: Partial<Draft>) => phone.write({ ...draft, ...change });

  function submit(event: Event): void {
    event.preventDefault();
    missing.value = draft.challenge.trim() === "";
    if (!missing.value) phone.submit();
    first.current?.focus();
  }

  return (
    <>
      <form class="card stack writing-card" novalidate autocomplete="off" onSubmit={submit}>
        {earlier.length > 0 && <Follows cards={earlier} draft={draft} language={state.language} onChoose={write} />}
        <div class="text">
          <label for="challenge" lang={state.language}>
            {state.prompts.challenge}
          </label>
          {missing.value && (
            <p id="challenge-wrong" class="wrong" role="alert">
              {t("write.missing")}
            </p>
          )}
          <Area
            id="challenge"
            input={first}
            text={draft.challenge}
            wrong={missing.value}
            onInput={(challenge) => write({ challenge })}
          />
        </div>
        <fieldset>
          <legend lang={state.language}>{state.prompts.ideas}</legend>
          {Array.from({ length: state.ideas_most }, (_, place) => (
            <div class="text idea" key={place}>
              <label for={`idea-${place}`}>
                <span aria-hidden="true">{"ABC"[place]}</span>
                <span class="sr-only">{t("write.idea", { n: place + 1 })}</span>
              </label>
              <Area
                id={`idea-${place}`}
                text={draft.ideas[place] ?? ""}
                onInput={(idea) =>
                  write({ ideas: draft.ideas.map((one, at) => (at === place ? idea : one)) })
                }
              />
            </div>
          ))}
        </fieldset>
        <Clues text={[draft.challenge, ...draft.ideas].join("\n")} />
        <button class="button wide" type="submit" data-testid="send">
          {t(draft.editing === null ? "write.send" : "write.change")}
        </button>
      </form>
      <p role="status" class="sr-only">
        {mine.length > 0 && count("write.sent", mine.filter(({ standing }) => standing === "sent").length)}
      </p>
      {mine.length > 0 && (
        <section class="stack">
          <h2>{t("write.mine")}</h2>
          {mine.map((card) => (
            <Mine key={card.id} card={card} phone={phone} state={state} />
          ))}
        </section>
      )}
    </>
  );
}

type AreaProps = {
  id: string;
  text: string;
  wrong?: boolean;
  input?: { current: HTMLTextAreaElement | null };
  onInput: (text: string) => void;
};

function Area({ id, text, wrong = false, input, onInput }: AreaProps) {
  const room = LIMIT - [...text].length;
  return (
    <div class="grow">
      <div aria-hidden="true">{`${text}\u200b`}</div>
      <textarea
        id={id}
        ref={input ?? null}
        rows={1}
        autocomplete="off"
        spellcheck={false}
        maxlength={LIMIT}
        aria-invalid={wrong}
        aria-describedby={wrong ? `${id}-wrong` : undefined}
        value={text}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
      <p class="quiet" role="status">
        {room <= NEAR ? count("write.left", room) : ""}
      </p>
    </div>
  );
}

type FollowsProps = {
  cards: Card[];
  draft: Draft;
  language: string;
  onChoose: (change: Partial<Draft>) => void;
};

function Follows({ cards, draft, language, onChoose }: FollowsProps) {
  return (
    <div class="text">
      <label for="follows">{t("write.follows")}</label>
      <select
        id="follows"
        lang={language}
        value={draft.follows ?? ""}
        onChange={({ currentTarget }) => onChoose({ follows: currentTarget.value || null })}
      >
        <option value="">{t("write.follows.none")}</option>
        {cards.map(({ id, number, challenge }) => (
          <option key={id} value={id}>
            {`${number}. ${challenge}`}
          </option>
        ))}
      </select>
    </div>
  );
}

function Mine({ card, phone, state }: { card: MyCard; phone: Phone; state: State }) {
  // What all have read at an earlier step stays as it was.
  const read = card.standing === "sent" && card.stage !== state.stage;
  const number = card.id.slice(0, 8);
  return (
    <article class="card mine" data-standing={card.standing} aria-labelledby={`mine-${number}`}>
      <div lang={state.language}>
        <p id={`mine-${number}`} class="challenge">
          {card.challenge}
        </p>
        <ol class="letters">
          {card.ideas.map((idea, place) => (
            <li key={place}>{idea}</li>
          ))}
        </ol>
      </div>
      <p class="quiet">{t(`standing.${card.standing as "waits" | "sent" | "late"}`)}</p>
      {!read && <div class="buttons">
        <button class="button second" type="button" aria-describedby={`mine-${number}`} onClick={() => {
          phone.edit(card);
          document.getElementById("challenge")?.focus();
        }}>
          {t("write.edit")}
        </button>
        <button
          class="button third"
          type="button"
          aria-describedby={`mine-${number}`}
          onClick={() => {
            phone.takeBack(card);
            document.getElementById("challenge")?.focus();
          }}
        >
          {t("write.back")}
        </button>
      </div>}
    </article>
  );
}
