import {
  Problem,
  getProposals,
  prepareWork,
  sendResponse,
  type Answer,
  type Points,
  type Question,
  type ResponseBody,
  type Round,
  type Service,
  type StoryQuestion,
  type Token,
  type When,
} from "./api.ts";
import { language, say, t } from "./i18n.ts";
import type { Localised } from "./languages.ts";
import { observe } from "./observe.ts";
import { drawn } from "./order.ts";
import { drawsFirst, judge, reveal, sealed, type Judged, type Theme } from "./proposals.ts";
import { happening, queue } from "./queue.ts";
import { makeSecret, receiptHash, wordList, writeReceipt } from "./receipt.ts";
import { forgetDraft, saveDraft } from "./saved.ts";

const SERVICE = "{service}";
/** How long a reply may take before the answer is kept on the device. */
const PATIENCE_MS = 3000;
/** The server does not know its proposal again. */
const VOIDING = new Set(["seal_wrong", "unknown_theme"]);

/** What a person may choose to keep on the device. */
export type Written = Pick<
  Draft,
  "services" | "stories" | "prompts" | "answers" | "ageBand" | "research" | "token" | "at"
>;

/** What one person has answered so far. Lives in this page's memory, unless they chose to keep it. */
export class Draft {
  services: readonly string[] = [];
  /** Texts by question. */
  stories: Readonly<Record<string, string>> = {};
  /** Which prompt was chosen, by question; the text stays when another is chosen. */
  prompts: Readonly<Record<string, string>> = {};
  answers: Readonly<Record<string, Answer>> = {};
  ageBand: string | null = null;
  /** Researchers may read what is told; nobody has said so until they tick it. */
  research = false;
  /** What was proposed for stories, and what their teller makes of it; by question. */
  proposals: Readonly<Record<string, Judged>> = {};
  /** All themes that a story can be about. */
  themes: readonly Theme[] = [];
  /** Somebody said that they are under 13: nothing is sent. */
  under13 = false;
  /** They let everything be forgotten. */
  stopped = false;
  sending = false;
  sent = false;
  /** The receipt's hash, while the answer waits on this device. */
  waiting: string | null = null;
  /** A try may have arrived, and the server keeps the first version: nothing can change now. */
  locked = false;
  /** The help card, once words suggested it. In this page's memory, and never to be kept or sent. */
  care: "" | "shown" | "closed" = "";

  /** What lets the answer into an invited round, until it is sent. */
  token: Token | null = null;
  /** The question that was shown last. */
  at = "";
  /** The person chose to keep on this device what is written so far. */
  kept = false;

  /** The receipt's words, from the first try to send on. */
  receipt: readonly string[] = [];
  /** Every question, in this visit's order. */
  readonly questions: readonly Question[];

  /** Themes that the teller stood by when the answer was sent. */
  stoodBy: readonly string[] = [];

  private readonly secret = makeSecret();
  private readonly round: Round;
  private readonly aboutServices: ReadonlySet<Question>;
  /** One in five, until a proposal has been seen. */
  private choosesFirst = drawsFirst();
  private tried: ResponseBody | null = null;
  private dropped = false;
  private knownWords: ReadonlySet<string> | undefined;

  constructor(round: Round) {
    this.round = round;
    this.questions = drawn(round.questions);
    this.aboutServices = new Set(round.questions.filter(namesService));
    observe(this);
  }

  /** The questions that make sense to this person: none about {service} when none is chosen. */
  get asked(): Question[] {
    return this.shown(this.about.length > 0);
  }

  /** How many would be asked of somebody who chose a service. */
  get most(): number {
    return this.shown(true).length;
  }

  /** Names and other words of the round itself, in lower case: they tell nothing of the writer. */
  get known(): ReadonlySet<string> {
    return (this.knownWords ??= wordsOf(this.round));
  }

  has(question: Question): boolean {
    switch (question.type) {
      case "services":
        return this.services.length > 0;
      case "story":
        return this.story(question.id) !== "";
      case "age_band":
        return this.ageBand !== null;
      default:
        return question.id in this.answers;
    }
  }

  clear(question: Question): void {
    if (question.type === "services") this.services = [];
    else if (question.type === "age_band") this.ageBand = null;
    else if (question.type === "story") {
      this.stories = without(this.stories, question.id);
      this.unpropose(question.id);
    } else this.answers = without(this.answers, question.id);
  }

  write(id: string, text: string): void {
    this.stories = { ...this.stories, [id]: text };
    this.unpropose(id);
  }

  choosePrompt(id: string, prompt: string): void {
    this.prompts = { ...this.prompts, [id]: prompt };
    this.unpropose(id);
  }

  answer(id: string, answer: Answer): void {
    this.answers = { ...this.answers, [id]: answer };
  }

  /** What was chosen of several, or how something was shared; empty where nothing was. */
  list(id: string): readonly number[] {
    const answer = this.answers[id];
    return Array.isArray(answer) ? answer : [];
  }

  /** Answers with some of the options; none of them is no answer. */
  choose(question: Question, values: readonly number[]): void {
    if (values.length > 0) this.answer(question.id, values);
    else this.clear(question);
  }

  /** Where stones were laid. */
  points(id: string): Points {
    const answer = this.answers[id];
    return typeof answer === "object" && !Array.isArray(answer) ? (answer as Points) : {};
  }

  story(id: string): string {
    return (this.stories[id] ?? "").trim();
  }

  get hasText(): boolean {
    return Object.values(this.stories).some((story) => story.trim() !== "");
  }

  get written(): Written {
    const { services, stories, prompts, answers, ageBand, research, token, at } = this;
    return { services, stories, prompts, answers, ageBand, research, token, at };
  }

  /** Goes on with what was kept earlier. */
  resume(written: Written): void {
    Object.assign(this, written);
    this.kept = true;
  }

  /** Keeps on this device what is written, from now on or no longer; false where it cannot. */
  async keep(wanted: boolean): Promise<boolean> {
    if (wanted) this.kept = await this.save();
    else await this.unsave();
    return this.kept === wanted;
  }

  /** Where the device takes no more, it is kept no longer: closing the page warns again. */
  async save(): Promise<boolean> {
    const done = await saveDraft(this.round.code, this.written);
    if (!done) await this.unsave();
    return done;
  }

  private unsave(): Promise<void> {
    this.kept = false;
    return forgetDraft(this.round.code);
  }

  /** The chosen services as part of a sentence: "NAV og skolen". */
  get serviceNames(): string {
    const names = this.about.map(({ name }) => say(name));
    const last = names.pop() ?? t("piping.nobody");
    return names.length === 0 ? last : `${names.join(", ")} ${t("piping.and")} ${last}`;
  }

  /** A text of the round with {service} filled in. */
  fill(text: Localised | undefined): string {
    return say(text ?? {}).replaceAll(SERVICE, this.serviceNames);
  }

  /** The same as the beginning of a sentence. */
  ask(text: Localised | undefined): string {
    const asked = this.fill(text);
    return asked.charAt(0).toUpperCase() + asked.slice(1);
  }

  /** What a story is an answer to: the prompt that was chosen, where there are prompts. */
  promptOf({ id, text, prompts }: StoryQuestion): { id: string; text: Localised } | undefined {
    return prompts === undefined ? { id, text } : prompts.find((one) => one.id === this.prompts[id]);
  }

  /** The question as it stands: of a choice of stories, the one that is told. */
  textOf(question: Question): string {
    const prompt = question.type === "story" ? this.promptOf(question) : undefined;
    return this.ask((prompt ?? question).text);
  }

  /** Answers to one question, as conditions of others name them. */
  private given(item: string): unknown[] {
    if (item === "services") return [...this.services];
    if (item === "age_band") return [this.ageBand];
    return [this.answers[item]].flat();
  }

  private meets(when: When | undefined, shown: ReadonlySet<string>): boolean {
    if (when === undefined) return true;
    const given = shown.has(when.item) ? this.given(when.item) : [];
    return when.any.some((value) => given.includes(value));
  }

  /** Conditions name earlier questions of the round, and nothing follows from a hidden one. */
  private shown(aboutServices: boolean): Question[] {
    const shown = new Set<string>();
    for (const question of this.round.questions)
      if (
        (aboutServices || !this.aboutServices.has(question)) &&
        this.meets(question.when, shown)
      )
        shown.add(question.id);
    return this.questions.filter(({ id }) => shown.has(id));
  }

  /** The stories that are told now, with what each is sent under. */
  get told(): { id: string; item: string }[] {
    return this.asked.flatMap((question) => {
      const prompt = question.type === "story" && this.has(question) && this.promptOf(question);
      return prompt ? [{ id: question.id, item: prompt.id }] : [];
    });
  }

  /** Whether to ask if researchers may read: of those who told something and are old enough. */
  get mayAgree(): boolean {
    const asked = this.asked.some(({ type }) => type === "age_band");
    const old = this.round.research?.ages.includes(this.ageBand ?? "") ?? false;
    return asked && old && this.told.length > 0;
  }

  /** What was proposed for the stories that are told now. */
  get judged(): { id: string; judged: Judged }[] {
    return this.told.flatMap(({ id }) => {
      const judged = this.proposals[id];
      return judged === undefined ? [] : [{ id, judged }];
    });
  }

  /**
   * Asks what the server makes of the stories that it has not been asked about.
   *
   * @throws {Problem} it made nothing of them, or nobody waits for it any more.
   */
  async propose(stop: AbortController): Promise<void> {
    if (this.round.preview) throw new Problem("preview_only");
    const told = this.told.filter(({ id }) => this.proposals[id] === undefined);
    const stories = Object.fromEntries(told.map(({ id, item }) => [item, this.story(id)]));
    const reply = await getProposals(this.round, { language: language(), stories }, stop);
    // Nobody waits for it any more, or something between us and the server answered.
    if (stop.signal.aborted || told.some(({ item }) => reply.stories?.[item] === undefined))
      throw new Problem("offline");
    this.themes = reply.themes;
    for (const { id, item } of told)
      this.judge(id, judge(reply.stories[item]!, item, this.choosesFirst));
  }

  /** What the teller makes of a proposal now. */
  judge(id: string, judged: Judged): void {
    this.proposals = { ...this.proposals, [id]: judged };
  }

  /** Shows themes to somebody who has chosen; whoever has seen some cannot choose before that. */
  reveal(): void {
    for (const { id, judged } of this.judged) this.judge(id, reveal(judged));
    this.choosesFirst = false;
  }

  /** Whether stories are to be sent as they were proposed, or as they were written. */
  use(used: boolean): void {
    for (const { id, judged } of this.judged) this.judge(id, { ...judged, used });
  }

  /** A story that is written anew, or under another prompt, fits its seal no longer. */
  private unpropose(id: string): void {
    this.proposals = without(this.proposals, id);
  }

  /** Begins the work that sending asks for, while somebody reads through what they wrote. */
  async prepare(): Promise<void> {
    prepareWork(await receiptHash(this.secret), this.round.work);
  }

  /**
   * Sends the answers and then forgets them. A new try after one that may have arrived carries the
   * same body; the same receipt makes it count once.
   *
   * @throws {Problem} the server refused, or nobody knows whether the answers arrived.
   */
  async send(): Promise<void> {
    if (this.sending || this.under13) return;
    if (this.round.preview) {
      this.forget();
      this.sent = true;
      return;
    }
    this.sending = true;
    try {
      await this.writeReceipt();
      const body = (this.tried ??= await this.body());
      const sending = sendResponse(this.round.code, body);
      const waits = await this.leave(sending, body);
      if (!waits) await sending;
      this.forget();
      this.stoodBy = Object.values(body.sealed).flatMap(({ themes }) => themes);
      if (waits) this.waiting = body.receipt_hash;
      else this.sent = true;
    } catch (error) {
      if (error instanceof Problem && this.tried !== null)
        this.locked = !error.refused || (this.locked && !error.refusedContent);
      if (!this.locked) this.tried = null;
      if (error instanceof Problem && VOIDING.has(error.code)) this.proposals = {};
      throw error;
    } finally {
      this.sending = false;
    }
  }

  /**
   * Leaves to the queue of this device what does not get through, or is not through when somebody
   * turns to something else: it may be lost with the page, which phones end when it is hidden.
   *
   * @returns false where it got through, was refused or dropped, and where the device keeps nothing.
   */
  private async leave(sending: Promise<void>, body: ResponseBody): Promise<boolean> {
    const late = new Promise<boolean>((resolve) => {
      setTimeout(resolve, PATIENCE_MS, true);
      document.addEventListener("visibilitychange", () => resolve(true), { once: true });
    });
    const lost = await Promise.race([sending.then(() => false, isLost), late]);
    if (!lost || this.dropped || !(await queue.keep(this.round.code, body, () => this.arrive()))) return false;
    void queue.after(sending);
    return true;
  }

  private arrive(): void {
    this.waiting = null;
    this.sent = true;
  }

  /** Before anything is sent: no answer arrives that its teller cannot withdraw. */
  private async writeReceipt(): Promise<void> {
    const words = await wordList().catch(() => {
      throw new Problem("offline");
    });
    this.receipt = writeReceipt(this.secret, words);
  }

  /** What was answered to the questions that are asked now, and nothing else. */
  private async body(): Promise<ResponseBody> {
    const body: ResponseBody = {
      receipt_hash: await receiptHash(this.secret),
      language: language(),
      services: [],
      age_band: null,
      stories: {},
      sealed: {},
      answers: {},
      ...(this.research && this.mayAgree ? { research: true } : {}),
      ...(this.token === null ? {} : { token: this.token }),
    };
    for (const question of this.asked) {
      const answer = this.answers[question.id];
      if (question.type === "services") body.services = [...this.services];
      else if (question.type === "age_band") body.age_band = this.ageBand;
      else if (answer !== undefined) body.answers[question.id] = answer;
    }
    for (const { id, item } of this.told) {
      const judged = this.proposals[id];
      if (judged?.used === true) body.sealed[item] = sealed(judged);
      else body.stories[item] = this.story(id);
    }
    return body;
  }

  /** Ends it for somebody under 13: what was written is gone, and nobody is told. */
  stop(): void {
    this.forget();
    this.stopped = true;
  }

  /** Forgets it, and keeps nothing of it on this device, though it may be on its way. */
  drop(): void {
    this.dropped = true;
    this.forget();
  }

  /** Empties it of everything that was answered. */
  forget(): void {
    this.services = [];
    this.stories = {};
    this.prompts = {};
    this.answers = {};
    this.ageBand = null;
    this.research = false;
    this.proposals = {};
    this.stoodBy = [];
    this.care = "";
    this.token = null;
    this.tried = null;
    // A draft that somebody else kept here, and that this person did not take up, stays.
    if (this.kept) void this.unsave();
  }

  /** The services that the answers are about: those chosen, or all where nobody is asked to choose. */
  private get about(): Service[] {
    const { questions, services } = this.round;
    if (!questions.some(({ type }) => type === "services")) return services;
    return services.filter(({ key }) => this.services.includes(key));
  }
}

function isLost(error: unknown): boolean {
  return error instanceof Problem && happening(error) === "lost";
}

function wordsOf({ title, organisation, services }: Round): Set<string> {
  const texts = [title, organisation, ...services.map(({ name }) => name)].flatMap(Object.values);
  return new Set(texts.join(" ").toLowerCase().split(/[^\p{L}]+/u));
}

function without<T>(record: Readonly<Record<string, T>>, id: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== id));
}

/** Whether it asks about the services; a story finds other words where none is chosen. */
function namesService(question: Question): boolean {
  return question.type !== "story" && JSON.stringify(question).includes(SERVICE);
}
