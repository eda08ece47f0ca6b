import { computed } from "@preact/signals";
import { phrases } from "./phrases.ts";

/** Young people spell as they speak: one spelling each, so that a phrase is written down once. */
const SPELLINGS: [RegExp, string][] = [
  [/\b(?:ikkj?e?|ikje|itj|itte|kje|ke|don t|not|never|aldri)\b/g, "ikke"],
  [/\b(?:eg|ae|e|jae|je)\b/g, "jeg"],
  [/\b(?:mae|mei|mej|me|myself)\b/g, "meg"],
  [/\b(?:te|tel)\b/g, "til"],
];

const searched = computed(() => {
  const known = phrases();
  if (known === null) return null;
  const fill = (text: string) =>
    text.replace(/\{([a-z]+)\}/g, (_, name: string) => known.words[name]!);
  const any = (texts: string[], flags = "") => new RegExp(fill(texts.join("|")), flags);
  return { danger: any(known.danger), harmless: any(known.harmless, "g") };
});

/**
 * Whether words suggest that somebody may be in danger. Rough on purpose: a help card too many
 * harms less than one too few. Decided here, on the phone; never sent, logged or kept.
 */
export function suggestsDanger(text: string): boolean {
  const { danger, harmless } = searched.value ?? {};
  if (danger === undefined || harmless === undefined) return false;
  return danger.test(plain(text).replace(harmless, " "));
}

function plain(text: string): string {
  const letters = text
    .toLowerCase()
    .replace(/æ/g, "ae")
    .replace(/ø/g, "o")
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9.,!?]+/g, " ");
  return SPELLINGS.reduce((said, [spelling, word]) => said.replace(spelling, word), letters);
}
