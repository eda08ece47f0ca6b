import type { Helpline, StoryQuestion } from "../lib/api.ts";
import type { Draft } from "../lib/draft.ts";
import { t } from "../lib/i18n.ts";
import { arrive } from "../lib/place.ts";
import { Clues } from "../parts/Clues.tsx";
import { Lines } from "../parts/Lines.tsx";
import "./Story.css";

type Props = {
  question: StoryQuestion;
  draft: Draft;
  helplines: Helpline[];
  onHelp: () => void;
};

const SHOWN = 2;
const NEAR = 300;

export function Story({ question, draft, helplines, onHelp }: Props) {
  const text = draft.stories[question.id] ?? "";
  const room = question.max_length - text.length;

  return (
    <>
      <h1 class="long" tabindex={-1} ref={arrive}>
        <label for="story">{draft.ask(question.text)}</label>
      </h1>

      <section class="story-before" aria-labelledby="before">
        <h2 id="before">{t("story.before")}</h2>
        <p>
          {t("story.before.free")} {t("story.before.limit")}
        </p>
        <Lines helplines={helplines.slice(0, SHOWN)} brief />
        {helplines.length > SHOWN && (
          <button class="button third" type="button" aria-haspopup="dialog" onClick={onHelp}>
            {t("help.more")}
          </button>
        )}
      </section>

      <p id="story-hint" class="quiet">
        {t("story.hint")}
      </p>
      <textarea
        id="story"
        class="story-text"
        rows={7}
        maxlength={question.max_length}
        autocomplete="off"
        spellcheck={false}
        translate={false}
        aria-describedby="story-hint"
        value={text}
        onInput={({ currentTarget }) => draft.write(question.id, currentTarget.value)}
      />
      <p class="story-room quiet" role="status">
        {room <= NEAR ? t("story.left", { count: room }) : ""}
      </p>
      <Clues text={text} />
    </>
  );
}
