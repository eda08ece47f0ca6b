import { useEffect, useRef } from "preact/hooks";
import { Street } from "../../svar/parts/Street.tsx";
import type { Phase, State } from "../lib/state.ts";
import { useSeconds } from "../lib/view.ts";
import { clock, language, speak, t } from "../lib/words.ts";
import { Banner } from "../parts/Banner.tsx";
import { Languages } from "../parts/Languages.tsx";
import { Actions, Themes } from "../parts/Outcome.tsx";
import { Trouble } from "../parts/Trouble.tsx";
import { EnterCode } from "./EnterCode.tsx";
import { Help } from "./Help.tsx";
import { Join } from "./Join.tsx";
import type { Phone } from "./phone.ts";
import { Read } from "./Read.tsx";
import { Talk } from "./Talk.tsx";
import { Write } from "./Write.tsx";

export function App({ phone }: { phone: Phone | null }) {
  const state = phone?.live.state ?? null;
  const phase = state?.phase;

  useEffect(() => {
    if (state !== null) void speak(state.language, ["telefon"]);
  }, [state?.language]);

  useEffect(() => {
    document.title = state === null ? `${t("code.title")} · Fortell` : `${t(`phase.${state.phase}`)} · ${state.title}`;
  }, [state?.title, phase, language()]);

  return (
    <>
      <header class="room-top">
        {state?.helplines === undefined ? <span class="brand">Fortell</span> : <Help helplines={state.helplines} />}
        {phone !== null && state !== null && <Countdown phone={phone} />}
        <Languages catalogues={["telefon"]} />
      </header>
      <Banner />
      <main>{screen(phone, state)}</main>
      {phone !== null && state !== null && <Link phone={phone} />}
    </>
  );
}

function screen(phone: Phone | null, state: State | null) {
  if (phone === null) return <EnterCode />;
  if (state === null)
    return (
      <>
        <Street lit={0.2} />
        <h1 class="sr-only">{t("code.title")}</h1>
        <Trouble problem={phone.live.problem!}>
          <a class="button" href="/s">
            {t("code.other")}
          </a>
        </Trouble>
      </>
    );
  if (phone.joined === null && !phone.watching && state.phase !== "closed")
    return <Join phone={phone} state={state} />;
  return <Running key={`${state.phase} ${state.stage}`} phone={phone} state={state} />;
}

/** The step that the room is at. A new step begins at its heading. */
function Running({ phone, state }: { phone: Phone; state: State }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { phase } = state;

  useEffect(() => {
    scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
    if (phase === "write") phone.again();
  }, []);

  return (
    <div class="stack">
      <p class="kicker" lang={state.language}>
        {state.title}
      </p>
      <h1 ref={heading} tabindex={-1}>
        {t(state.stage === null ? `phase.${phase}` : `stage.${state.stage}`)}
      </h1>
      {phone.problem !== null && <Trouble problem={phone.problem} />}
      {phase === "write" && <Write phone={phone} state={state} />}
      {phase === "read" && <Read phone={phone} state={state} />}
      {phase === "talk" && <Talk phone={phone} state={state} />}
      {isOver(phase) && <Over phone={phone} state={state} />}
    </div>
  );
}

const isOver = (phase: Phase) => phase === "themes" || phase === "onward" || phase === "closed";

function Over({ phone, state }: { phone: Phone; state: State }) {
  const { phase } = state;
  return (
    <>
      <p>{t(`lead.${phase as "themes" | "onward" | "closed"}`)}</p>
      {state.themes.length > 0 && <Themes state={state} questions={phase !== "themes"} />}
      {phase !== "themes" && state.actions.length > 0 && (
        <section>
          <h2 class="part">{t("action.title")}</h2>
          <Actions state={state} />
        </section>
      )}
      {phase === "closed" && phone.joined !== null && (
        <button class="button second wide" type="button" onClick={() => void phone.forget()}>
          {t("forget")}
        </button>
      )}
    </>
  );
}

function Countdown({ phone }: { phone: Phone }) {
  const seconds = useSeconds(phone.live);
  const running = phone.live.state?.timer?.running === true;
  return running ? (
    <span class="timer" role="timer" aria-label={t("timer.left", { time: clock(seconds) })}>
      {clock(seconds)}
    </span>
  ) : null;
}

/** Says calmly that the network is away. What has been written is safe meanwhile. */
function Link({ phone }: { phone: Phone }) {
  const waits =
    phone.votesWait ||
    phone.cards.some(({ standing }) => standing === "waits" || standing === "gone") ||
    Object.values(phone.choices).some((choice) => choice.waits);
  const away = !phone.live.linked || phone.stuck;
  return (
    <p class="link" role="status">
      {away && t(waits ? "link.waits" : "link.away")}
    </p>
  );
}
