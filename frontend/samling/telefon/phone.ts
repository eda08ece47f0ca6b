import { all, remove, write } from "../../svar/lib/device.ts";
import { observe } from "../../svar/lib/observe.ts";
import { solve, type Challenge } from "../../svar/lib/work.ts";
import { Problem, ask } from "../lib/http.ts";
import { Live } from "../lib/live.ts";
import { secret, uuid } from "../lib/secret.ts";
import type { Stage } from "../lib/state.ts";

/** A card that this phone has written. */
export type MyCard = {
  id: string;
  /** Only who has it may change the card or take it back. */
  key: string;
  challenge: string;
  ideas: string[];
  stage: Stage | null;
  follows: string | null;
  /** "gone": taken back, and the server is still to be told. "late": writing was over. */
  standing: "waits" | "sent" | "gone" | "late";
};

export type Draft = { challenge: string; ideas: string[]; follows: string | null; editing: string | null };
export type MyChoice = { choice: number; text: string; waits: boolean };

type Joined = { token: string; ticket: string };
type Kept = {
  joined: Joined | null;
  cards: MyCard[];
  draft: Draft;
  votes: string[];
  votesWait: boolean;
  choices: Record<string, MyChoice>;
  /** The day when the server deletes the workshop; so does the phone. */
  until: string;
};

const PREFIX = "samling-";
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15_000;
/** Zero bits beyond which a challenge is not ours. */
const HARDEST = 24;
/** Votes are sent when the thumb rests: who taps five times sends once. */
const SETTLE_MS = 250;

export const EMPTY: Draft = { challenge: "", ideas: ["", "", ""], follows: null, editing: null };

/** This phone in one workshop: what it has written, voted and chosen, sent or still to be sent. */
export class Phone {
  joined: Joined | null = null;
  /** Looks on without taking part: the door is closed, or the workshop is over. */
  watching = false;
  joining = false;
  cards: MyCard[] = [];
  draft: Draft = EMPTY;
  votes: string[] = [];
  votesWait = false;
  choices: Record<string, MyChoice> = {};
  problem: Problem | null = null;
  /** Something has not got through, and is tried again. */
  stuck = false;

  readonly live: Live;
  private readonly address: string;
  private readonly record: string;
  private flushing = false;
  private keeping = false;
  private unkept = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private wait = FIRST_WAIT_MS;

  constructor(code: string) {
    observe(this);
    this.address = `/api/workshops/${encodeURIComponent(code)}`;
    this.record = PREFIX + code;
    this.live = new Live(this.address);
    addEventListener("online", () => this.hurry());
  }

  /** Comes back to where this phone was, or shows the way in. */
  async start(): Promise<void> {
    const today = new Date().toISOString().slice(0, 10);
    for (const [key, { until }] of await all<Kept>(PREFIX)) if (until < today) await remove(key);
    const kept = (await all<Kept>(this.record)).get(this.record);
    if (kept !== undefined) {
      const { until: _, ...values } = kept;
      Object.assign(this, values);
    }
    await this.live.read();
    if (this.live.state === null && this.live.problem?.code !== "offline") return;
    this.live.follow(this.joined?.ticket);
    if (this.joined !== null) {
      await this.recall();
      this.hurry();
    }
  }

  async join(): Promise<void> {
    if (this.joining) return;
    this.joining = true;
    this.problem = null;
    try {
      this.joined = await this.enter();
      this.live.follow(this.joined.ticket);
      this.keep();
    } catch (error) {
      this.problem = error as Problem;
    }
    this.joining = false;
  }

  write(draft: Draft): void {
    this.draft = draft;
    this.keep();
  }

  /** Lays the draft down as a card, or in place of the card that is being changed. */
  submit(): void {
    const { challenge, ideas, follows, editing } = this.draft;
    const before = this.cards.find(({ id }) => id === editing);
    const card: MyCard = {
      id: before?.id ?? uuid(),
      key: before?.key ?? secret(),
      challenge: challenge.trim(),
      ideas: ideas.map((idea) => idea.trim()).filter((idea) => idea !== ""),
      stage: before?.stage ?? this.live.state?.stage ?? null,
      follows,
      standing: "waits",
    };
    this.cards =
      before === undefined
        ? [...this.cards, card]
        : this.cards.map((one) => (one === before ? card : one));
    this.draft = EMPTY;
    this.hurry();
  }

  edit(card: MyCard): void {
    const ideas = EMPTY.ideas.map((_, place) => card.ideas[place] ?? "");
    this.write({ challenge: card.challenge, ideas, follows: card.follows, editing: card.id });
  }

  takeBack(card: MyCard): void {
    this.put(card, { ...card, standing: "gone" });
    if (this.draft.editing === card.id) this.draft = EMPTY;
    this.hurry();
  }

  vote(id: string): void {
    const { votes } = this;
    this.votes = votes.includes(id) ? votes.filter((one) => one !== id) : [...votes, id];
    this.votesWait = true;
    this.hurry(SETTLE_MS);
  }

  choose(card: string, choice: number, text = ""): void {
    this.choices = { ...this.choices, [card]: { choice, text, waits: true } };
    this.hurry(SETTLE_MS);
  }

  /** Removes everything of this workshop from the phone. */
  async forget(): Promise<void> {
    clearTimeout(this.timer);
    this.joined = null;
    this.cards = [];
    this.draft = EMPTY;
    this.votes = [];
    this.votesWait = false;
    this.choices = {};
    this.watching = true;
    await remove(this.record);
  }

  /** Cards that came too late may be sent when the room goes back to writing. */
  again(): void {
    if (!this.cards.some(({ standing }) => standing === "late")) return;
    this.cards = this.cards.map((one) => (one.standing === "late" ? { ...one, standing: "waits" } : one));
    this.hurry();
  }

  hurry(after = 0): void {
    this.wait = FIRST_WAIT_MS;
    this.keep();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), after);
  }

  /** Sends what waits, one thing at a time; what does not get through is tried again. */
  private async flush(): Promise<void> {
    if (this.flushing || this.joined === null) return;
    this.flushing = true;
    try {
      for (let next = this.next(); next !== null; next = this.next()) await next();
      this.stuck = false;
      this.wait = FIRST_WAIT_MS;
    } catch (error) {
      await this.stop(error as Problem);
    }
    this.flushing = false;
    this.keep();
  }

  private next(): (() => Promise<void>) | null {
    const card = this.cards.find(({ standing }) => standing === "waits" || standing === "gone");
    if (card !== undefined) return () => this.sendCard(card);
    if (this.votesWait) return () => this.sendVotes();
    const waiting = Object.entries(this.choices).find(([, { waits }]) => waits);
    return waiting === undefined ? null : () => this.sendChoice(...waiting);
  }

  private async sendCard(card: MyCard): Promise<void> {
    const { id, key, challenge, ideas, stage, follows } = card;
    const gone = card.standing === "gone";
    const body = gone ? { key } : { key, challenge, ideas, stage, follows };
    try {
      await this.send(gone ? "DELETE" : "PUT", `cards/${id}`, body);
    } catch (error) {
      const problem = error as Problem;
      if (!settles(problem)) throw problem;
      // What cannot be taken back stays on the wall, so it stays with its writer too.
      this.put(card, { ...card, standing: gone ? "sent" : "late" });
      this.problem = problem.code === "wrong_phase" ? null : problem;
      return;
    }
    if (!gone) this.put(card, { ...card, standing: "sent" });
    else this.cards = this.cards.filter((one) => one !== card);
  }

  private async sendVotes(): Promise<void> {
    const { votes } = this;
    const shown = this.shown(votes);
    try {
      await this.send("PUT", "votes", { cards: shown });
    } catch (error) {
      if (!settles(error as Problem)) throw error;
      this.votesWait = false;
      await this.recall();
      return;
    }
    if (votes !== this.votes) return;
    this.votes = shown;
    this.votesWait = false;
  }

  /** Votes for a card that has been hidden meanwhile would have the others refused. */
  private shown(votes: string[]): string[] {
    const { state } = this.live;
    if (state === null) return votes;
    const here = new Set(state.cards.map(({ id }) => id));
    return votes.filter((id) => here.has(id));
  }

  private async sendChoice(card: string, said: MyChoice): Promise<void> {
    const { choice, text } = said;
    try {
      await this.send("PUT", `choices/${card}`, { choice, text });
    } catch (error) {
      if (!settles(error as Problem)) throw error;
    }
    if (this.choices[card] === said)
      this.choices = { ...this.choices, [card]: { choice, text, waits: false } };
  }

  private async stop(problem: Problem): Promise<void> {
    if (problem.code === "unknown_phone") {
      // The server has forgotten this phone; it comes in anew and goes on.
      this.joined = null;
      if (this.live.state?.phase === "closed") this.watching = true;
      else await this.join();
      if (this.joined === null) return;
    } else this.stuck = true;
    const spread = Math.max(this.wait, (problem.retryAfter ?? 0) * 1000) * (0.75 + Math.random() / 2);
    this.wait = Math.min(2 * this.wait, LONGEST_WAIT_MS);
    this.timer = setTimeout(() => void this.flush(), spread);
  }

  /** Asks the server for what it has of this phone, unless something newer waits. */
  private async recall(): Promise<void> {
    type Mine = { votes: string[]; choices: Record<string, number> };
    try {
      const mine = await this.send<Mine>("GET", "mine");
      if (!this.votesWait) this.votes = mine.votes;
      for (const [card, choice] of Object.entries(mine.choices))
        if (this.choices[card]?.waits !== true)
          this.choices = {
            ...this.choices,
            [card]: { choice, text: this.choices[card]?.text ?? "", waits: false },
          };
    } catch (error) {
      if ((error as Problem).code === "unknown_phone") await this.stop(error as Problem);
    }
  }

  private async enter(): Promise<Joined> {
    try {
      return await ask<Joined>("POST", `${this.address}/phones`, { body: {} });
    } catch (error) {
      if (!(error as Problem).code.startsWith("work_")) throw error;
    }
    const challenge = await ask<Challenge>("GET", `${this.address}/work`);
    if (challenge.bits > HARDEST) throw new Problem("unexpected");
    const subject = secret();
    const work = await solve(challenge, subject);
    return ask<Joined>("POST", `${this.address}/phones`, { body: { ask: subject, work } });
  }

  private send<T>(method: string, path: string, body?: unknown): Promise<T> {
    return ask<T>(method, `${this.address}/${path}`, { body, token: this.joined?.token });
  }

  private put(before: MyCard, after: MyCard): void {
    this.cards = this.cards.map((one) => (one === before ? after : one));
  }

  /** Keeps what there is; while one write is under way, all that comes meanwhile is the next. */
  private keep(): void {
    this.unkept = true;
    if (!this.keeping) void this.store();
  }

  private async store(): Promise<void> {
    this.keeping = true;
    while (this.unkept) {
      this.unkept = false;
      if (this.joined !== null || this.cards.length > 0) await write(this.record, this.kept());
    }
    this.keeping = false;
  }

  private kept(): Kept {
    const { joined, cards, draft, votes, votesWait, choices } = this;
    const until = this.live.state?.deletes ?? new Date().toISOString().slice(0, 10);
    return { joined, cards, draft, votes, votesWait, choices, until };
  }
}

/** The server will not take it, now or later; anything else is worth another try. */
function settles({ refused, code, status }: Problem): boolean {
  return refused && status !== 429 && code !== "unknown_phone";
}
