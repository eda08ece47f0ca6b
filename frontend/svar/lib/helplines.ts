import type { Helpline } from "./api.ts";
import { language, t } from "./i18n.ts";

const NUMBERS = ["116111", "116123", "113", "112"] as const;

/** Helplines for the pages that have no round yet, and for when a round cannot be reached. */
export function defaultHelplines(): Helpline[] {
  return NUMBERS.map((digits) => ({
    number: digits.length > 3 ? `${digits.slice(0, 3)} ${digits.slice(3)}` : digits,
    name: { [language()]: t(`help.default.${digits}`) },
    note: { [language()]: t(`help.default.${digits}.note`) },
  }));
}
