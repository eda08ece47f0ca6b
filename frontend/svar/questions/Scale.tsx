import type { Answer, ScaleQuestion } from "../lib/api.ts";
import type { Draft } from "../lib/draft.ts";
import { say } from "../lib/i18n.ts";
import { arrive } from "../lib/place.ts";
import { Option } from "./Option.tsx";
import "./Scale.css";

export function Scale({ question, draft }: { question: ScaleQuestion; draft: Draft }) {
  const { id, min, max } = question;
  const stem = draft.ask(question.stem ?? {});
  const unknown = say(question.dont_know ?? {});
  const steps = Array.from({ length: max - min + 1 }, (_, index) => min + index);

  function meaning(value: number): string {
    if (value === min) return say(question.anchor_min);
    return value === max ? say(question.anchor_max) : "";
  }

  const option = (value: Answer) => ({
    name: id,
    value,
    chosen: draft.answers[id] === value,
    onChoose: () => draft.answer(id, value),
  });

  return (
    <>
      {stem !== "" && (
        <p id="stem" class="stem">
          {stem}
        </p>
      )}
      <fieldset class="scale" aria-describedby={stem === "" ? undefined : "stem"}>
        <legend>
          <h1 tabindex={-1} ref={arrive}>
            {draft.ask(question.text)}
          </h1>
        </legend>
        <div class="ends">
          <p>
            <strong>{min}</strong> {say(question.anchor_min)}
          </p>
          <p>
            <strong>{max}</strong> {say(question.anchor_max)}
          </p>
        </div>
        <div class="steps">
          {steps.map((value) => (
            <Option key={value} look="step" {...option(value)}>
              {value} {meaning(value) !== "" && <span class="sr-only">{meaning(value)}</span>}
            </Option>
          ))}
        </div>
        {unknown !== "" && (
          <div class="choices">
            <Option look="apart" {...option("dont_know")}>
              {unknown}
            </Option>
          </div>
        )}
      </fieldset>
    </>
  );
}
