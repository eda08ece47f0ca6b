import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Street } from "../../svar/parts/Street.tsx";
import type { Desk } from "../lib/desk.ts";
import type { Live } from "../lib/live.ts";
import { LEVELS, currentCard, type Card, type State } from "../lib/state.ts";
import { useSeconds } from "../lib/view.ts";
import { clock, count, day, language, speak, t } from "../lib/words.ts";
import { Banner } from "../parts/Banner.tsx";
import { Ideas } from "../parts/Ideas.tsx";
import { Place } from "../parts/Place.tsx";
import { Instead, Result } from "../parts/Result.tsx";
import { Trouble } from "../parts/Trouble.tsx";
import { useKeys } from "./keys.ts";
import { usePages } from "./pages.ts";

type Props = { live: Live; desk: Desk };
export type Turn = { current: ((by: number) => void) | null };

export function Screen({ live, desk }: Props) {
  const { state } = live;
  const pie = useSignal(false);
  const turn: Turn = useRef<((by: number) => void) | null>(null);
  const order = useSignal(false);
  const keys = useKeys(live, desk, { pie, order }, turn);

  useEffect(() => {
    order.value = false;
  }, [state?.phase, state?.current]);

  useEffect(() => {
    if (state !== null) void speak(state.language, ["telefon", "leder"]);
  }, [state?.language]);
  useEffect(() => {
    document.title = state === null ? "Fortell" : `${t(`phase.${state.phase}`)} · ${state.title}`;
  }, [state?.title, state?.phase, language()]);

  if (state === null)
    return (
      <main>
        <h1>Fortell</h1>
        {live.problem !== null && <Trouble problem={live.problem} />}
      </main>
    );
  return (
    <div class="screen">
      <Banner />
      <header>
        <p class="title" lang={state.language}>
          {state.title}
        </p>
        <Countdown live={live} />
        <p class="where">
          {location.host}/s <b>{state.code}</b>
        </p>
      </header>
      <main data-phase={state.phase}>{view(state, pie.value, order.value, turn)}</main>
      <footer>
        <p role="status" class="away">
          {live.linked ? "" : t("screen.away")}
        </p>
        <p class="sr-only" role="status">
          {t(state.stage === null ? `phase.${state.phase}` : `stage.${state.stage}`)}
        </p>
        {state.phase === "talk" && (
          <button type="button" aria-pressed={order.value} onClick={() => (order.value = !order.value)}>
            {t("screen.order")}
          </button>
        )}
        {state.phase === "talk" && state.revealed && (
          <button type="button" onClick={() => (pie.value = !pie.value)}>
            {t(pie.value ? "screen.bars" : "screen.pie")}
          </button>
        )}
        <details>
          <summary>{t("screen.keys")}</summary>
          <div>
            <p>{t("screen.keys.help")}</p>
            {desk.signedIn && <p>{t("screen.keys.steer")}</p>}
            <button type="button" aria-pressed={keys.value} onClick={() => (keys.value = !keys.value)}>
              {t(keys.value ? "screen.keys.on" : "screen.keys.off")}
            </button>
          </div>
        </details>
      </footer>
    </div>
  );
}

function view(state: State, pie: boolean, order: boolean, turn: Turn) {
  const card = order ? undefined : currentCard(state);
  switch (state.phase) {
    case "write":
      return <Lobby state={state} />;
    case "read":
      return <Reading state={state} turn={turn} />;
    case "talk":
      return card === undefined ? (
        <Order state={state} turn={turn} />
      ) : (
        <Talking key={card.id} card={card} state={state} pie={pie} turn={turn} />
      );
    case "themes":
      return <Themes state={state} turn={turn} />;
    default:
      return <Onward state={state} turn={turn} />;
  }
}

function Countdown({ live }: { live: Live }) {
  const seconds = useSeconds(live);
  if (live.state?.timer?.running !== true) return null;
  return (
    <p class="timer" role="timer" aria-label={t("timer.left", { time: clock(seconds) })}>
      {clock(seconds)}
    </p>
  );
}

/** How to come in, and what the room is asked; a window lights up for each card. */
function Lobby({ state }: { state: State }) {
  return (
    <div class="lobby">
      <section>
        {state.stage !== null && <p class="sub">{t(`stage.${state.stage}`)}</p>}
        <h1 lang={state.language}>{state.prompts.challenge}</h1>
        <p lang={state.language} class="sub">
          {state.prompts.ideas}
        </p>
        <ul class="counts">
          <li>
            <b>{state.phones}</b> {count("screen.phones", state.phones)}
          </li>
          <li>
            <b>{state.written}</b> {count("screen.cards", state.written)}
          </li>
        </ul>
        <Street lit={Math.min(1, state.written / 40)} />
      </section>
      <section class="come" aria-labelledby="come">
        <h2 id="come">{t("screen.join")}</h2>
        <img src={`/s/${encodeURIComponent(state.code)}/qr.svg`} alt={t("screen.qr")} />
        <p>
          {t("screen.open")} <b>{location.host}/s</b> {t("screen.code")}
        </p>
        <p class="code">{state.code}</p>
      </section>
    </div>
  );
}

type ListProps = { state: State; turn: Turn };

function Reading({ state, turn }: ListProps) {
  return (
    <>
      <h1>{t("phase.read")}</h1>
      <p class="sub">{count("screen.read", state.votes_each)}</p>
      <ul class="counts">
        <li>
          <b>{state.voted}</b> {count("screen.voted", state.phones)}
        </li>
      </ul>
      <Paged turn={turn} name={state.phase} count={state.cards.length}>
        {(shown) => (
          <ul class="wall">
            {state.cards.map(
              (card, place) =>
                shown(place) && (
                  <li key={card.id} lang={state.language}>
                    <b class="number">{card.number}</b> {card.challenge}
                  </li>
                ),
            )}
          </ul>
        )}
      </Paged>
    </>
  );
}

/** What the room wanted to talk about, in its order; ties are said to be ties. */
function Order({ state, turn }: ListProps) {
  return (
    <>
      <h1>{t("talk.order")}</h1>
      <Paged turn={turn} name="order" count={state.cards.length}>
        {(shown) => (
          <ol class="order">
            {state.cards.map(
              (card, place) =>
                shown(place) && (
                  <li key={card.id}>
                    <p lang={state.language}>
                      <b class="number">{card.number}</b> {card.challenge}
                    </p>
                    <Place card={card} />
                  </li>
                ),
            )}
          </ol>
        )}
      </Paged>
    </>
  );
}

type TalkingProps = ListProps & { card: Card; pie: boolean };

function Talking({ card, state, pie, turn }: TalkingProps) {
  const texts = card.choices?.texts ?? [];
  const words = [...texts, ...card.notes].join("\n");
  return (
    <Paged turn={turn} name={`${card.id} ${card.revealed} ${pie} ${words}`} count={1}>
      {() => (
        <div class="talking" lang={state.language}>
          <h1>
            <b class="number">{card.number}</b> {card.challenge}
          </h1>
          <div class="columns">
            <div>
              {card.revealed ? (
                <div lang={language()}>
                  <Result card={card} pie={pie} language={state.language} />
                </div>
              ) : (
                <>
                  <Ideas ideas={[...card.ideas]} language={state.language} />
                  <p class="none-of" lang={language()}>
                    <span class="letter" aria-hidden="true">
                      –
                    </span>
                    {t("choice.none")}
                  </p>
                  <ul class="counts" lang={language()}>
                    <li>
                      <b>{state.answered}</b> {count("screen.answered", state.phones)}
                    </li>
                  </ul>
                  <p class="sub" lang={language()}>
                    {t("screen.hidden")}
                  </p>
                </>
              )}
            </div>
            {texts.length + card.notes.length > 0 && (
              <div class="words" lang={language()}>
                <Instead card={card} language={state.language} />
                {card.notes.length > 0 && (
                  <section class="said">
                    <h2>{t("talk.notes")}</h2>
                    <ul lang={state.language}>
                      {card.notes.map((note, place) => (
                        <li key={place}>{note}</li>
                      ))}
                    </ul>
                  </section>
                )}
              </div>
            )}
          </div>
        </div>
      )}
    </Paged>
  );
}

function Themes({ state, turn }: ListProps) {
  const numbers = new Map(state.cards.map(({ id, number }) => [id, number]));
  const told = state.themes.reduce((sum, theme) => sum + theme.cards.length, 0);
  return (
    <>
      <h1>{t("phase.themes")}</h1>
      <p class="sub">{t("lead.themes")}</p>
      <Paged turn={turn} name={state.phase} count={state.themes.length}>
        {(shown) => (
          <ul class="wall">
            {state.themes.map(
              (theme, place) =>
                shown(place) && (
                  <li key={theme.id}>
                    <p lang={state.language}>
                      <b>{theme.label}</b>
                    </p>
                    <p class="place">
                      {count("theme.cards", state.cards.length, { x: theme.cards.length })}{" "}
                      {theme.cards.map((id) => (
                        <b key={id} class="number">
                          {numbers.get(id)}
                        </b>
                      ))}
                    </p>
                  </li>
                ),
            )}
          </ul>
        )}
      </Paged>
      {told > state.cards.length && <p class="sub">{t("theme.sum")}</p>}
    </>
  );
}

/** Questions and actions, each theme and each level an item of the list. */
function Onward({ state, turn }: ListProps) {
  const items: { key: string; title: ComponentChildren; lines: string[]; lang?: string }[] = [
    ...state.themes
      .filter(({ questions }) => questions.length > 0)
      .map(({ id, label, questions }) => ({
        key: id,
        title: <span lang={state.language}>{label}</span>,
        lines: questions.map(({ text }) => text),
      })),
    ...LEVELS.map((level) => ({
      key: `level ${level}`,
      title: t(`level.${level}`),
      lines: state.actions
        .filter((action) => action.level === level)
        .map(({ text, owner, due, lifted }) =>
          [text, owner, due === null ? "" : day(due), lifted ? t("action.lifted") : ""]
            .filter(Boolean)
            .join(" · "),
        ),
    })).filter(({ lines }) => lines.length > 0),
  ];
  return (
    <>
      <h1>{t(`phase.${state.phase}`)}</h1>
      <p class="sub">{t(state.phase === "closed" ? "lead.closed" : "lead.onward")}</p>
      <Paged turn={turn} name={state.phase} count={items.length}>
        {(shown) => (
          <div>
            {items.map(
              ({ key, title, lines }, place) =>
                shown(place) && (
                  <section key={key} class="onward">
                    <h2>{title}</h2>
                    <ul lang={state.language}>
                      {lines.map((line, at) => (
                        <li key={at}>{line}</li>
                      ))}
                    </ul>
                  </section>
                ),
            )}
          </div>
        )}
      </Paged>
      <p class="sr-only" role="status">
        {count("action.count", state.actions.length)}
      </p>
    </>
  );
}

type PagedProps = {
  turn: Turn;
  name: string;
  count: number;
  children: (shown: (place: number) => boolean) => ComponentChildren;
};

/** A list, a screenful at a time; what is too high for a screen is scrolled, with the same keys. */
function Paged({ turn, name, count: items, children }: PagedProps) {
  const { box, shown, page, pages, high, setPage } = usePages(items, name);
  const go = (by: number) => {
    if (pages > 1) setPage(Math.max(0, Math.min(pages - 1, page + by)));
    else box.current?.scrollBy(0, by * box.current.clientHeight * 0.8);
  };
  turn.current = go;
  return (
    <>
      <div class="paged" ref={box} tabindex={0} role="group" aria-label={t("screen.page", { page: page + 1, pages })}>
        {children(shown)}
      </div>
      {(pages > 1 || high) && (
        <nav class="pages" aria-label={t("screen.page", { page: page + 1, pages })}>
          <button type="button" onClick={() => go(-1)} aria-disabled={!high && page === 0}>
            {t("screen.before")}
          </button>
          {pages > 1 && <span>{t("screen.page", { page: page + 1, pages })}</span>}
          <button type="button" onClick={() => go(1)} aria-disabled={!high && page === pages - 1}>
            {t("screen.after")}
          </button>
        </nav>
      )}
    </>
  );
}
