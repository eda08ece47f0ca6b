import { signal } from "@preact/signals";
import type nb from "../messages/nb.json";
import { FALLBACK, LANGUAGES, isLanguage, pick, type Language, type Localised } from "./languages.ts";

export type MessageKey = keyof typeof nb;
type Catalogue = Record<MessageKey, string>;

// Files of their own, so that a phone fetches one language and runs none of it.
const addresses = import.meta.glob<string>("../messages/*.json", {
  query: "?url",
  import: "default",
  eager: true,
});

type Spoken = { language: Language; messages: Catalogue | undefined };
const state = signal<Spoken>({ language: FALLBACK, messages: undefined });

let chosen = false;

const fileOf = (language: Language) => `../messages/${language}.json`;

/** Languages that have a catalogue of their own. */
export const CATALOGUES = (Object.keys(LANGUAGES) as Language[]).filter(
  (language) => fileOf(language) in addresses,
);

/** Whether everything can be shown in a language: texts of a round alone are not enough. */
export function isOffered(value: string): value is Language {
  return CATALOGUES.some((language) => language === value);
}

/** Shows everything in a language; a language without a catalogue gets the fallback's. */
async function setLanguage(language: Language): Promise<void> {
  if (state.value.messages !== undefined && state.value.language === language) return;
  const spoken = CATALOGUES.includes(language) ? language : FALLBACK;
  state.value = { language, messages: await catalogue(spoken) };
  document.documentElement.lang = spoken;
}

async function catalogue(language: Language): Promise<Catalogue> {
  const address = addresses[fileOf(language)];
  const reply = address === undefined ? undefined : await fetch(address);
  if (!reply?.ok) throw new Error(`no catalogue for ${language}`);
  return (await reply.json()) as Catalogue;
}

/**
 * The Norwegian or Sámi language the browser asks for, if offered; else the first one offered.
 * A phone in English says little in Norway, so English is a choice and not a guess.
 */
function preferred(offered: readonly Language[]): Language {
  for (const wish of navigator.languages) {
    const tag = wish.toLowerCase().split("-")[0] ?? "";
    const language = tag === "no" ? "nb" : tag;
    if (isLanguage(language) && language !== "en" && offered.includes(language)) return language;
  }
  return offered[0] ?? FALLBACK;
}

/** The language somebody asked for with a tap; it outlives the move from one page to the next. */
export function chooseLanguage(wanted: Language): Promise<void> {
  chosen = true;
  return setLanguage(wanted);
}

/** Whoever comes next gets the language that the browser asks for. */
export function forgetLanguage(offered: readonly Language[]): Promise<void> {
  chosen = false;
  return offerLanguages(offered);
}

/** Keeps a language that somebody chose, if it is offered; else guesses. */
export async function offerLanguages(offered: readonly Language[]): Promise<void> {
  if (!chosen || !offered.includes(state.value.language)) await setLanguage(preferred(offered));
}

export function language(): Language {
  return state.value.language;
}

/** The message of a key, with {placeholders} filled. */
export function t(key: MessageKey, values: Record<string, string | number> = {}): string {
  return fill(state.value.messages?.[key] ?? "", values);
}

/** A text from the server in the chosen language. */
export function say(text: Localised): string {
  return pick(text, state.value.language);
}

/** An ISO date in words. */
export function day(date: string): string {
  const tag = language() === "en" ? "en-GB" : `${language()}-NO`;
  return new Intl.DateTimeFormat(tag, { dateStyle: "long" }).format(new Date(date));
}

export function isMessageKey(key: string): key is MessageKey {
  return state.value.messages !== undefined && key in state.value.messages;
}

function fill(template: string, values: Record<string, string | number>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
