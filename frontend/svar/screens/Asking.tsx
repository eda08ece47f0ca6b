import type { Helpline, Question, Service } from "../lib/api.ts";
import { classes } from "../lib/classes.ts";
import type { Draft } from "../lib/draft.ts";
import { t } from "../lib/i18n.ts";
import { Icon } from "../parts/Icon.tsx";
import { Keep } from "../parts/Keep.tsx";
import { Lights } from "../parts/Lights.tsx";
import { ReadAloud } from "../parts/ReadAloud.tsx";
import { AgeBand } from "../questions/AgeBand.tsx";
import { Choice } from "../questions/Choice.tsx";
import { Dyad } from "../questions/Dyad.tsx";
import { Multiple } from "../questions/Multiple.tsx";
import { Ranking } from "../questions/Ranking.tsx";
import { Scale } from "../questions/Scale.tsx";
import { Services } from "../questions/Services.tsx";
import { Stones } from "../questions/Stones.tsx";
import { Story } from "../questions/Story.tsx";
import { Triad } from "../questions/Triad.tsx";
import "./Asking.css";

type Props = {
  question: Question;
  draft: Draft;
  number: number;
  total: number;
  services: Service[];
  helplines: Helpline[];
  overview: boolean;
  /** The draft may be kept on this device. */
  mayKeep: boolean;
  onHelp: () => void;
  onNext: () => void;
  onBack: () => void;
  onSkip: () => void;
};

export function Asking(props: Props) {
  const { question, draft, number, total, overview, mayKeep, onNext, onBack, onSkip } = props;

  function submit(event: Event): void {
    event.preventDefault();
    onNext();
  }

  return (
    <form
      class={classes("asking appear aloud", question.type === "story" && "long")}
      novalidate
      autocomplete="off"
      onSubmit={submit}
    >
      <p class="progress">
        <span>{t("question.progress", { number, total })}</span>
        <Lights number={number} total={total} />
      </p>
      <ReadAloud />

      {asked(props)}

      {mayKeep && (
        <Keep
          kept={draft.kept}
          label={t("keep.draft")}
          hint={t("keep.draft.hint")}
          onChange={(wanted) => draft.keep(wanted)}
        />
      )}

      <div class="actions">
        <button class="button third" type="button" onClick={onBack}>
          <Icon name="back" />
          {t("question.back")}
        </button>
        <button class="button third" type="button" data-testid="skip" onClick={onSkip}>
          {t("question.skip")}
        </button>
        <button class="button" type="submit" data-testid="next">
          {t(overview ? "question.overview" : "question.next")}
        </button>
      </div>
    </form>
  );
}

function asked({ question, draft, services, helplines, onHelp }: Props) {
  switch (question.type) {
    case "services":
      return <Services question={question} draft={draft} services={services} />;
    case "story":
      return <Story question={question} draft={draft} helplines={helplines} onHelp={onHelp} />;
    case "scale":
      return <Scale question={question} draft={draft} />;
    case "age_band":
      return <AgeBand question={question} draft={draft} />;
    case "choice":
    case "smileys":
      return <Choice question={question} draft={draft} />;
    case "multiple":
      return <Multiple question={question} draft={draft} />;
    case "ranking":
      return <Ranking question={question} draft={draft} />;
    case "triad":
      return <Triad question={question} draft={draft} />;
    case "dyad":
      return <Dyad question={question} draft={draft} />;
    case "stones":
      return <Stones question={question} draft={draft} />;
  }
}
