import { Problem, type Round } from "../lib/api.ts";
import { classes } from "../lib/classes.ts";
import { day, t } from "../lib/i18n.ts";
import { open } from "../lib/place.ts";
import { CardLink } from "../parts/CardLink.tsx";
import { Trouble } from "../parts/Trouble.tsx";
import { Waits } from "../parts/Waits.tsx";
import { WithdrawLink } from "../parts/WithdrawLink.tsx";
import "./NoRound.css";

type Props = { round: Round | null; problem: Problem | null; onRetry: () => void };

const CODES = {
  closed: "round_closed",
  blocked: "round_waits",
  upcoming: "round_not_open",
  unapproved: "round_unapproved",
  waiting: "signer_missing",
  full: "round_full",
};

const NOT_FOUND = ["unknown_round", "preview_wrong"];

export function NoRound({ round, problem, onRetry }: Props) {
  const shown =
    round === null || round.status === "open" ? problem : new Problem(CODES[round.status]);
  const mayWork =
    (round === null && !NOT_FOUND.includes(problem?.code ?? "")) || round?.status === "waiting";
  const opens = round?.status === "upcoming" ? round.opens : null;

  if (shown === null) return <p role="status">{t("loading")}</p>;
  return (
    <>
      <Trouble problem={shown} level="h1">
        {opens !== null && <p>{t("error.opens", { date: day(opens) })}</p>}
        {round?.card && <CardLink code={round.code} text="card.see" main />}
        {mayWork ? (
          <button class="button wide" type="button" onClick={onRetry}>
            {t("error.again")}
          </button>
        ) : (
          <button
            class={classes("button wide", round?.card && "second")}
            type="button"
            onClick={() => open("/")}
          >
            {t("error.home")}
          </button>
        )}
      </Trouble>
      <Waits />
      {round !== null && (
        <div class="no-round stack">
          {round.previous && (
            <p>
              <CardLink code={round.previous.code} text="welcome.previous" />
            </p>
          )}
          {round.status !== "upcoming" && <WithdrawLink code={round.code} />}
        </div>
      )}
    </>
  );
}
