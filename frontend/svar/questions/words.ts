import type { Points, Question, Round, StonesQuestion } from "../lib/api.ts";
import type { Draft } from "../lib/draft.ts";
import { say, t } from "../lib/i18n.ts";
import { WHOLE } from "../lib/marks.ts";

const EVEN = 15;
const MUCH = 30;

/** An answer as its teller reads it again; "" where there is none. */
export function inWords(question: Question, round: Round, draft: Draft): string {
  const { id } = question;
  if (draft.answers[id] === "dont_know") return draft.ask(question.dont_know);
  const answer = draft.answers[id];
  const list = draft.list(id);
  switch (question.type) {
    case "services":
      return round.services
        .filter(({ key }) => draft.services.includes(key))
        .map(({ name }) => say(name))
        .join(", ");
    case "story":
      return draft.story(id);
    case "age_band":
      return say(question.options.find(({ value }) => value === draft.ageBand)?.label ?? {});
    case "scale":
      return answer === undefined ? "" : `${answer as number} / ${question.max}`;
    case "triad":
    case "dyad":
      return sharesInWords(question.poles.map(({ label }) => draft.fill(label)), list);
    case "stones":
      return stonesInWords(question, draft.points(id), draft);
    default: {
      const chosen = question.type === "choice" || question.type === "smileys" ? [answer] : list;
      const labels = chosen.map((one) =>
        draft.ask(question.options.find(({ value }) => value === one)?.label),
      );
      return question.type === "ranking"
        ? labels.map((label, place) => `${place + 1}. ${label}`).join("\n")
        : labels.join("\n");
    }
  }
}

/** How 100 are shared between two or three poles, in words; "" where they are not. */
export function sharesInWords(names: readonly string[], shares: readonly number[]): string {
  const parts = names
    .map((pole, index) => ({ pole, share: shares[index] ?? 0 }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share);
  const [first, second, third] = parts;
  if (first === undefined) return "";
  if (second === undefined) return t("mark.only", first);
  const lead = first.share - second.share;
  if (names.length === 2) {
    if (lead === 0) return t("mark.middle");
    return t(lead < MUCH ? "mark.bit" : "mark.most", first);
  }
  if (third !== undefined && first.share - third.share <= EVEN) return t("mark.all");
  const rest = parts.slice(lead < EVEN ? 2 : 1);
  const main =
    lead < EVEN ? t("mark.both", { pole: first.pole, other: second.pole }) : t("mark.most", first);
  return [main, ...rest.map((one) => t(one.share < MUCH ? "mark.little" : "mark.some", one))].join(
    " ",
  );
}

/** Where stones lie, a line for each; "" where none does. */
export function stonesInWords(
  { stones, x, y }: StonesQuestion,
  points: Points,
  draft: Draft,
  only?: string,
): string {
  const along = ({ min, max }: StonesQuestion["x"], value = 0): string => {
    const ends = { min: draft.fill(min), max: draft.fill(max) };
    if (Math.abs(value - WHOLE / 2) < EVEN) return t("stones.between", ends);
    return value < WHOLE / 2 ? ends.min : ends.max;
  };
  return stones
    .filter(({ id }) => id in points && (only === undefined || id === only))
    .map(({ id, label }) => {
      const [across, up] = points[id] ?? [];
      return `${draft.ask(label)}: ${along(x, across)}, ${along(y, up)}`;
    })
    .join("\n");
}
