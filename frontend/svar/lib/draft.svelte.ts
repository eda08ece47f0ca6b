import type { Answer, Question, ResponseBody, Round } from "./api.ts";
import { language, say, t } from "./i18n.svelte.ts";
import { makeReceipt, sha256 } from "./receipt.ts";

/** What one person has answered so far. Lives in this page's memory and nowhere else. */
export class Draft {
  services = $state<string[]>([]);
  stories = $state<Record<string, string>>({});
  answers = $state<Record<string, Answer>>({});
  ageBand = $state<string | null>(null);
  sent = $state(false);

  readonly receipt = makeReceipt();

  readonly #round: Round;

  constructor(round: Round) {
    this.#round = round;
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
    else if (question.type === "story") delete this.stories[question.id];
    else delete this.answers[question.id];
  }

  story(id: string): string {
    return (this.stories[id] ?? "").trim();
  }

  get hasText(): boolean {
    return Object.values(this.stories).some((story) => story.trim() !== "");
  }

  /** The chosen services as part of a sentence: "NAV og skolen". */
  get serviceNames(): string {
    const names = this.#round.services
      .filter((service) => this.services.includes(service.key))
      .map((service) => say(service.name));
    const last = names.pop() ?? t("piping.service");
    return names.length === 0 ? last : `${names.join(", ")} ${t("piping.and")} ${last}`;
  }

  /** A question's text with {service} filled in. */
  ask(text: Question["text"]): string {
    const asked = say(text).replaceAll("{service}", this.serviceNames);
    return asked.charAt(0).toUpperCase() + asked.slice(1);
  }

  /** The body of the request. The same draft always has the same receipt, so it counts once. */
  async body(): Promise<ResponseBody> {
    const stories: Record<string, string> = {};
    for (const question of this.#round.questions)
      if (question.type === "story" && this.has(question))
        stories[question.id] = this.story(question.id);
    return {
      receipt_hash: await sha256(this.receipt),
      language: language(),
      services: [...this.services],
      age_band: this.ageBand,
      stories,
      answers: { ...this.answers },
    };
  }
}
