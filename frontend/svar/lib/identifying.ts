import { computed } from "@preact/signals";
import { phrases } from "./phrases.ts";

export const CLUES = [
  "id",
  "phone",
  "email",
  "handle",
  "address",
  "school",
  "class",
  "name",
] as const;
export type Clue = (typeof CLUES)[number];

/** A part of a text, in UTF-16 units, that may tell who wrote it. */
export type Mark = { start: number; end: number; clue: Clue };

type Pattern = {
  clue: Clue;
  /** Its first group is what must stand before the part that is marked. */
  find: RegExp;
  /** Words that nobody is known by, though they stand where a name would. */
  unless?: RegExp | undefined;
};

const FROM = "(^|[^\\p{L}\\p{N}])";
const TO = "(?![\\p{L}\\p{N}])";
const SCHOOL = "(?:\\p{L}+)?(?:skole|skule)|vgs|videregående|vidaregåande|high school";
const STREET =
  "(?:veien|vegen|vei|veg|ga[td][ae]n?|gate|bakken|svingen|stien|tunet|all[eé]en| street| road)";
const ROLE =
  "(?:lærer|lærar|veileder|rettleiar|psykolog|behandl|trener|trenar|rådgiv|kontakt|sjef|los|venn|" +
  "venin|kompis|kjærest|type|søster|syster|bror|brør|mor|far|onkel|tante|fetter|kusin)\\p{L}*";

const NO_SCHOOL = pattern(
  "^(?:min|mine|din|sin|vår|egen|e[nit]|ein|den|denne|ny|god|bra|vanlig|vanleg|voksen|ingen|" +
    "hver|kvar|samme|same|hele|heile|annen|annan|forrige|førre|første|andre|tredje|på|frå?a?|" +
    "etter|til|bytt\\p{L}*|my|our|at|after|all|this|\\p{L}+(?:isk|lig|leg|ende)) ",
  "iu",
);
const CALLED = "(?:[Hh]ei?te?[rt]?|[Kk]alles|[Nn]a[vm]net mitt er|[Mm]y name is|called)";
const NO_NAME = pattern(
  "^(?:de[ntr]?|dei|noe|noko|ikk?j?e|at|jeg|eg|du|på|som|samme|same|h?va|ka|kva|me|an?|in|sånn|" +
    "bare|berre)$",
  "i",
);
const CLASS =
  "(?:(?!3D)(?:[1-9]|10) ?[A-F]|[123](?:ST|HO|PB|EL|TP|NA|IM|MK|SS)[A-F]?|(?!3d)(?:[1-9]|10)[a-f])";
const ACCOUNT =
  "(?:snap(?:chat)?|insta(?:gram)?|tiktok|discord)(?:en)?" +
  "(?:(?: min| er| is)* ?:| min(?: er)?|(?: er| is|) (?=\\S*[\\d_])) *";
const NO_COUNT = "(?! ?(?:gang|dag|år|tim|min|km))";
const YEARS = "(?:19|20)\\d\\d";

const PATTERNS: Pattern[] = [
  { clue: "id", find: /(^|\D)\d{6}[ .-]?\d{5}(?!\d)/g },
  { clue: "email", find: /()[^\s@]+@[^\s@]+\.[^\s@]{2,}/g },
  {
    clue: "phone",
    find: pattern(
      `(^|\\D)(?!${YEARS}\\D${YEARS})(?:(?:\\+|00)47[ .-]?)?[2-9](?:[ .-]?\\d){7}(?!\\d)`,
    ),
  },
  { clue: "handle", find: pattern(`${FROM}(?:@[\\w.]{2,}|[\\p{L}\\d.]+_[\\w.]+)`) },
  { clue: "handle", find: pattern(`(${ACCOUNT})[\\w.@]+`) },
  {
    clue: "address",
    find: pattern(`${FROM}\\p{L}{2,}(?: \\p{L}+)?${STREET} \\d{1,3} ?[a-h]?${TO}${NO_COUNT}`),
  },
  { clue: "address", find: pattern(`${FROM}(?!19|20)\\d{4} \\p{Lu}\\p{Ll}{2,}${TO}`, "gu") },
  {
    clue: "school",
    find: pattern(`${FROM}(?:\\p{Lu}[\\p{L}-]+ )+(?:${SCHOOL})(?: (?:skole|skule))?${TO}`, "gu"),
    unless: NO_SCHOOL,
  },
  {
    clue: "school",
    find: pattern(`(${FROM}(?:på|ved|fra|frå) )\\p{L}{3,} (?:${SCHOOL})${TO}`),
    unless: NO_SCHOOL,
  },
  { clue: "class", find: pattern(`${FROM}${CLASS}${TO}`, "gu") },
  {
    clue: "name",
    find: pattern(`(${FROM}${CALLED} )\\p{L}{2,}(?:[ -]\\p{Lu}\\p{L}+)*`, "gu"),
    unless: NO_NAME,
  },
  {
    clue: "name",
    find: pattern(
      `(${FROM}${ROLE} (?:min|mi|vår) )\\p{L}{3,}(?= (?:sa|sier|seier|er|var|har|hjalp|som)${TO})`,
    ),
    unless: /^(ikk?j?e|også|alltid|aldri|bare|berre|egentlig|selv|sjølv|som|aller|når)$/i,
  },
];

/** Names of people and places: those that are known, and what has a capital inside a sentence. */
const names = computed((): Pattern[] => {
  const known = phrases();
  if (known === null) return [];
  return [
    { clue: "name", find: pattern(`${FROM}(?:${known.names.replace(/ /g, "|")})s?${TO}`) },
    {
      clue: "name",
      find: pattern(`([\\p{L}\\p{N}),&] +)\\p{Lu}\\p{Ll}+(?:[ -]\\p{Lu}\\p{Ll}+)*${TO}`, "gu"),
      unless: pattern(`^(?:${known.ordinary.join("|")})${TO}`, "iu"),
    },
  ];
});

function pattern(source: string, flags = "giu"): RegExp {
  return new RegExp(source, flags);
}

/**
 * What in a text may tell who wrote it, first things first and none over another. A hint for the
 * writer's eyes only: rough, and never sent.
 *
 * @param known words of the round itself, in lower case, which tell nothing of the writer.
 */
export function marks(text: string, known: ReadonlySet<string> = new Set()): Mark[] {
  const found: Mark[] = [];
  for (const { clue, find, unless } of [...PATTERNS, ...names.value])
    for (const match of text.matchAll(find)) {
      const start = match.index + (match[1] ?? "").length;
      const end = match.index + match[0].length;
      const part = text.slice(start, end);
      const told = part.toLowerCase().split(/[ -]/);
      if (unless?.test(part) || told.every((word) => known.has(word))) continue;
      if (found.every((other) => other.end <= start || end <= other.start))
        found.push({ start, end, clue });
    }
  return found.sort((one, other) => one.start - other.start);
}
