import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect } from "preact/hooks";
import { Problem, type Helpline, type Question, type Round } from "../lib/api.ts";
import type { Draft } from "../lib/draft.ts";
import { t } from "../lib/i18n.ts";
import { back, goTo, step } from "../lib/place.ts";
import { wordList } from "../lib/receipt.ts";
import { useTitle } from "../lib/title.ts";
import { warnBeforeUnload } from "../lib/unsent.ts";
import { Asking } from "./Asking.tsx";
import { LookOver } from "./LookOver.tsx";
import { Sent } from "./Sent.tsx";
import { Welcome } from "./Welcome.tsx";

type Props = { round: Round; draft: Draft; helplines: Helpline[]; onHelp: () => void };

export function Answering({ round, draft, helplines, onHelp }: Props) {
  const problem = useSignal<Problem | null>(null);
  const seen = useSignal(0);

  const { asked } = draft;
  // Without a token nothing can be sent, so nobody writes in vain.
  const barred = round.invited !== null && draft.token === null;
  const question =
    step() === 0 || barred ? undefined : round.questions.slice(step() - 1).find((one) => asked.includes(one));
  const reviewing = draft.locked || draft.sending || (step() > 0 && !barred && question === undefined);
  const overview = seen.value >= asked.length;
  const number = question === undefined ? 0 : asked.indexOf(question) + 1;
  // Until the choice of services is made, nobody knows which questions it leaves out.
  const total = question?.type === "services" ? round.questions.length : asked.length;
  // A token is gone with the page, and with it the invitation.
  const warn = (draft.hasText || draft.token !== null) && !draft.sent;

  // Early, for the network may be gone when it is time to send.
  useEffect(() => void wordList().catch(() => null), []);

  useEffect(() => {
    if (reviewing) seen.value = asked.length;
    else problem.value = null;
  }, [reviewing, asked.length]);

  useLayoutEffect(() => {
    if (!warn) return undefined;
    addEventListener("beforeunload", warnBeforeUnload);
    return () => removeEventListener("beforeunload", warnBeforeUnload);
  }, [warn]);

  useTitle(title());

  function title(): string {
    if (draft.sent) return `${t("sent.title")} – Fortell`;
    if (reviewing) return `${t("review.title")} – Fortell`;
    if (question === undefined) return "Fortell";
    return `${t("question.progress", { number, total })} – Fortell`;
  }

  function show(wanted: Question): void {
    goTo(round.questions.indexOf(wanted) + 1);
  }

  function next(): void {
    const following = overview ? undefined : asked[number];
    if (following === undefined) goTo(round.questions.length + 1);
    else show(following);
  }

  function skip(current: Question): void {
    draft.clear(current);
    next();
  }

  async function send(): Promise<void> {
    problem.value = asked.some((one) => draft.has(one)) ? null : new Problem("empty");
    if (problem.value !== null) return;
    try {
      await draft.send();
    } catch (error) {
      problem.value = error instanceof Problem ? error : new Problem("unexpected");
    }
  }

  if (draft.sent) return <Sent round={round} receipt={draft.receipt} themes={[]} />;
  if (reviewing)
    return (
      <LookOver
        round={round}
        draft={draft}
        problem={problem.value}
        onChange={show}
        onBack={back}
        onSend={send}
      />
    );
  if (question === undefined)
    return <Welcome round={round} draft={draft} onHelp={onHelp} onStart={() => goTo(1)} />;
  return (
    <Asking
      key={question.id}
      question={question}
      draft={draft}
      number={number}
      total={total}
      services={round.services}
      helplines={helplines}
      overview={overview}
      onHelp={onHelp}
      onNext={next}
      onBack={back}
      onSkip={() => skip(question)}
    />
  );
}
