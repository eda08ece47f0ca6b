import { signal } from "@preact/signals";
import { FALLBACK, LANGUAGES, isLanguage, type Language } from "../../svar/lib/languages.ts";
import type leader from "../messages/leder.nb.json";
import type phone from "../messages/telefon.nb.json";

export type MessageKey = keyof typeof phone | keyof typeof leader;
/** The phone's texts are in all views; the other views have more. */
export type Catalogue = "telefon" | "leder";

const addresses = import.meta.glob<string>("../messages/*.json", {
  query: "?url",
  import: "default",
  eager: true,
});

const fileOf = (name: Catalogue, language: Language) => `../messages/${name}.${language}.json`;

/** Languages that have a catalogue. */
export const OFFERED = (Object.keys(LANGUAGES) as Language[]).filter(
  (language) => fileOf("telefon", language) in addresses,
);

type Spoken = { language: Language; messages: Partial<Record<MessageKey, string>> };
const spoken = signal<Spoken | null>(null);
let chosen = false;

/** Shows everything in a language, unless somebody has chosen another with a tap. */
export async function speak(wanted: string, names: readonly Catalogue[], tapped = false): Promise<void> {
  if (chosen && !tapped) return;
  chosen ||= tapped;
  const language = isLanguage(wanted) && OFFERED.includes(wanted) ? wanted : FALLBACK;
  if (spoken.peek()?.language === language) return;
  const parts = await Promise.all(names.map((name) => catalogue(fileOf(name, language))));
  spoken.value = { language, messages: Object.assign({}, ...parts) };
  document.documentElement.lang = language;
}

async function catalogue(file: string): Promise<object> {
  const reply = await fetch(addresses[file]!);
  if (!reply.ok) throw new Error(`no catalogue ${file}`);
  return (await reply.json()) as object;
}

/** The Norwegian language that the browser asks for; until a workshop says its own. */
export function preferred(): Language {
  const tags = navigator.languages.map((wish) => wish.toLowerCase().split("-")[0]);
  return tags.find((tag) => tag === "nn" || tag === "nb" || tag === "no") === "nn" ? "nn" : FALLBACK;
}

export function language(): Language {
  return spoken.value?.language ?? FALLBACK;
}

/** The message of a key, with {placeholders} filled. */
export function t(key: MessageKey, values: Record<string, string | number> = {}): string {
  const template = spoken.value?.messages[key] ?? "";
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** A message for one, or for any other number. */
export function count(key: string, n: number, others: Record<string, number> = {}): string {
  return t(`${key}.${n === 1 ? "one" : "more"}` as MessageKey, { n, ...others });
}

export function isMessageKey(key: string): key is MessageKey {
  return spoken.value !== null && key in spoken.value.messages;
}

/** A text that has its languages side by side, in the page's. */
export function say(texts: Partial<Record<Language, string>>): string {
  return texts[language()] ?? texts[FALLBACK] ?? "";
}

/** An ISO date in words. */
export function day(date: string): string {
  const tag = language() === "en" ? "en-GB" : `${language()}-NO`;
  return new Intl.DateTimeFormat(tag, { dateStyle: "long" }).format(new Date(date));
}

/** Minutes and seconds. */
export function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
