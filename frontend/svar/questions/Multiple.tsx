import type { MultipleQuestion } from "../lib/api.ts";
import type { Draft } from "../lib/draft.ts";
import { t } from "../lib/i18n.ts";
import { Frame } from "./Frame.tsx";
import { Option } from "./Option.tsx";

export function Multiple({ question, draft }: { question: MultipleQuestion; draft: Draft }) {
  const { id, options, most } = question;
  const chosen = draft.list(id);
  const alone = (value: number) => options.some((one) => one.value === value && one.alone === true);
  const full = most !== null && chosen.length >= most;

  function toggle(value: number): void {
    let wanted = [value];
    if (chosen.includes(value)) wanted = chosen.filter((one) => one !== value);
    else if (!alone(value)) wanted = [...chosen.filter((one) => !alone(one)), value];
    draft.choose(question, options.map((one) => one.value).filter((one) => wanted.includes(one)));
  }

  return (
    <Frame
      question={question}
      draft={draft}
      hint={most === null ? undefined : t("multiple.most", { most })}
    >
      <div class="choices">
        {options.map(({ value, label }) => (
          <Option
            key={value}
            type="checkbox"
            name={id}
            value={value}
            chosen={chosen.includes(value)}
            blocked={full && !chosen.includes(value) && !alone(value) && !chosen.some(alone)}
            onChoose={() => toggle(value)}
          >
            {draft.fill(label)}
          </Option>
        ))}
      </div>
      <p class="quiet full" role="status">
        {full && !chosen.some(alone) ? t("multiple.full", { most }) : ""}
      </p>
    </Frame>
  );
}
