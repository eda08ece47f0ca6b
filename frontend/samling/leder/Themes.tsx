import { uuid } from "../lib/secret.ts";
import type { State, Theme } from "../lib/state.ts";
import { language, t } from "../lib/words.ts";
import { lines } from "./Cards.tsx";
import { focusOn } from "./focus.ts";
import { useEdited } from "./kept.ts";
import type { Part } from "./Leading.tsx";
import { Saved } from "./Saved.tsx";

const MOST_QUESTIONS = 8;
const LONGEST_NAME = 120;

type Sorted = { themes: { id: string; label: string }[]; cards: Record<string, string[]> };

function sorted(state: State): Sorted {
  return {
    themes: state.themes.map(({ id, label }) => ({ id, label })),
    cards: Object.fromEntries(
      state.cards.map(({ id }) => [id, state.themes.filter((one) => one.cards.includes(id)).map((one) => one.id)]),
    ),
  };
}

/** Themes and which cards belong to them, proposed by the machine and decided by the room. */
export function Themes({ state, desk }: Part) {
  const edited = useEdited(sorted(state));
  const { themes, cards } = edited.value.value;
  const rename = (id: string, label: string) =>
    edited.touch({ cards, themes: themes.map((one) => (one.id === id ? { id, label } : one)) });

  async function save(): Promise<boolean> {
    const named = themes.filter(({ label }) => label.trim() !== "");
    const known = new Set(named.map(({ id }) => id));
    const kept = Object.entries(cards).map(([id, of]) => [id, of.filter((theme) => known.has(theme))]);
    const worked = await desk.send("PUT", "themes", { themes: named, cards: Object.fromEntries(kept) });
    if (worked) edited.saved();
    return worked;
  }

  function add(): void {
    edited.touch({ cards, themes: [...themes, { id: `own_${uuid().slice(0, 8)}`, label: "" }] });
    focusOn(() => document.getElementById(`theme-${themes.length}`));
  }

  function raise(place: number, button: HTMLElement): void {
    const moved = [...themes];
    moved.splice(place - 1, 2, themes[place]!, themes[place - 1]!);
    edited.touch({ cards, themes: moved });
    focusOn(() => button);
  }

  function drop(id: string): void {
    edited.touch({ cards, themes: themes.filter((one) => one.id !== id) });
    focusOn(() => document.getElementById("themes"));
  }

  function toggle(card: string, theme: string): void {
    const of = cards[card] ?? [];
    const next = of.includes(theme) ? of.filter((one) => one !== theme) : [...of, theme];
    edited.touch({ themes, cards: { ...cards, [card]: next } });
  }

  return (
    <section class="card" aria-labelledby="themes">
      <h3 id="themes" tabindex={-1}>
        {t("desk.themes")}
      </h3>
      <p class="quiet">{t(themes.length === 0 ? "desk.theme.none" : "desk.themes.hint")}</p>
      <div class="buttons">
        <button
          class="button second"
          type="button"
          data-testid="propose"
          onClick={() => void desk.send("POST", "propose", {}).then((worked) => worked && edited.saved())}
        >
          {t("desk.propose")}
        </button>
        <button
          class="button second"
          type="button"
          onClick={add}
        >
          {t("desk.theme.add")}
        </button>
      </div>
      <Saved label={t("desk.theme.save")} onSave={save} unsaved={edited.touched.value}>
        <ol class="theme-names">
          {themes.map(({ id, label }, place) => (
            <li key={id}>
              <label for={`theme-${place}`}>{t("desk.theme.name", { n: place + 1 })}</label>
              <input
                id={`theme-${place}`}
                lang={state.language}
                maxlength={LONGEST_NAME}
                value={label}
                onInput={({ currentTarget }) => rename(id, currentTarget.value)}
              />
              <button
                class="button third small"
                type="button"
                aria-describedby={`theme-${place}`}
                aria-disabled={place === 0}
                onClick={({ currentTarget }) => place > 0 && raise(place, currentTarget)}
              >
                {t("desk.theme.up")}
              </button>
              <button
                class="button third small"
                type="button"
                aria-describedby={`theme-${place}`}
                onClick={() => drop(id)}
              >
                {t("desk.theme.remove")}
              </button>
            </li>
          ))}
        </ol>
        {themes.length > 0 && (
          <fieldset class="sorting">
            <legend>{t("desk.theme.cards")}</legend>
            {state.cards.map(({ id, number, challenge, hidden }) =>
              hidden === true ? null : (
                <fieldset key={id}>
                  <legend lang={state.language}>
                    <b class="number">{number}</b> {challenge}
                  </legend>
                  {themes.map((theme, place) => (
                    <label key={theme.id} lang={state.language}>
                      <input
                        type="checkbox"
                        autocomplete="off"
                        checked={(cards[id] ?? []).includes(theme.id)}
                        onChange={() => toggle(id, theme.id)}
                      />
                      {theme.label || t("desk.theme.name", { n: place + 1 })}
                    </label>
                  ))}
                </fieldset>
              ),
            )}
          </fieldset>
        )}
      </Saved>
    </section>
  );
}

/** Questions to go on with, theme by theme; each says whether people have touched it. */
export function Questions({ state, desk }: Part) {
  return (
    <section class="card" aria-labelledby="questions">
      <h3 id="questions">{t("desk.questions")}</h3>
      {state.themes.length === 0 && <p class="quiet">{t("desk.theme.none")}</p>}
      {state.themes.map((theme) => (
        <Asked key={theme.id} theme={theme} state={state} desk={desk} />
      ))}
    </section>
  );
}

function Asked({ theme, state, desk }: Part & { theme: Theme }) {
  const edited = useEdited(theme.questions.map(({ text }) => text).join("\n"));
  const id = `questions-${theme.id}`;

  async function save(): Promise<boolean> {
    const questions = lines(edited.value.value).slice(0, MOST_QUESTIONS);
    const worked = await desk.send("PUT", `questions/${encodeURIComponent(theme.id)}`, { questions });
    if (worked) edited.saved();
    return worked;
  }

  return (
    <details class="asked" open={state.themes[0]?.id === theme.id}>
      <summary>
        <span lang={state.language}>{theme.label}</span>
      </summary>
      {theme.questions.length > 0 && (
        <ol class="marks" lang={state.language}>
          {theme.questions.map((question, place) => (
            <li key={place}>
              {question.text} <em lang={language()}>{t(question.edited ? "desk.questions.edited" : "desk.questions.auto")}</em>
            </li>
          ))}
        </ol>
      )}
      <Saved onSave={save} unsaved={edited.touched.value}>
        <label for={id}>{t("desk.questions.for", { theme: theme.label })}</label>
        <p id={`${id}-hint`} class="quiet">
          {t("desk.questions.hint")}
        </p>
        <textarea
          id={id}
          rows={Math.max(4, theme.questions.length + 1)}
          lang={state.language}
          aria-describedby={`${id}-hint`}
          value={edited.value.value}
          onInput={({ currentTarget }) => edited.touch(currentTarget.value)}
        />
      </Saved>
    </details>
  );
}
