import { Problem, addressOf, getRound, type Round } from "./api.ts";
import { Draft } from "./draft.ts";
import { isOffered, offerLanguages } from "./i18n.ts";
import { observe } from "./observe.ts";
import { keepRound } from "./offline.ts";
import type { Place } from "./place.ts";

/** One person's visit to one code. Somebody else may hold the phone next: nothing outlives it. */
export class Visit {
  round: Round | null = null;
  draft: Draft | null = null;
  problem: Problem | null = null;
  /** The receipt on its way from the Sent screen to the withdrawal form. */
  receipt: readonly string[] = [];
  /** Counts those whose answers were forgotten, so that no screen outlives them. */
  person = 0;

  private code: string | null = null;
  private token: string | undefined;
  private turn = 0;

  constructor() {
    observe(this);
  }

  /** Follows the address: another code forgets everything, and so does leaving the Sent screen. */
  async follow(place: Place): Promise<void> {
    const code = place.name === "code" ? null : place.code;
    const token = place.name === "preview" ? place.token : undefined;
    if (code !== this.code || token !== this.token) return this.open(code, token);
    if (place.name !== "withdraw") this.receipt = [];
    else if (this.round !== null && (this.draft?.sent || this.draft?.waiting)) {
      this.receipt = this.draft.receipt;
      this.draft = new Draft(this.round);
    }
  }

  retry(): Promise<void> {
    return this.open(this.code, this.token);
  }

  /** Forgets what was answered and shown; whoever comes next begins at the welcome. */
  forget(): void {
    this.person++;
    this.receipt = [];
    this.draft?.drop();
    if (this.round !== null) this.draft = new Draft(this.round);
  }

  private async open(code: string | null, token: string | undefined): Promise<void> {
    const turn = ++this.turn;
    this.code = code;
    this.token = token;
    this.round = null;
    this.draft = null;
    this.problem = null;
    this.receipt = [];
    if (code === null) return;
    try {
      const round = await getRound(code, token);
      if (turn !== this.turn) return;
      await offerLanguages(round.languages.filter(isOffered));
      if (turn !== this.turn) return;
      this.draft = new Draft(round);
      this.round = round;
      if (token === undefined) void keepRound(addressOf(code), round);
    } catch (error) {
      if (turn !== this.turn) return;
      this.problem = error instanceof Problem ? error : new Problem("unexpected");
    }
  }
}
