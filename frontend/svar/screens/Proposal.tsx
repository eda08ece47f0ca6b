import type { Question, StoryQuestion } from "../lib/api.ts";
import type { Draft } from "../lib/draft.ts";
import { t } from "../lib/i18n.ts";
import { arrive } from "../lib/place.ts";
import { toggle, type Judged } from "../lib/proposals.ts";
import { themeName } from "../lib/themes.ts";
import { Icon } from "../parts/Icon.tsx";
import { Redacted } from "../parts/Redacted.tsx";
import { ThemePicker } from "../parts/ThemePicker.tsx";
import { Option } from "../questions/Option.tsx";
import "./Proposal.css";

type Props = {
  draft: Draft;
  onChange: (question: Question) => void;
  onBack: () => void;
};

/** Stories without names, and the themes heard in them, for their teller to judge. */
export function Proposal({ draft, onChange, onBack }: Props) {
  const choosing = draft.judged.some(({ judged }) => !judged.shown);

  function use(): void {
    draft.use(true);
    onBack();
  }

  return (
    <div class="proposal stack appear">
      <h1 key={choosing} tabindex={-1} ref={arrive}>
        {t(choosing ? "proposal.first" : "proposal.title")}
      </h1>
      <p>{t(choosing ? "proposal.first.text" : "proposal.text")}</p>

      {draft.asked.map((question) => {
        const judged = draft.proposals[question.id];
        if (question.type !== "story" || judged === undefined) return null;
        return (
          <Story
            key={question.id}
            question={question}
            judged={judged}
            draft={draft}
            onChange={() => onChange(question)}
          />
        );
      })}

      <div class="actions">
        <button class="button third" type="button" onClick={onBack}>
          <Icon name="back" />
          {t("question.back")}
        </button>
        <button
          class="button"
          type="button"
          data-testid="use"
          onClick={choosing ? () => draft.reveal() : use}
        >
          {t(choosing ? "offer.look" : "proposal.use")}
        </button>
      </div>
    </div>
  );
}

type StoryProps = { question: StoryQuestion; judged: Judged; draft: Draft; onChange: () => void };

function Story({ question, judged, draft, onChange }: StoryProps) {
  const { id } = question;
  const { listed, themes, shown } = judged;
  const texts = new Map(draft.themes.map((theme) => [theme.id, theme.text]));
  const onToggle = (theme: string) => draft.judge(id, toggle(judged, theme));
  const picker = (
    <ThemePicker name={`${id}-all`} themes={draft.themes} chosen={themes} onToggle={onToggle} />
  );

  return (
    <section class="stack" aria-label={draft.textOf(question)}>
      <div class="card">
        <p class="asked">{draft.textOf(question)}</p>
        <p class="story" translate={false}>
          <Redacted story={judged} />
        </p>
        <button class="button third" type="button" onClick={onChange}>
          {t("proposal.change")}
        </button>
      </div>
      {!shown && picker}
      {shown && (
        <fieldset>
          <legend>
            <h2>{t("proposal.themes")}</h2>
          </legend>
          <p class="quiet">{t(listed.length > 0 ? "proposal.themes.text" : "proposal.none")}</p>
          <div class="choices">
            {listed.map((theme) => (
              <Option
                key={theme}
                type="checkbox"
                name={id}
                value={theme}
                chosen={themes.includes(theme)}
                onChoose={() => onToggle(theme)}
              >
                {themeName(theme, texts.get(theme) ?? theme)}
              </Option>
            ))}
          </div>
        </fieldset>
      )}
      {shown && (
        <details class="add">
          <summary>{t("proposal.add")}</summary>
          {picker}
        </details>
      )}
    </section>
  );
}
