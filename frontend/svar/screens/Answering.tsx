import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Problem, type Helpline, type Question, type Round } from "../lib/api.ts";
import type { Draft } from "../lib/draft.ts";
import { t } from "../lib/i18n.ts";
import { back, goTo, step } from "../lib/place.ts";
import { wordList } from "../lib/receipt.ts";
import { useTitle } from "../lib/title.ts";
import { warnBeforeUnload } from "../lib/unsent.ts";
import { Asking } from "./Asking.tsx";
import { LookOver } from "./LookOver.tsx";
import { Proposal } from "./Proposal.tsx";
import { Sent } from "./Sent.tsx";
import { Tried } from "./Tried.tsx";
import { Under13 } from "./Under13.tsx";
import { Waiting } from "./Waiting.tsx";
import { Welcome } from "./Welcome.tsx";

type Props = { round: Round; draft: Draft; helplines: Helpline[]; onHelp: () => void };

/** A pause in writing after which a draft that is kept is written down. */
const SAVE_MS = 500;

export function Answering({ round, draft, helplines, onHelp }: Props) {
  const problem = useSignal<Problem | null>(null);
  const reviewed = useSignal(false);
  const seen = useRef(new Set<Question>());

  const { asked, questions } = draft;
  // Without a token nothing can be sent, so nobody writes in vain.
  const barred = round.invited !== null && draft.token === null;
  const question =
    step() === 0 || barred ? undefined : questions.slice(step() - 1).find((one) => asked.includes(one));
  const reviewing = draft.locked || draft.sending || (step() > 0 && !barred && question === undefined);
  const proposing =
    step() === questions.length + 2 && draft.judged.length > 0 && !draft.locked && !draft.sending;
  // A changed answer may lead to questions that were not asked before.
  const unseen = asked.find((one) => one !== question && !seen.current.has(one));
  const overview = reviewed.value && unseen === undefined;
  const stopping = draft.stopped || (draft.under13 && question?.type !== "age_band");
  const number = question === undefined ? 0 : asked.indexOf(question) + 1;
  // Until the choice of services is made, nobody knows which questions it leaves out.
  const total = question?.type === "services" ? draft.most : asked.length;
  // A token is gone with the page, and with it the invitation.
  const warn = (draft.hasText || draft.token !== null) && !draft.sent && !draft.kept;

  // Early, for the network may be gone when it is time to send.
  useEffect(() => void wordList().catch(() => null), []);

  useEffect(() => {
    if (reviewing) reviewed.value = true;
    else problem.value = null;
  }, [reviewing]);

  useEffect(() => {
    if (question === undefined) return;
    seen.current.add(question);
    draft.at = question.id;
  }, [question]);

  useSignalEffect(() => {
    if (!draft.kept) return undefined;
    void draft.written;
    const timer = setTimeout(() => void draft.save(), SAVE_MS);
    return () => clearTimeout(timer);
  });

  useLayoutEffect(() => {
    if (!warn) return undefined;
    addEventListener("beforeunload", warnBeforeUnload);
    return () => removeEventListener("beforeunload", warnBeforeUnload);
  }, [warn]);

  useTitle(title());

  function title(): string {
    if (draft.sent) return `${t(round.preview ? "preview.end" : "sent.title")} – Fortell`;
    if (draft.waiting !== null) return `${t("waiting.title")} – Fortell`;
    if (stopping) return "Fortell";
    if (proposing) return `${t("proposal.title")} – Fortell`;
    if (reviewing) return `${t("review.title")} – Fortell`;
    if (question === undefined) return "Fortell";
    return `${t("question.progress", { number, total })} – Fortell`;
  }

  function show(wanted: Question): void {
    goTo(questions.indexOf(wanted) + 1);
  }

  function next(): void {
    const following = reviewed.value ? unseen : asked[number];
    if (following === undefined) goTo(questions.length + 1);
    else show(following);
  }

  function skip(current: Question): void {
    draft.clear(current);
    next();
  }

  /** Goes on where somebody left, or at what was drawn to come before it and has no answer. */
  function resume(): void {
    show(draft.asked.find((one) => one.id === draft.at || !draft.has(one)) ?? draft.asked[0]!);
  }

  function unsay(): void {
    draft.under13 = false;
    const age = asked.find(({ type }) => type === "age_band");
    if (age !== undefined) show(age);
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

  if (draft.sent && round.preview) return <Tried />;
  if (draft.sent) return <Sent round={round} receipt={draft.receipt} themes={draft.stoodBy} />;
  if (draft.waiting !== null) return <Waiting round={round} draft={draft} />;
  if (stopping) return <Under13 draft={draft} helplines={helplines} onBack={unsay} />;
  if (proposing) return <Proposal draft={draft} onChange={show} onBack={back} />;
  if (reviewing)
    return (
      <LookOver
        round={round}
        draft={draft}
        problem={problem.value}
        onChange={show}
        onPropose={() => goTo(questions.length + 2)}
        onBack={back}
        onSend={send}
      />
    );
  if (question === undefined)
    return (
      <Welcome
        round={round}
        draft={draft}
        onHelp={onHelp}
        onStart={() => goTo(1)}
        onResume={resume}
      />
    );
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
      mayKeep={!round.preview}
      onHelp={onHelp}
      onNext={next}
      onBack={back}
      onSkip={() => skip(question)}
    />
  );
}
