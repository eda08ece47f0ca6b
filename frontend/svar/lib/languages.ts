export const LANGUAGES = {
  nb: "Bokmål",
  nn: "Nynorsk",
  en: "English",
  se: "Davvisámegiella",
} as const;

export type Language = keyof typeof LANGUAGES;

export const FALLBACK: Language = "nb";

export type Localised = Partial<Record<Language, string>>;

export function isLanguage(value: string): value is Language {
  return value in LANGUAGES;
}

/** The text in a language, or in the fallback language, or in whichever there is. */
export function pick(text: Localised, language: Language): string {
  return text[language] ?? text[FALLBACK] ?? Object.values(text)[0] ?? "";
}
