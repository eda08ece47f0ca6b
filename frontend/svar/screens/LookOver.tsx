import { useEffect } from "preact/hooks";
import type { Problem, Question, Round } from "../lib/api.ts";
import type { Draft } from "../lib/draft.ts";
import { t } from "../lib/i18n.ts";
import { marks } from "../lib/identifying.ts";
import { arrive } from "../lib/place.ts";
import type { Judged, Theme } from "../lib/proposals.ts";
import { themeName } from "../lib/themes.ts";
import { Clues } from "../parts/Clues.tsx";
import { Icon } from "../parts/Icon.tsx";
import { Marked } from "../parts/Marked.tsx";
import { Offer } from "../parts/Offer.tsx";
import { Redacted } from "../parts/Redacted.tsx";
import { Research } from "../parts/Research.tsx";
import { Trouble } from "../parts/Trouble.tsx";
import { inWords } from "../questions/words.ts";
import "./LookOver.css";

type Props = {
  round: Round;
  draft: Draft;
  problem: Problem | null;
  onChange: (question: Question) => void;
  onPropose: () => void;
  onBack: () => void;
  onSend: () => void;
};

export function LookOver(props: Props) {
  const { round, draft, problem, onChange, onPropose, onBack, onSend } = props;
  const { locked, sending } = draft;
  useEffect(() => void draft.prepare(), [draft]);
  const again = problem !== null && problem.code !== "empty";

  const used = ({ id }: Question) => {
    const judged = draft.proposals[id];
    return judged?.used === true ? judged : undefined;
  };

  const answered = (question: Question) => {
    const answer = inWords(question, round, draft);
    if (answer === "") return <p class="quiet">{t("review.skipped")}</p>;
    if (question.type !== "story") return <p class="answer">{answer}</p>;
    const judged = used(question);
    if (judged !== undefined) return <Proposed judged={judged} themes={draft.themes} />;
    return (
      <p class="story" translate={false}>
        <Marked text={answer} marks={marks(answer, draft.known)} />
      </p>
    );
  };

  return (
    <div class="look-over stack appear">
      <h1 tabindex={-1} ref={arrive}>
        {t("review.title")}
      </h1>
      <p>{t(locked ? "review.tried" : "review.intro")}</p>

      <ol>
        {draft.asked.map((question) => (
          <li key={question.id}>
            <div class="both">
              <p class="asked">{draft.textOf(question)}</p>
              {answered(question)}
            </div>
            {!locked && (
              <button
                class="button third"
                type="button"
                aria-disabled={sending}
                onClick={() => sending || onChange(question)}
              >
                {t("review.change")}
                <span class="sr-only">{draft.textOf(question)}</span>
              </button>
            )}
            {question.type === "story" && used(question) === undefined && (
              <div class="clues">
                <Clues
                  text={draft.story(question.id)}
                  marks={marks(draft.story(question.id), draft.known)}
                />
              </div>
            )}
          </li>
        ))}
      </ol>

      {!locked && !sending && <Offer draft={draft} onShow={onPropose} />}

      {draft.mayAgree && <Research draft={draft} round={round} />}

      {problem !== null && (
        <Trouble key={problem} problem={problem}>
          {again && (
            <p>
              {t("review.kept")} {t("error.once")}
            </p>
          )}
          {again && locked && <p>{t("review.locked")}</p>}
        </Trouble>
      )}
      <p class="sr-only" role="status">
        {sending ? t("review.sending") : ""}
      </p>

      <div class="actions">
        {!locked && (
          <button
            class="button third"
            type="button"
            aria-disabled={sending}
            onClick={() => sending || onBack()}
          >
            <Icon name="back" />
            {t("question.back")}
          </button>
        )}
        <button
          class="button"
          type="button"
          data-testid="send"
          aria-disabled={sending}
          onClick={onSend}
        >
          {t(sending ? "review.sending" : again ? "review.retry" : "review.send")}
        </button>
      </div>
    </div>
  );
}

/** A story as its teller has judged it: without names, and what it is about. */
function Proposed({ judged, themes }: { judged: Judged; themes: readonly Theme[] }) {
  const names = themes.filter(({ id }) => judged.themes.includes(id));
  return (
    <>
      <p class="story" translate={false}>
        <Redacted story={judged} />
      </p>
      <p class="asked about">{t(names.length === 0 ? "review.no_themes" : "review.themes")}</p>
      <p class="answer">{names.map(({ id, text }) => themeName(id, text)).join("\n")}</p>
    </>
  );
}
