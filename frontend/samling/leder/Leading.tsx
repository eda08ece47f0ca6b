import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Desk } from "../lib/desk.ts";
import type { Live } from "../lib/live.ts";
import type { State, Step as Stop } from "../lib/state.ts";
import { useSeconds } from "../lib/view.ts";
import { clock, count, day, language, speak, t } from "../lib/words.ts";
import { Banner } from "../parts/Banner.tsx";
import { Languages } from "../parts/Languages.tsx";
import { Trouble } from "../parts/Trouble.tsx";
import { Actions } from "./Actions.tsx";
import { Cards, Talk } from "./Cards.tsx";
import { Prompts } from "./Prompts.tsx";
import { Questions, Themes } from "./Themes.tsx";

type Props = { live: Live; desk: Desk; code: string };
export type Part = { state: State; desk: Desk };

const CATALOGUES = ["telefon", "leder"] as const;

/** The page of who leads the workshop: what to say, what to do next, and what the room has made. */
export function Leading({ live, desk, code }: Props) {
  const { state } = live;
  useEffect(() => {
    if (state !== null) void speak(state.language, CATALOGUES);
  }, [state?.language]);
  useEffect(() => {
    // Events do not carry what to say at a step.
    if (state !== null) void live.read();
  }, [state?.phase, state?.stage]);
  useEffect(() => {
    document.title = state === null ? "Fortell" : `${t(`phase.${state.phase}`)} · ${state.title}`;
  }, [state?.title, state?.phase, language()]);

  if (state === null)
    return (
      <main class="lost">
        <h1>Fortell</h1>
        {live.problem !== null && (
          <Trouble problem={live.problem}>
            <a class="button" href="/stab/samlinger">
              {t("desk.home")}
            </a>
          </Trouble>
        )}
      </main>
    );
  return (
    <>
      <header class="desk-top">
        <a href="/stab/samlinger">{t("desk.home")}</a>
        <a href={`/s/${code}/skjerm`} target="_blank" rel="noopener">
          {t("desk.screen")}
        </a>
        <a href={`/stab/samlinger/${code}/rapport`}>{t("desk.report")}</a>
        <Languages catalogues={CATALOGUES} />
      </header>
      <Banner />
      <div class="desk">
        <aside aria-labelledby="steps">
          <Title state={state} desk={desk} />
          <Steps state={state} desk={desk} />
          <Script state={state} />
          <Timer live={live} desk={desk} />
        </aside>
        <main>
          <p role="status" class="away">
            {live.linked ? "" : t("link.away")}
          </p>
          {desk.problem !== null && <Trouble problem={desk.problem} />}
          <Step state={state} />
          <Phase state={state} desk={desk} />
        </main>
      </div>
    </>
  );
}

/** The step's name. When a step takes the button away that led to it, the focus comes here. */
function Step({ state: { phase, stage } }: { state: State }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const first = useRef(true);
  useEffect(() => {
    if (!first.current && document.activeElement === document.body) heading.current?.focus();
    first.current = false;
  }, [phase, stage]);
  return (
    <h2 class="step" ref={heading} tabindex={-1}>
      {t(stage === null ? `phase.${phase}` : `stage.${stage}`)}
    </h2>
  );
}

function Phase({ state, desk }: Part) {
  switch (state.phase) {
    case "write":
      return (
        <>
          <p class="big">
            {count("desk.written", state.written)}. {t("desk.written.when")}
          </p>
          <Prompts key={state.stage} state={state} desk={desk} />
          <Cards state={state} desk={desk} />
        </>
      );
    case "read":
      return (
        <>
          <p class="big">{count("desk.voted", state.phones, { x: state.voted })}</p>
          <Prompts key={state.stage} state={state} desk={desk} />
          <Cards state={state} desk={desk} />
        </>
      );
    case "talk":
      return (
        <>
          <Talk state={state} desk={desk} />
          <Cards state={state} desk={desk} />
        </>
      );
    case "themes":
      return (
        <>
          <Themes state={state} desk={desk} />
          <Cards state={state} desk={desk} />
        </>
      );
    case "onward":
      return (
        <>
          <Questions state={state} desk={desk} />
          <Actions state={state} desk={desk} />
          <Cards state={state} desk={desk} />
        </>
      );
    default:
      return (
        <>
          <p>{t("desk.closed", { date: day(state.deletes) })}</p>
          <p>
            <a class="button" href={`/stab/samlinger/${state.code}/rapport`}>
              {t("desk.report")}
            </a>{" "}
            <button class="button second" type="button" onClick={() => void desk.steer("reopen")}>
              {t("desk.reopen")}
            </button>
          </p>
          <Cards state={state} desk={desk} />
        </>
      );
  }
}

function Title({ state, desk }: Part) {
  const { door_open: open } = state;
  return (
    <section class="title">
      <h1 lang={state.language}>{state.title}</h1>
      <p class="code">
        {location.host}/s <b>{state.code}</b>
      </p>
      <p>
        {count("desk.phones", state.phones)}. {t(open ? "desk.door.open" : "desk.door.closed")}.
      </p>
      {state.phase !== "closed" && (
        <button class="button second small" type="button" onClick={() => void desk.steer("door", !open)}>
          {t(open ? "desk.door.close" : "desk.door.reopen")}
        </button>
      )}
    </section>
  );
}

function Steps({ state, desk }: Part) {
  const steps = state.steps ?? [];
  const sure = useSignal(false);
  const here = steps.findIndex(({ phase, stage }) => phase === state.phase && stage === state.stage);
  const closed = state.phase === "closed";
  const name = (step: Stop) => t(step.stage === null ? `phase.${step.phase}` : `stage.${step.stage}`);
  return (
    <section aria-labelledby="steps">
      <h2 id="steps">{t("desk.steps")}</h2>
      <ol class="steps">
        {steps.map((step, place) => (
          <li
            key={`${step.phase} ${step.stage}`}
            class={closed || place < here ? "done" : undefined}
            aria-current={place === here ? "step" : undefined}
          >
            {step.phase === "closed" ? t("desk.close") : name(step)}
          </li>
        ))}
      </ol>
      {!closed && (
        <div class="buttons">
          <button
            class="button second"
            type="button"
            aria-disabled={here <= 0}
            onClick={() => here > 0 && void desk.steer("back")}
          >
            {t("desk.back")}
          </button>
          {state.phase === "onward" ? (
            <button class="button" type="button" aria-expanded={sure.value} onClick={() => (sure.value = !sure.value)}>
              {t("desk.close")}
            </button>
          ) : (
            <button class="button" type="button" data-testid="next" onClick={() => void desk.steer("next")}>
              {t("desk.next")}
            </button>
          )}
        </div>
      )}
      {sure.value && state.phase === "onward" && (
        <div class="sure">
          <p>{t("desk.close.sure")}</p>
          <div class="buttons">
            <button class="button" type="button" onClick={() => void desk.steer("close")}>
              {t("desk.close.yes")}
            </button>
            <button class="button second" type="button" onClick={() => (sure.value = false)}>
              {t("desk.close.no")}
            </button>
          </div>
        </div>
      )}
      <p class="sr-only" role="status">
        {t("desk.now", { step: t(state.stage === null ? `phase.${state.phase}` : `stage.${state.stage}`) })}
      </p>
    </section>
  );
}

function Script({ state }: { state: State }) {
  const { script = [] } = state;
  return script.length === 0 ? null : (
    <section class="script" aria-labelledby="script">
      <h2 id="script">{t("desk.script")}</h2>
      <div lang={state.language}>
        {script.map((line, place) => (
          <p key={place}>{line}</p>
        ))}
      </div>
    </section>
  );
}

function Timer({ live, desk }: { live: Live; desk: Desk }) {
  const seconds = useSeconds(live);
  const { timer, minutes, phase, stage } = live.state!;
  const running = timer?.running === true;
  const wanted = useSignal(minutes);
  useEffect(() => {
    wanted.value = minutes;
  }, [phase, stage, minutes]);
  if (phase === "closed") return null;
  return (
    <section aria-labelledby="timer">
      <h2 id="timer">{t("desk.timer")}</h2>
      <form
        class="timer"
        onSubmit={(event) => {
          event.preventDefault();
          if (running) void desk.steer("timer_stop");
          else void desk.steer("timer_start", Math.round(60 * wanted.value));
        }}
      >
        {running ? (
          <p class="left" role="timer" aria-label={t("timer.left", { time: clock(seconds) })}>
            {clock(seconds)}
          </p>
        ) : (
          <label>
            {t("desk.timer.minutes")}
            <input
              type="number"
              min={1}
              max={240}
              autocomplete="off"
              value={wanted.value}
              onInput={({ currentTarget }) => (wanted.value = Math.max(1, currentTarget.valueAsNumber || 1))}
            />
          </label>
        )}
        <button class="button second" type="submit">
          {t(running ? "desk.timer.stop" : "desk.timer.start")}
        </button>
      </form>
    </section>
  );
}
