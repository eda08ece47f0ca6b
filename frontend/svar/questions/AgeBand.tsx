import type { AgeQuestion } from "../lib/api.ts";
import type { Draft } from "../lib/draft.ts";
import { say, t } from "../lib/i18n.ts";
import { arrive } from "../lib/place.ts";
import { Option } from "./Option.tsx";

export function AgeBand({ question, draft }: { question: AgeQuestion; draft: Draft }) {
  return (
    <fieldset aria-describedby="age-hint">
      <legend>
        <h1 tabindex={-1} ref={arrive}>
          {draft.ask(question.text)}
        </h1>
      </legend>
      <p id="age-hint" class="quiet">
        {t("age.hint")}
      </p>
      <div class="choices">
        {question.options.map(({ value, label }) => (
          <Option
            key={value}
            name={question.id}
            value={value}
            chosen={draft.ageBand === value}
            onChoose={() => (draft.ageBand = value)}
          >
            {say(label)}
          </Option>
        ))}
      </div>
    </fieldset>
  );
}
