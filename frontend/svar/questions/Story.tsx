import type { Helpline, StoryQuestion } from "../lib/api.ts";
import type { Draft } from "../lib/draft.ts";
import { t } from "../lib/i18n.ts";
import { arrive } from "../lib/place.ts";
import { Care } from "../parts/Care.tsx";
import { Lines } from "../parts/Lines.tsx";
import { Writing } from "../parts/Writing.tsx";
import "./Story.css";

type Props = {
  question: StoryQuestion;
  draft: Draft;
  helplines: Helpline[];
  onHelp: () => void;
};

const SHOWN = 2;

export function Story({ question, draft, helplines, onHelp }: Props) {
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
      <Writing
        id="story"
        text={draft.stories[question.id] ?? ""}
        limit={question.max_length}
        known={draft.known}
        onInput={(text) => draft.write(question.id, text)}
        onDanger={() => (draft.care ||= "shown")}
      >
        {draft.care === "shown" && (
          <Care helplines={helplines} onHelp={onHelp} onClose={() => (draft.care = "closed")} />
        )}
      </Writing>
    </>
  );
}
