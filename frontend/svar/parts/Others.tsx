import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { getOthers, type Mention, type Others as Told, type Round } from "../lib/api.ts";
import { classes } from "../lib/classes.ts";
import { shared } from "../lib/device.ts";
import { day, language, say, t } from "../lib/i18n.ts";
import { groupName, themeName } from "../lib/themes.ts";
import "./Others.css";

const SHOWN = 5;
const FEWEST = 3;

type Props = {
  round: Round;
  /** What the teller said that the story is about. It is compared here and not asked about. */
  themes: readonly string[];
};

/** What others have told, out of the latest release. Without a network there is nothing to see. */
export function Others({ round, themes }: Props) {
  const told = useSignal<Told | null>(null);

  useEffect(() => {
    void getOthers(round.code)
      .then((found) => (told.value = found))
      .catch(() => null);
  }, [round.code]);

  if (told.value === null) return null;
  const { least, round: code } = told.value;
  return (
    <section class="others stack appear" aria-labelledby="others-title" data-testid="others">
      <h2 id="others-title">{t("others.title")}</h2>
      {code === null ? (
        <p>{t("others.none", { least })}</p>
      ) : (
        <>
          <Figures told={told.value} themes={themes} />
          <p>
            {code !== round.code && `${t("others.before")} `}
            {!shared && (
              <a href={`/rapport/${code}?lang=${language()}`}>{t("others.report")}</a>
            )}
          </p>
        </>
      )}
    </section>
  );
}

function Figures({ told, themes }: { told: Told; themes: readonly string[] }) {
  const isYours = ({ id }: Mention) => themes.includes(id);
  const ofThemes = told.themes.length >= FEWEST;
  const name = ({ id, label }: Mention) => (ofThemes ? themeName : groupName)(id, say(label));
  const all = ofThemes ? told.themes : told.areas;
  const shown = all.filter((mention, place) => place < SHOWN || isYours(mention));
  const first = told.themes.find(isYours);
  const alike = first && { about: say(first.about), theme: themeName(first.id, say(first.label)) };
  if (shown.length === 0) return null;
  return (
    <>
      {alike && <p>{t("others.yours", alike)}</p>}
      <p>{t("others.intro", { date: day(told.published ?? "") })}</p>
      <ul>
        {shown.map((mention) => (
          <li key={mention.id} class={classes(isYours(mention) && "yours")}>
            <strong>{name(mention)}</strong>{" "}
            {isYours(mention) && <span class="you">{t("others.you")}</span>}
            <span class="bar" aria-hidden="true">
              <span style={{ width: `${(100 * mention.x) / mention.n}%` }} />
            </span>
            {say(mention.about)}
          </li>
        ))}
      </ul>
      <details>
        <summary>{t("others.sure")}</summary>
        <p>{t("others.sure.text")}</p>
        {shown.map((mention) => (
          <p key={mention.id}>
            {t("others.row", { theme: name(mention), between: say(mention.between) })}
            {mention.published !== told.published &&
              ` (${t("others.older", { date: day(mention.published) })})`}
          </p>
        ))}
      </details>
    </>
  );
}
