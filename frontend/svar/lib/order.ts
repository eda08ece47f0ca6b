import type { Question } from "./api.ts";

/** The questions in an order drawn for this visit, where the round asks for one. */
export function drawn(questions: readonly Question[]): Question[] {
  const inside = mixed(questions, ({ within }) => within, ({ id }) => id);
  return mixed(inside, ({ order }) => order?.group, ({ order }) => order?.block);
}

/** Mixes the units of each group; together they keep the places that the group had. */
function mixed(
  questions: readonly Question[],
  groupOf: (question: Question) => string | undefined,
  unitOf: (question: Question) => unknown,
): Question[] {
  const result = [...questions];
  for (const group of new Set(questions.map(groupOf))) {
    if (group === undefined) continue;
    const units = new Map<unknown, Question[]>();
    const places: number[] = [];
    questions.forEach((question, place) => {
      if (groupOf(question) !== group) return;
      places.push(place);
      units.set(unitOf(question), [...(units.get(unitOf(question)) ?? []), question]);
    });
    const order = shuffled([...units.values()]).flat();
    order.forEach((question, index) => (result[places[index] ?? 0] = question));
  }
  return result;
}

/** In an order of which each is as likely as any other (random keys, sorted). */
function shuffled<T>(list: readonly T[]): T[] {
  const keys = crypto.getRandomValues(new Uint32Array(list.length));
  return list
    .map((one, index) => ({ one, key: keys[index] ?? 0 }))
    .sort((a, b) => a.key - b.key)
    .map(({ one }) => one);
}
