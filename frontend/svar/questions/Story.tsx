import { useSignal } from "@preact/signals";
import type { Helpline, StoryQuestion } from "../lib/api.ts";
import { classes } from "../lib/classes.ts";
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
  const text = draft.stories[question.id] ?? "";
  const { id, prompts } = question;
  const prompt = draft.promptOf(question);
  const choosing = useSignal(prompt === undefined);

  function choose(chosen: string): void {
    draft.choosePrompt(id, chosen);
    choosing.value = false;
  }

  if (prompts !== undefined && choosing.value)
    return (
      <>
        <h1 key="prompts" tabindex={-1} ref={arrive}>
          {draft.ask(question.text)}
        </h1>
        <p class="quiet prompts-hint">{t(text === "" ? "story.choose" : "story.keeps")}</p>
        <ul class="choices">
          {prompts.map((one) => (
            <li key={one.id}>
              <button
                class={classes("choice", one.id === prompt?.id && "chosen")}
                type="button"
                aria-pressed={one.id === prompt?.id}
                onClick={() => choose(one.id)}
              >
                {draft.ask(one.text)}
              </button>
            </li>
          ))}
        </ul>
      </>
    );

  return (
    <>
      <h1 key="story" class="long" tabindex={-1} ref={arrive}>
        <label for="story">{draft.textOf(question)}</label>
      </h1>
      {prompts !== undefined && (
        <button class="button third other" type="button" onClick={() => (choosing.value = true)}>
          {t("story.other")}
        </button>
      )}

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
        text={text}
        limit={question.max_length}
        known={draft.known}
        onInput={(written) => draft.write(id, written)}
        onDanger={() => (draft.care ||= "shown")}
      >
        {draft.care === "shown" && (
          <Care helplines={helplines} onHelp={onHelp} onClose={() => (draft.care = "closed")} />
        )}
      </Writing>
    </>
  );
}
