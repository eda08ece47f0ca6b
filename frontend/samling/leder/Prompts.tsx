import { t } from "../lib/words.ts";
import { useEdited } from "./kept.ts";
import type { Part } from "./Leading.tsx";
import { Saved } from "./Saved.tsx";

const MOST_VOTES = 20;

/** What the room is asked, to be said in other words. */
export function Prompts({ state, desk }: Part) {
  const told = { ...state.prompts, title: state.title, votes_each: state.votes_each };
  const edited = useEdited(told);
  const { value } = edited;
  const set = (change: Partial<typeof told>) => edited.touch({ ...value.value, ...change });

  async function save(): Promise<boolean> {
    const worked = await desk.send("PUT", "prompts", value.value);
    if (worked) edited.saved();
    return worked;
  }

  return (
    <details class="panel">
      <summary>{t("desk.prompts")}</summary>
      <Saved onSave={save}>
        <label>
          {t("desk.prompts.title")}
          <input value={value.value.title} maxlength={200} onInput={({ currentTarget }) => set({ title: currentTarget.value })} />
        </label>
        <label>
          {t("desk.prompts.challenge")}
          <textarea rows={2} maxlength={1000} value={value.value.challenge} onInput={({ currentTarget }) => set({ challenge: currentTarget.value })} />
        </label>
        <label>
          {t("desk.prompts.ideas")}
          <textarea rows={2} maxlength={1000} value={value.value.ideas} onInput={({ currentTarget }) => set({ ideas: currentTarget.value })} />
        </label>
        <label>
          {t("desk.prompts.votes")}
          <input
            type="number"
            min={1}
            max={MOST_VOTES}
            value={value.value.votes_each}
            onInput={({ currentTarget }) => set({ votes_each: currentTarget.valueAsNumber || 1 })}
          />
        </label>
      </Saved>
    </details>
  );
}
