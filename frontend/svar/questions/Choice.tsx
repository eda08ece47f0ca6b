import type { Answer, ChoiceQuestion } from "../lib/api.ts";
import type { Draft } from "../lib/draft.ts";
import { say } from "../lib/i18n.ts";
import { arrive } from "../lib/place.ts";
import { Option } from "./Option.tsx";

export function Choice({ question, draft }: { question: ChoiceQuestion; draft: Draft }) {
  const stem = draft.ask(question.stem ?? {});
  const unknown = say(question.dont_know ?? {});

  const choice = (value: Answer, label: string) => (
    <Option
      key={value}
      name={question.id}
      value={value}
      chosen={draft.answers[question.id] === value}
      look={value === "dont_know" ? "apart" : undefined}
      onChoose={() => draft.answer(question.id, value)}
    >
      {label}
    </Option>
  );

  return (
    <>
      {stem !== "" && (
        <p id="stem" class="stem">
          {stem}
        </p>
      )}
      <fieldset aria-describedby={stem === "" ? undefined : "stem"}>
        <legend>
          <h1 tabindex={-1} ref={arrive}>
            {draft.ask(question.text)}
          </h1>
        </legend>
        <div class="choices">
          {question.options.map(({ value, label }) => choice(value, say(label)))}
          {unknown !== "" && choice("dont_know", unknown)}
        </div>
      </fieldset>
    </>
  );
}
