import { signal } from "@preact/signals";
import address from "../phrases.json?url";

/** Data, not code: a phone runs none of it until somebody writes a story. */
export type Phrases = {
  /** Names that are no ordinary words, with spaces between. */
  names: string;
  /** Words with a capital that nobody is known by. */
  ordinary: string[];
  /** What {words} in the phrases below stand for. */
  words: Record<string, string>;
  danger: string[];
  harmless: string[];
};

const held = signal<Phrases | null>(null);

/** What stories are searched for; null until it is here. */
export function phrases(): Phrases | null {
  return held.value;
}

/** Fetches the phrases once. Without a network they come with a later call. */
export async function fetchPhrases(): Promise<void> {
  if (held.value !== null) return;
  const reply = await fetch(address).catch(() => null);
  if (reply?.ok) held.value = (await reply.json()) as Phrases;
}
