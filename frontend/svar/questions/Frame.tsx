import type { ComponentChildren } from "preact";
import type { Question } from "../lib/api.ts";
import { classes } from "../lib/classes.ts";
import type { Draft } from "../lib/draft.ts";
import { arrive } from "../lib/place.ts";
import { Option } from "./Option.tsx";

type Props = {
  question: Question;
  draft: Draft;
  /** Class of the question's own style. */
  look?: string;
  /** How to answer. */
  hint?: string | undefined;
  /** Its answers are radio buttons, and "doesn't fit" is one of them. */
  one?: boolean;
  children: ComponentChildren;
};

/** What questions have in common: what to think of, what is asked, how to answer, "doesn't fit". */
export function Frame({ question, draft, look, hint = "", one = false, children }: Props) {
  const { id } = question;
  const stem = draft.ask(question.stem);
  const unknown = draft.ask(question.dont_know);
  const chosen = draft.answers[id] === "dont_know";

  function choose(): void {
    if (chosen && !one) draft.clear(question);
    else draft.answer(id, "dont_know");
  }

  return (
    <>
      {stem !== "" && (
        <p id="stem" class="stem">
          {stem}
        </p>
      )}
      <fieldset
        class={look}
        aria-describedby={classes(stem !== "" && "stem", hint !== "" && "hint") || undefined}
      >
        <legend>
          <h1 tabindex={-1} ref={arrive}>
            {draft.ask(question.text)}
          </h1>
        </legend>
        {hint !== "" && (
          <p id="hint" class="quiet">
            {hint}
          </p>
        )}
        {children}
        {unknown !== "" && (
          <div class="choices">
            <Option
              type={one ? "radio" : "checkbox"}
              name={id}
              value="dont_know"
              chosen={chosen}
              look="apart"
              onChoose={choose}
            >
              {unknown}
            </Option>
          </div>
        )}
      </fieldset>
    </>
  );
}
