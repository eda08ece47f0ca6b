import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { StonesQuestion } from "../lib/api.ts";
import { classes } from "../lib/classes.ts";
import type { Draft } from "../lib/draft.ts";
import { t } from "../lib/i18n.ts";
import { WHOLE, stepped } from "../lib/marks.ts";
import { useFollow } from "../lib/pointer.ts";
import { Frame } from "./Frame.tsx";
import { Option } from "./Option.tsx";
import { Slider } from "./Slider.tsx";
import { stonesInWords } from "./words.ts";
import "./marking.css";

export function Stones({ question, draft }: { question: StonesQuestion; draft: Draft }) {
  const { id, stones } = question;
  const points = draft.points(id);
  const unlaid = (one: { id: string }) => !(one.id in draft.points(id));
  const current = useSignal((stones.find(unlaid) ?? stones[0])?.id ?? "");
  const fresh = useRef(false);
  const area = useRef<HTMLDivElement>(null);
  const names = Object.fromEntries(stones.map((one) => [one.id, draft.ask(one.label)]));

  const { handlers } = useFollow(draft, moved, () => {
    if (fresh.current) current.value = stones.find(unlaid)?.id ?? current.value;
    fresh.current = false;
  });

  function moved({ type, target, clientX, clientY }: PointerEvent): void {
    if (type === "pointerdown") {
      // A finger on a stone takes it up, and moves it only when it moves itself.
      const taken = (target as Element).closest<HTMLElement>("[data-stone]")?.dataset["stone"];
      if (taken !== undefined) {
        current.value = taken;
        return;
      }
      fresh.current = !(current.value in points);
    }
    if (area.current === null) return;
    const { left, bottom, width, height } = area.current.getBoundingClientRect();
    lay(stepped((clientX - left) / width), stepped((bottom - clientY) / height));
  }

  function lay(x: number, y: number): void {
    const point = draft.points(id)[current.value];
    if (point?.[0] === x && point[1] === y) return;
    draft.answer(id, { ...draft.points(id), [current.value]: [x, y] });
  }

  function takeAway(): void {
    const { [current.value]: _, ...rest } = points;
    if (Object.keys(rest).length > 0) draft.answer(id, rest);
    else draft.clear(question);
  }

  const chosen = points[current.value];
  const axis = (name: "x" | "y", place: 0 | 1) => {
    const ends = [draft.fill(question[name].min), draft.fill(question[name].max)] as const;
    const [x = WHOLE / 2, y = WHOLE / 2] = chosen ?? [];
    return (
      <div>
        <p class="ends" aria-hidden="true">
          <span>{ends[0]}</span> <span>{ends[1]}</span>
        </p>
        <Slider
          draft={draft}
          label={`${names[current.value]}: ${ends.join(" – ")}`}
          value={chosen?.[place] ?? null}
          start={WHOLE / 2}
          words={`${chosen?.[place]}. ${stonesInWords(question, points, draft, current.value)}`}
          onChange={(value) => (place === 0 ? lay(value, y) : lay(x, value))}
        />
      </div>
    );
  };

  return (
    <Frame question={question} draft={draft} look="marking" hint={t("stones.hint")}>
      <div class="tray" role="group" aria-label={t("stones.choose")}>
        {stones.map((stone) => (
          <Option
            key={stone.id}
            name={`${id}-stone`}
            value={stone.id}
            chosen={current.value === stone.id}
            onChoose={() => (current.value = stone.id)}
          >
            {names[stone.id]}
          </Option>
        ))}
      </div>
      <div class="plane" aria-hidden="true" {...handlers}>
        <p class="up">{draft.fill(question.y.max)}</p>
        <p class="down">{draft.fill(question.y.min)}</p>
        <p class="left">{draft.fill(question.x.min)}</p>
        <p class="right">{draft.fill(question.x.max)}</p>
        <div class="area" ref={area}>
          {stones.map((stone) => {
            const [x, y] = points[stone.id] ?? [];
            if (x === undefined || y === undefined) return null;
            return (
              <span
                key={stone.id}
                data-stone={stone.id}
                class={classes("stone", stone.id === current.value && "taken")}
                style={{ left: `${x}%`, bottom: `${y}%` }}
              >
                {names[stone.id]}
              </span>
            );
          })}
        </div>
      </div>
      <p class="words" aria-hidden="true">
        {stonesInWords(question, points, draft) || t("mark.empty")}
      </p>
      <div class="rows">
        <p>
          <strong>{names[current.value]}</strong>
          {chosen !== undefined && (
            <button class="button third" type="button" onClick={takeAway}>
              {t("stones.away")}
            </button>
          )}
        </p>
        {axis("x", 0)}
        {axis("y", 1)}
      </div>
    </Frame>
  );
}
