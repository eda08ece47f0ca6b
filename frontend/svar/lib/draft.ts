import {
  Problem,
  sendResponse,
  type Answer,
  type Question,
  type ResponseBody,
  type Round,
  type Service,
  type Token,
} from "./api.ts";
import { language, say, t } from "./i18n.ts";
import { observe } from "./observe.ts";
import { makeSecret, receiptHash, wordList, writeReceipt } from "./receipt.ts";

const SERVICE = "{service}";

/** What one person has answered so far. Lives in this page's memory and nowhere else. */
export class Draft {
  services: readonly string[] = [];
  stories: Readonly<Record<string, string>> = {};
  answers: Readonly<Record<string, Answer>> = {};
  ageBand: string | null = null;
  sending = false;
  sent = false;
  /** A try may have arrived, and the server keeps the first version: nothing can change now. */
  locked = false;
  /** The help card, once words suggested it. In this page's memory, and never to be kept or sent. */
  care: "" | "shown" | "closed" = "";

  /** What lets the answer into an invited round; in this page's memory until it is sent. */
  token: Token | null = null;

  /** The receipt's words, from the first try to send on. */
  receipt: readonly string[] = [];

  readonly #secret = makeSecret();
  readonly #round: Round;
  #tried: ResponseBody | null = null;
  #known: ReadonlySet<string> | undefined;

  constructor(round: Round) {
    this.#round = round;
    observe(this);
  }

  /** The questions that make sense to this person: none about {service} when none is chosen. */
  get asked(): Question[] {
    const { questions } = this.#round;
    return this.#about.length > 0 ? questions : questions.filter((one) => !needsService(one));
  }

  /** Names and other words of the round itself, in lower case: they tell nothing of the writer. */
  get known(): ReadonlySet<string> {
    return (this.#known ??= wordsOf(this.#round));
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
    else if (question.type === "story") this.stories = without(this.stories, question.id);
    else this.answers = without(this.answers, question.id);
  }

  write(id: string, text: string): void {
    this.stories = { ...this.stories, [id]: text };
  }

  answer(id: string, answer: Answer): void {
    this.answers = { ...this.answers, [id]: answer };
  }

  story(id: string): string {
    return (this.stories[id] ?? "").trim();
  }

  get hasText(): boolean {
    return Object.values(this.stories).some((story) => story.trim() !== "");
  }

  /** The chosen services as part of a sentence: "NAV og skolen". */
  get serviceNames(): string {
    const names = this.#about.map(({ name }) => say(name));
    const last = names.pop() ?? t("piping.nobody");
    return names.length === 0 ? last : `${names.join(", ")} ${t("piping.and")} ${last}`;
  }

  /** A question's text with {service} filled in. */
  ask(text: Question["text"]): string {
    const asked = say(text).replaceAll(SERVICE, this.serviceNames);
    return asked.charAt(0).toUpperCase() + asked.slice(1);
  }

  /**
   * Sends the answers and then forgets them. A new try after one that may have arrived carries the
   * same body; the same receipt makes it count once.
   *
   * @throws {Problem} the server refused, or nobody knows whether the answers arrived.
   */
  async send(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      await this.#writeReceipt();
      this.#tried ??= await this.#body();
      await sendResponse(this.#round.code, this.#tried);
      this.#forget();
      this.sent = true;
    } catch (error) {
      if (error instanceof Problem && this.#tried !== null)
        this.locked = !error.refused || (this.locked && !error.refusedContent);
      if (!this.locked) this.#tried = null;
      throw error;
    } finally {
      this.sending = false;
    }
  }

  /** Before anything is sent: no answer arrives that its teller cannot withdraw. */
  async #writeReceipt(): Promise<void> {
    const words = await wordList().catch(() => {
      throw new Problem("offline");
    });
    this.receipt = writeReceipt(this.#secret, words);
  }

  async #body(): Promise<ResponseBody> {
    const stories: Record<string, string> = {};
    const answers: Record<string, Answer> = {};
    for (const question of this.asked) {
      const answer = this.answers[question.id];
      if (answer !== undefined) answers[question.id] = answer;
      else if (question.type === "story" && this.has(question))
        stories[question.id] = this.story(question.id);
    }
    return {
      receipt_hash: await receiptHash(this.#secret),
      language: language(),
      services: [...this.services],
      age_band: this.ageBand,
      stories,
      answers,
      ...(this.token === null ? {} : { token: this.token }),
    };
  }

  #forget(): void {
    this.services = [];
    this.stories = {};
    this.answers = {};
    this.ageBand = null;
    this.care = "";
    this.token = null;
    this.#tried = null;
  }

  /** The services that the answers are about: those chosen, or all where nobody is asked to choose. */
  get #about(): Service[] {
    const { questions, services } = this.#round;
    if (!questions.some(({ type }) => type === "services")) return services;
    return services.filter(({ key }) => this.services.includes(key));
  }
}

function wordsOf({ title, organisation, services }: Round): Set<string> {
  const texts = [title, organisation, ...services.map(({ name }) => name)].flatMap(Object.values);
  return new Set(texts.join(" ").toLowerCase().split(/[^\p{L}]+/u));
}

function without<T>(record: Readonly<Record<string, T>>, id: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== id));
}

function needsService(question: Question): boolean {
  if (question.type === "story") return false;
  const texts = [question.stem, question.text].flatMap((text) => Object.values(text ?? {}));
  return texts.some((text) => text.includes(SERVICE));
}
