import type { DyadQuestion } from "../lib/api.ts";
import type { Draft } from "../lib/draft.ts";
import { t } from "../lib/i18n.ts";
import { WHOLE } from "../lib/marks.ts";
import { Frame } from "./Frame.tsx";
import { Pole } from "./Pole.tsx";
import { Slider } from "./Slider.tsx";
import { sharesInWords } from "./words.ts";
import "./marking.css";

export function Dyad({ question, draft }: { question: DyadQuestion; draft: Draft }) {
  const { id, poles } = question;
  const shares = draft.list(id);
  const names = poles.map(({ label }) => draft.fill(label));
  const words = shares.length > 0 ? sharesInWords(names, shares) : t("mark.empty");

  return (
    <Frame question={question} draft={draft} look="marking" hint={t("dyad.hint")}>
      <div class="feet" aria-hidden="true">
        {names.map((name, index) => (
          <Pole key={name} name={name} share={shares[index]} />
        ))}
      </div>
      <Slider
        draft={draft}
        look="wide"
        label={names.join(" – ")}
        value={shares[1] ?? null}
        start={WHOLE / 2}
        words={words}
        onChange={(value) => draft.answer(id, [WHOLE - value, value])}
      />
      <p class="words" aria-hidden="true">
        {words}
      </p>
    </Frame>
  );
}
