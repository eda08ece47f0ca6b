import type { ScaleQuestion } from "../lib/api.ts";
import type { Draft } from "../lib/draft.ts";
import { Frame } from "./Frame.tsx";
import { Option } from "./Option.tsx";
import "./Scale.css";

export function Scale({ question, draft }: { question: ScaleQuestion; draft: Draft }) {
  const { id, min, max } = question;
  const steps = Array.from({ length: max - min + 1 }, (_, index) => min + index);

  function meaning(value: number): string {
    if (value === min) return draft.fill(question.anchor_min);
    return value === max ? draft.fill(question.anchor_max) : "";
  }

  return (
    <Frame question={question} draft={draft} look="scale" one>
      <div class="ends">
        {[min, max].map((end) => (
          <p key={end}>
            <strong>{end}</strong> {meaning(end)}
          </p>
        ))}
      </div>
      <div class="steps">
        {steps.map((value) => (
          <Option
            key={value}
            name={id}
            value={value}
            chosen={draft.answers[id] === value}
            look="step"
            onChoose={() => draft.answer(id, value)}
          >
            {value} {meaning(value) !== "" && <span class="sr-only">{meaning(value)}</span>}
          </Option>
        ))}
      </div>
    </Frame>
  );
}
