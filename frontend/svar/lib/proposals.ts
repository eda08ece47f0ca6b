/** What the server proposes for a story, and what its teller makes of that ("Stemmer dette?"). */

import { hex, sha256 } from "./receipt.ts";

/** A placeholder in a de-identified text; offsets count code points, the end is exclusive. */
export type Removed = { start: number; end: number };
/** A story as the server gives it back: de-identified, with themes, and the seal to send it with. */
export type Proposed = { text: string; removed: Removed[]; proposed: string[]; seal: string };
/** A story as it is sent: `first` was chosen before the proposal was seen; null where it was not. */
export type Sealed = Pick<Proposed, "text" | "proposed" | "seal"> & {
  themes: readonly string[];
  first: readonly string[] | null;
};
export type Theme = { id: string; text: string };

export type Judged = Proposed & {
  /** What the story is sent under: its question, or the prompt that was chosen. */
  item: string;
  /** Themes to say yes or no to: those proposed, and those that the teller came up with. */
  listed: readonly string[];
  /** Those that the teller stands by. */
  themes: readonly string[];
  first: readonly string[] | null;
  /** The themes proposed may be seen. */
  shown: boolean;
  /** The teller has said that this is what is to be sent. */
  used: boolean;
};

const ONE_IN = 5;

/** Whether this teller chooses themes before seeing those proposed. */
export function drawsFirst(): boolean {
  return crypto.getRandomValues(new Uint32Array(1))[0]! % ONE_IN === 0;
}

/** A proposal as it has come; every theme of one that is shown stands until it is dropped. */
export function judge(found: Proposed, item: string, first: boolean): Judged {
  const themes = first ? [] : found.proposed;
  return { ...found, item, listed: themes, themes, first: null, shown: !first, used: false };
}

/** Shows what was proposed to somebody who has chosen first. */
export function reveal(judged: Judged): Judged {
  if (judged.shown) return judged;
  const { proposed, themes } = judged;
  const listed = [...new Set([...proposed, ...themes])];
  return { ...judged, listed, first: themes, shown: true };
}

/** Keeps or drops a theme; one that was added stays to be seen when it is dropped again. */
export function toggle(judged: Judged, theme: string): Judged {
  const { themes, listed } = judged;
  return themes.includes(theme)
    ? { ...judged, themes: themes.filter((one) => one !== theme) }
    : { ...judged, themes: [...themes, theme], listed: [...new Set([...listed, theme])] };
}

export function sealed({ text, proposed, seal, themes, first }: Judged): Sealed {
  return { text, proposed, seal, themes, first };
}

/** A de-identified text in pieces: plain, placeholder, plain, placeholder … */
export function pieces({ text, removed }: Pick<Proposed, "text" | "removed">): string[] {
  const points = [...text];
  const cuts = [0, ...removed.flatMap(({ start, end }) => [start, end]), points.length];
  return cuts.slice(1).map((cut, index) => points.slice(cuts[index], cut).join(""));
}

/** What work for a proposal is done for: SHA-256 of the stories, bound to no answer. */
export async function storiesHash(stories: Readonly<Record<string, string>>): Promise<string> {
  const items = Object.keys(stories).sort();
  const said = items.map((item) => `${item}\0${stories[item]!}\0`).join("");
  return hex(await sha256(new TextEncoder().encode(said)));
}
