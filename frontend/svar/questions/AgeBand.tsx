import type { AgeQuestion } from "../lib/api.ts";
import type { Draft } from "../lib/draft.ts";
import { say, t } from "../lib/i18n.ts";
import { Frame } from "./Frame.tsx";
import { Option } from "./Option.tsx";

export function AgeBand({ question, draft }: { question: AgeQuestion; draft: Draft }) {
  const { id, options } = question;

  function choose(band: string | null): void {
    draft.ageBand = band;
    draft.under13 = band === null;
  }

  return (
    <Frame question={question} draft={draft} hint={t("age.hint")}>
      <div class="choices">
        <Option name={id} value="" chosen={draft.under13} onChoose={() => choose(null)}>
          {t("age.under13")}
        </Option>
        {options.map(({ value, label }) => (
          <Option
            key={value}
            name={id}
            value={value}
            chosen={draft.ageBand === value}
            onChoose={() => choose(value)}
          >
            {say(label)}
          </Option>
        ))}
      </div>
    </Frame>
  );
}
