import type { ChoiceQuestion, SmileysQuestion } from "../lib/api.ts";
import type { Draft } from "../lib/draft.ts";
import { Face } from "./Face.tsx";
import { Frame } from "./Frame.tsx";
import { Option } from "./Option.tsx";

type Props = { question: ChoiceQuestion | SmileysQuestion; draft: Draft };

export function Choice({ question, draft }: Props) {
  const { id, options } = question;

  return (
    <Frame question={question} draft={draft} one>
      <div class="choices">
        {options.map((option) => (
          <Option
            key={option.value}
            name={id}
            value={option.value}
            chosen={draft.answers[id] === option.value}
            onChoose={() => draft.answer(id, option.value)}
          >
            {"face" in option && <Face mood={option.face} />}
            {draft.fill(option.label)}
          </Option>
        ))}
      </div>
    </Frame>
  );
}
