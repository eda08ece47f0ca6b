import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { uuid } from "../lib/secret.ts";
import { BARRIERS, KINDS, LEVELS, type Action, type Level } from "../lib/state.ts";
import { count, day, t, type MessageKey } from "../lib/words.ts";
import { focusOn } from "./focus.ts";
import type { Part } from "./Leading.tsx";

const LONGEST_TEXT = 600;
const LONGEST_LINE = 120;

const EMPTY: Omit<Action, "id"> = {
  text: "",
  level: "now",
  owner: "",
  due: null,
  kind: "",
  barrier: "",
  lifted: false,
  recipient: "",
  theme: "",
};

/** What an action cannot do without. */
type Needed = "text" | "owner" | "due" | "recipient";

function lackOf(action: Action): Needed | null {
  const needed: Needed[] = ["text", "owner", "due", ...(action.lifted ? (["recipient"] as const) : [])];
  return needed.find((name) => (action[name] ?? "").trim() === "") ?? null;
}

const wrong = (lacking: Needed | null, name: Needed) => ({
  name,
  "aria-invalid": lacking === name || undefined,
  "aria-describedby": lacking === name ? "action-wrong" : undefined,
});

/** Who does what, by how near it can be decided. */
export function Actions({ state, desk }: Part) {
  const level = useSignal<Level | "">("");
  const draft = useSignal<Action>({ id: uuid(), ...EMPTY });
  const lacking = useSignal<Needed | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const changing = state.actions.some(({ id }) => id === draft.value.id);
  const shown = state.actions.filter((action) => level.value === "" || action.level === level.value);
  const set = (change: Partial<Action>) => (draft.value = { ...draft.value, ...change });

  const fill = (name: Needed) => focusOn(() => form.current!.elements.namedItem(name) as HTMLElement);

  function begin(action: Action = { id: uuid(), ...EMPTY }): void {
    draft.value = action;
    lacking.value = null;
    fill("text");
  }

  async function save(event: Event): Promise<void> {
    event.preventDefault();
    const { id, ...body } = draft.value;
    lacking.value = lackOf(draft.value);
    if (lacking.value !== null) return fill(lacking.value);
    if (await desk.send("PUT", `actions/${id}`, body)) begin();
  }

  async function remove(id: string): Promise<void> {
    if (await desk.send("DELETE", `actions/${id}`)) focusOn(() => document.getElementById("actions"));
  }

  return (
    <section class="card" aria-labelledby="actions">
      <h3 id="actions" tabindex={-1}>
        {t("desk.actions")}
      </h3>
      <label class="filter">
        {t("desk.filter")}
        <select value={level.value} onChange={({ currentTarget }) => (level.value = currentTarget.value as Level | "")}>
          <option value="">{t("desk.filter.all")}</option>
          {LEVELS.map((one) => (
            <option key={one} value={one}>
              {t(`short.${one}`)}
            </option>
          ))}
        </select>
      </label>
      <p class="sr-only" role="status">
        {count("action.count", shown.length)}
      </p>
      <ul class="actions">
        {shown.map((action) => (
          <li key={action.id}>
            <p>
              <b class="level">{t(`short.${action.level}`)}</b>{" "}
              <span id={`action-${action.id}`} lang={state.language}>
                {action.text}
              </span>
            </p>
            <p class="quiet">
              {[
                action.owner,
                action.due === null ? "" : day(action.due),
                action.kind === "" ? "" : t(`kind.${action.kind}`),
                action.barrier === "" ? "" : t(`barrier.${action.barrier}`),
                action.lifted ? `${t("desk.action.lifted")}${action.recipient && `: ${action.recipient}`}` : "",
              ]
                .filter(Boolean)
                .join(" · ")}
            </p>
            <div class="buttons">
              <button class="button third small" type="button" aria-describedby={`action-${action.id}`} onClick={() => begin(action)}>
                {t("desk.action.edit")}
              </button>
              <button
                class="button third small"
                type="button"
                aria-describedby={`action-${action.id}`}
                onClick={() => void remove(action.id)}
              >
                {t("desk.action.remove")}
              </button>
            </div>
          </li>
        ))}
      </ul>
      <form ref={form} class="action" novalidate autocomplete="off" onSubmit={(event) => void save(event)}>
        <h4>{t(changing ? "desk.action.change" : "desk.action.add")}</h4>
        {lacking.value !== null && (
          <p id="action-wrong" class="wrong" role="alert">
            {t(lacking.value === "recipient" ? "desk.action.missing.recipient" : "desk.action.missing")}
          </p>
        )}
        <label class="wide">
          {t("desk.action.text")}
          <textarea
            {...wrong(lacking.value, "text")}
            rows={2}
            maxlength={LONGEST_TEXT}
            value={draft.value.text}
            onInput={({ currentTarget }) => set({ text: currentTarget.value })}
          />
        </label>
        <Choice label="desk.action.level" value={draft.value.level} options={LEVELS} prefix="short" onChange={(one) => set({ level: one as Level })} />
        <Line name="owner" lacking={lacking.value} value={draft.value.owner} onInput={(owner) => set({ owner })} />
        <label>
          {t("desk.action.due")}
          <input type="date" {...wrong(lacking.value, "due")} value={draft.value.due ?? ""} onInput={({ currentTarget }) => set({ due: currentTarget.value || null })} />
        </label>
        <Choice label="desk.action.kind" value={draft.value.kind} options={KINDS} prefix="kind" unset onChange={(one) => set({ kind: one as Action["kind"] })} />
        <Choice label="desk.action.barrier" value={draft.value.barrier} options={BARRIERS} prefix="barrier" unset onChange={(one) => set({ barrier: one as Action["barrier"] })} />
        <label>
          {t("desk.action.theme")}
          <select value={draft.value.theme} onChange={({ currentTarget }) => set({ theme: currentTarget.value })}>
            <option value="">{t("desk.action.unset")}</option>
            {state.themes.map(({ id, label }) => (
              <option key={id} value={id} lang={state.language}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <label class="tick">
          <input type="checkbox" checked={draft.value.lifted} onChange={({ currentTarget }) => set({ lifted: currentTarget.checked })} />
          {t("desk.action.lifted")}
        </label>
        {draft.value.lifted && (
          <Line name="recipient" lacking={lacking.value} value={draft.value.recipient} onInput={(recipient) => set({ recipient })} />
        )}
        <div class="buttons wide">
          <button class="button" type="submit" data-testid="save-action">
            {t("desk.save")}
          </button>
          {changing && (
            <button class="button second" type="button" onClick={() => begin()}>
              {t("desk.action.cancel")}
            </button>
          )}
        </div>
      </form>
    </section>
  );
}

type LineProps = {
  name: "owner" | "recipient";
  lacking: Needed | null;
  value: string;
  onInput: (value: string) => void;
};

function Line({ name, lacking, value, onInput }: LineProps) {
  return (
    <label>
      {t(`desk.action.${name}`)}
      <input
        {...wrong(lacking, name)}
        maxlength={LONGEST_LINE}
        value={value}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
    </label>
  );
}

type ChoiceProps = {
  label: MessageKey;
  value: string;
  options: readonly string[];
  prefix: string;
  unset?: boolean;
  onChange: (value: string) => void;
};

function Choice({ label, value, options, prefix, unset = false, onChange }: ChoiceProps) {
  return (
    <label>
      {t(label)}
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        {unset && <option value="">{t("desk.action.unset")}</option>}
        {options.map((one) => (
          <option key={one} value={one}>
            {t(`${prefix}.${one}` as MessageKey)}
          </option>
        ))}
      </select>
    </label>
  );
}
