import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { RankingQuestion } from "../lib/api.ts";
import { classes } from "../lib/classes.ts";
import type { Draft } from "../lib/draft.ts";
import { t } from "../lib/i18n.ts";
import { useFollow } from "../lib/pointer.ts";
import { Icon } from "../parts/Icon.tsx";
import { Frame } from "./Frame.tsx";
import "./Ranking.css";

/** What is dragged, how far, and the place it would get. */
type Held = { value: number; from: number; way: number; to: number };

export function Ranking({ question, draft }: { question: RankingQuestion; draft: Draft }) {
  const { id, options } = question;
  const ranked = draft.list(id);
  const rest = options.map(({ value }) => value).filter((value) => !ranked.includes(value));
  const said = useSignal("");
  const held = useSignal<Held | null>(null);
  const whole = useRef<HTMLDivElement>(null);
  const focus = useRef("");

  useLayoutEffect(() => {
    if (focus.current !== "") whole.current?.querySelector<HTMLElement>(focus.current)?.focus();
    focus.current = "";
  });

  const { handlers } = useFollow(draft, drag, () => {
    if (held.value !== null) place(held.value.value, held.value.to);
  });

  const name = (value: number) => draft.ask(options.find((one) => one.value === value)?.label);

  /** Gives an option a place, counted from 0, or none. */
  function place(value: number, to: number | null): void {
    const next = ranked.filter((one) => one !== value);
    if (to !== null) next.splice(to, 0, value);
    draft.choose(question, next);
    said.value =
      to === null
        ? t("ranking.gone", { option: name(value) })
        : t("ranking.placed", { option: name(value), place: to + 1, count: next.length });
  }

  function move(value: number, by: -1 | 1): void {
    const to = ranked.indexOf(value) + by;
    if (to < 0) return;
    const out = to === ranked.length;
    focus.current = out ? `[data-add="${value}"]` : `[data-by="${by}"][data-value="${value}"]`;
    place(value, out ? null : to);
  }

  function add(value: number): void {
    const following = rest[rest.indexOf(value) + 1] ?? rest.find((one) => one !== value);
    focus.current =
      following === undefined ? `[data-by="-1"][data-value="${value}"]` : `[data-add="${following}"]`;
    place(value, ranked.length);
  }

  function drag({ type, target, clientY, currentTarget }: PointerEvent): void {
    if (type === "pointerdown") {
      const grip = (target as Element).closest<HTMLElement>("[data-grip]");
      const value = Number(grip?.dataset["grip"]);
      held.value =
        grip === null ? null : { value, from: clientY, way: 0, to: ranked.indexOf(value) };
    }
    if (held.value === null) return;
    const { value, from } = held.value;
    const rows = [...(currentTarget as Element).children];
    const above = rows.filter((row, index) => {
      const { top, height } = row.getBoundingClientRect();
      return ranked[index] !== value && clientY > top + height / 2;
    });
    held.value = { value, from, way: clientY - from, to: above.length };
  }

  /** The line that shows where a dragged option would go. */
  function line(place: number): string | false {
    if (held.value === null) return false;
    const from = ranked.indexOf(held.value.value);
    const { to } = held.value;
    if (place !== to || to === from) return false;
    return to < from ? "above" : "below";
  }

  const arrow = (value: number, place: number, by: -1 | 1) => {
    const last = by === 1 && place === ranked.length - 1;
    const label = t(by < 0 ? "ranking.up" : last ? "ranking.out" : "ranking.down", {
      option: name(value),
    });
    return (
      <button
        type="button"
        data-by={by}
        data-value={value}
        aria-label={label}
        aria-disabled={place + by < 0 || undefined}
        onClick={() => move(value, by)}
      >
        <Icon name={by < 0 ? "up" : last ? "out" : "down"} />
      </button>
    );
  };

  return (
    <Frame question={question} draft={draft} look="ranking" hint={t("ranking.hint")}>
      <div ref={whole}>
        <ol {...handlers} onLostPointerCapture={() => (held.value = null)}>
          {ranked.map((value, place) => {
            const moving = held.value?.value === value;
            return (
              <li
                key={value}
                class={classes("choice chosen", moving && "held", line(place))}
                style={{ transform: moving ? `translateY(${held.value?.way ?? 0}px)` : "" }}
              >
                <span class="place" data-grip={value}>
                  {place + 1}
                </span>
                <span class="name">{name(value)}</span>
                {arrow(value, place, -1)}
                {arrow(value, place, 1)}
              </li>
            );
          })}
        </ol>
        {rest.length > 0 && ranked.length > 0 && <p class="quiet">{t("ranking.rest")}</p>}
        <ul>
          {rest.map((value) => (
            <li key={value}>
              <button class="choice" type="button" data-add={value} onClick={() => add(value)}>
                <span class="place" />
                {name(value)}
              </button>
            </li>
          ))}
        </ul>
      </div>
      <p class="sr-only" role="status">
        {said.value}
      </p>
    </Frame>
  );
}
