import type nb from "../messages/nb.json";
import { FALLBACK, LANGUAGES, isLanguage, pick, type Language, type Localised } from "./languages.ts";

export type MessageKey = keyof typeof nb;
type Catalogue = Record<MessageKey, string>;

const loaders = import.meta.glob<Catalogue>("../messages/*.json", { import: "default" });

const state = $state<{ language: Language; messages: Catalogue | undefined }>({
  language: FALLBACK,
  messages: undefined,
});

let chosen = false;

const fileOf = (language: Language) => `../messages/${language}.json`;

/** Languages that have a catalogue of their own. */
export const CATALOGUES = (Object.keys(LANGUAGES) as Language[]).filter(
  (language) => fileOf(language) in loaders,
);

/** Shows everything in a language; a language without a catalogue gets the fallback's. */
async function setLanguage(language: Language): Promise<void> {
  const spoken = CATALOGUES.includes(language) ? language : FALLBACK;
  const load = loaders[fileOf(spoken)];
  if (load === undefined) throw new Error(`no catalogue for ${spoken}`);
  state.messages = await load();
  state.language = language;
  document.documentElement.lang = spoken;
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

/** Keeps a language that somebody chose, if it is offered; else guesses. */
export async function offerLanguages(offered: readonly Language[]): Promise<void> {
  if (!chosen || !offered.includes(state.language)) await setLanguage(preferred(offered));
}

export function language(): Language {
  return state.language;
}

/** The message of a key, with {placeholders} filled. */
export function t(key: MessageKey, values: Record<string, string | number> = {}): string {
  return fill(state.messages?.[key] ?? "", values);
}

/** A text from the server in the chosen language. */
export function say(text: Localised): string {
  return pick(text, state.language);
}

export function isMessageKey(key: string): key is MessageKey {
  return state.messages !== undefined && key in state.messages;
}

function fill(template: string, values: Record<string, string | number>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
