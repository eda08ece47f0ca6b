import type { Question, Round } from "../lib/api.ts";
import { shared } from "../lib/device.ts";
import type { Draft } from "../lib/draft.ts";
import { say, t } from "../lib/i18n.ts";
import { arrive } from "../lib/place.ts";
import { CardLink } from "../parts/CardLink.tsx";
import { Entrance } from "../parts/Entrance.tsx";
import { Icon } from "../parts/Icon.tsx";
import { ReadAloud } from "../parts/ReadAloud.tsx";
import { Resume } from "../parts/Resume.tsx";
import { Street } from "../parts/Street.tsx";
import { Waits } from "../parts/Waits.tsx";
import { WithdrawLink } from "../parts/WithdrawLink.tsx";
import "./Welcome.css";

type Props = {
  round: Round;
  draft: Draft;
  onHelp: () => void;
  onStart: () => void;
  onResume: () => void;
};

const SECONDS: Record<Question["type"], number> = {
  services: 10,
  story: 60,
  choice: 6,
  scale: 8,
  smileys: 6,
  multiple: 10,
  ranking: 20,
  triad: 20,
  dyad: 12,
  stones: 25,
  age_band: 5,
};

const PROMISES = [
  { icon: "moon", key: "promise.unknown", text: "promise.unknown.text" },
  { icon: "search", key: "promise.found", text: "promise.found.text" },
  { icon: "pen", key: "promise.names", text: "promise.names.text" },
  { icon: "choice", key: "promise.choice", text: "promise.choice.text" },
  { icon: "answer", key: "promise.results", text: "promise.results.text" },
  { icon: "exit", key: "promise.exit", text: shared ? "promise.exit.shared" : "promise.exit.text" },
] as const;

export function Welcome({ round, draft, onHelp, onStart, onResume }: Props) {
  const seconds = round.questions.reduce((sum, { type }) => sum + SECONDS[type], 0);
  const minutes = Math.ceil(seconds / 60);
  const branches = round.questions.some(({ when }) => when !== undefined);

  return (
    <>
      <Street lit={0.4} />
      <div class="welcome stack aloud">
        <div>
          <p class="asks">{t("welcome.asks", { organisation: say(round.organisation) })}</p>
          <h1 tabindex={-1} ref={arrive}>
            {say(round.title)}
          </h1>
        </div>
        <Waits />
        <p>
          {t(branches ? "welcome.length.most" : "welcome.length", {
            questions: round.questions.length,
            minutes,
          })}
        </p>
        <Resume code={round.code} draft={draft} onResume={onResume} />
        {round.invited === null || draft.token !== null ? (
          <button class="button wide" type="button" data-testid="start" onClick={onStart}>
            {t("welcome.start")}
          </button>
        ) : (
          <Entrance code={round.code} signer={round.invited} draft={draft} onIn={onStart} />
        )}
        <ReadAloud />

        <section class="stack" aria-labelledby="promise">
          <h2 id="promise">{t("promise.title")}</h2>
          <ul>
            {PROMISES.map(({ icon, key, text }) => (
              <li key={key}>
                <span class="badge">
                  <Icon name={icon} />
                </span>
                <p>
                  <strong>{t(key)}</strong> {t(text)}
                </p>
              </li>
            ))}
          </ul>
        </section>

        <section class="help card">
          <h2>{t("help.title")}</h2>
          <p>{t("help.text")}</p>
          <button class="button second wide" type="button" aria-haspopup="dialog" onClick={onHelp}>
            <Icon name="phone" />
            {t("help.button")}
          </button>
        </section>

        <dl class="card">
          <dt>{t("welcome.readers")}</dt>
          <dd>{say(round.readers)}</dd>
          <dt>{t("welcome.purpose")}</dt>
          <dd>{say(round.mandate)}</dd>
        </dl>

        {round.card && (
          <p>
            <CardLink code={round.code} text="card.see" />
          </p>
        )}
        {round.previous && (
          <p>
            <CardLink code={round.previous.code} text="welcome.previous" />
          </p>
        )}
        {!round.preview && <WithdrawLink code={round.code} />}
      </div>
    </>
  );
}
