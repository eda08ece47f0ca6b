/** A workshop as the server tells it, the same to every phone and screen. */

import type { Helpline } from "../../svar/lib/api.ts";

export type Phase = "write" | "read" | "talk" | "themes" | "onward" | "closed";
export type Stage = "critique" | "vision" | "realisation";
export type Level = "now" | "leader" | "municipality" | "county" | "state";

export const LEVELS = ["now", "leader", "municipality", "county", "state"] as const;
export const KINDS = [
  "technological",
  "organisational",
  "service",
  "social",
  "cultural",
  "regulatory",
  "political",
] as const;
export const BARRIERS = [
  "economy",
  "governing",
  "law",
  "organising",
  "culture",
  "competence",
] as const;

/** How the phones chose among a card's ideas: phones per idea, phones for none of them, and n. */
export type Choices = { counts: number[]; none: number; n: number; texts: string[] };

export type Card = {
  id: string;
  number: number;
  challenge: string;
  ideas: string[];
  stage: Stage | null;
  /** The card of an earlier stage that this one answers. */
  follows: string | null;
  /** Null until voting is over. */
  votes: number | null;
  place: number | null;
  tied: boolean;
  themes: string[];
  revealed: boolean;
  choices: Choices | null;
  notes: string[];
  hidden?: boolean;
};

export type Question = { text: string; edited: boolean };
export type Theme = { id: string; label: string; cards: string[]; questions: Question[] };

export type Action = {
  id: string;
  text: string;
  level: Level;
  owner: string;
  due: string | null;
  kind: (typeof KINDS)[number] | "";
  barrier: (typeof BARRIERS)[number] | "";
  lifted: boolean;
  recipient: string;
  theme: string;
};

export type Timer = { seconds_left: number; running: boolean };
export type Step = { phase: Phase; stage: Stage | null; label: string };

export type State = {
  code: string;
  version: number;
  title: string;
  organisation: string;
  held: string;
  deletes: string;
  language: string;
  template: "samskaping" | "fremtidsverksted";
  phase: Phase;
  stage: Stage | null;
  stages: Stage[];
  minutes: number;
  prompts: { challenge: string; ideas: string };
  ideas_most: number;
  timer: Timer | null;
  votes_each: number;
  door_open: boolean;
  phones: number;
  written: number;
  voted: number;
  answered: number;
  current: string | null;
  revealed: boolean;
  cards: Card[];
  themes: Theme[];
  actions: Action[];
  /** For phones: numbers that somebody can call. */
  helplines?: Helpline[];
  /** For who leads the workshop only. */
  script?: string[];
  steps?: Step[];
};

/** What changed: whole values by their keys, and single cards that replace those of their ids. */
export type Part = Partial<State> & { changed?: Card[] };

/** A state with what changed put in. */
export function merged(state: State, { changed = [], ...part }: Part): State {
  const anew = new Map(changed.map((card) => [card.id, card]));
  const cards = (part.cards ?? state.cards).map((card) => anew.get(card.id) ?? card);
  return { ...state, ...part, cards };
}

export function currentCard(state: State): Card | undefined {
  return state.cards.find(({ id }) => id === state.current);
}

/** The code of the workshop that an address is about; null where it names none. */
export function codeOf(path: string): string | null {
  const found = /^\/(?:s|stab\/samlinger)\/([^/]+)/.exec(path)?.[1];
  return found === undefined ? null : decodeURIComponent(found).toUpperCase();
}
