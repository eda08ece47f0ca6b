export const CLUES = ["id", "phone", "email", "handle", "name"] as const;
export type Clue = (typeof CLUES)[number];

const PATTERNS: Record<Clue, RegExp> = {
  id: /(^|\D)\d{6}[ .-]?\d{5}(?!\d)/,
  phone: /(^|\D)(?!(19|20)\d\d[^\d](19|20)\d\d)((\+|00)47[ .-]?)?[2-9]([ .-]?\d){7}(?!\d)/,
  email: /[^\s@]+@[^\s@]+\.[^\s@]{2,}/,
  handle: /(^|\s)@[\w.]{2,}|\b(snap(chat)?|insta(gram)?|tiktok|discord)(en)?( min| er| is|:)+ *[\w.@]+/i,
  name: /(^|[^\p{L}])((jeg|eg|e|æ|i) (heter|heiter|hete|heite)|(navnet|namnet) mitt er|my name is|i am called)\s+\p{L}/iu,
};

/** What in a text may tell who wrote it. A hint for the writer's eyes only: rough, and never sent. */
export function clues(text: string): Clue[] {
  return CLUES.filter((clue) => PATTERNS[clue].test(text));
}
