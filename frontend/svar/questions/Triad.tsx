import { useRef } from "preact/hooks";
import type { TriadQuestion } from "../lib/api.ts";
import { classes } from "../lib/classes.ts";
import type { Draft } from "../lib/draft.ts";
import { t } from "../lib/i18n.ts";
import { MIDDLE, WHOLE, inTriangle, placeOf, sharesAt, withShare } from "../lib/marks.ts";
import { useFollow } from "../lib/pointer.ts";
import { Frame } from "./Frame.tsx";
import { Pole } from "./Pole.tsx";
import { Slider } from "./Slider.tsx";
import { sharesInWords } from "./words.ts";
import "./marking.css";

// The triangle within the drawing: a gable, with room around it for the light at a corner.
const WIDTH = 320;
const HEIGHT = 200;
const TOP = 24;
const LEFT = 24;
const BASE = 176;

const RIGHT = WIDTH - LEFT;
const GABLE = "M160 24L24 176H296Z";
// What lies nearer to one corner than to the others.
const PARTS = ["M160 24L92 100L160 125L228 100Z", "M24 176H160V125L92 100Z", "M296 176H160V125L228 100Z"];

export function Triad({ question, draft }: { question: TriadQuestion; draft: Draft }) {
  const { id, poles } = question;
  const shares = draft.list(id);
  const answered = shares.length > 0;
  const set = useRef<number[]>([]);
  const names = poles.map(({ label }) => draft.fill(label));
  const { across, up } = placeOf(shares);
  const x = LEFT + across * (RIGHT - LEFT);
  const y = BASE - up * (BASE - TOP);

  const { handlers } = useFollow(draft, ({ clientX, clientY, currentTarget }) => {
    const matrix = (currentTarget as SVGSVGElement).getScreenCTM();
    if (matrix === null) return;
    const point = new DOMPoint(clientX, clientY).matrixTransform(matrix.inverse());
    const there = [(point.x - LEFT) / (RIGHT - LEFT), (BASE - point.y) / (BASE - TOP)] as const;
    if (!answered && !inTriangle(...there)) return;
    set.current = [];
    answer(sharesAt(...there));
  });

  function answer(next: readonly number[]): void {
    if (next.join() !== draft.list(id).join()) draft.answer(id, next);
  }

  function slide(index: number, value: number): void {
    answer(withShare(answered ? shares : MIDDLE, index, value, set.current));
    set.current = [index, ...set.current.filter((one) => one !== index)];
  }

  const percent = (index: number) => `${shares[index] ?? 0} %`;
  const pole = (index: number) => <Pole name={names[index] ?? ""} share={shares[index]} />;

  function words(index: number): string {
    const others = names.map((name, one) => (one === index ? "" : `${name} ${percent(one)}`));
    return `${percent(index)}. ${others.filter(Boolean).join(", ")}`;
  }

  return (
    <Frame question={question} draft={draft} look="marking" hint={t("triad.hint")}>
      <div class="triad" aria-hidden="true">
        {pole(0)}
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} focusable="false" {...handlers}>
          {PARTS.map((part, index) => (
            <g key={part}>
              <path class="ground" d={part} />
              <path class="part" d={part} opacity={(shares[index] ?? 0) / WHOLE} />
            </g>
          ))}
          <path class="edge" d={GABLE} />
          <g
            class={classes("light", !answered && "waiting")}
            transform={answered ? `translate(${x} ${y})` : "translate(290 24)"}
          >
            <circle r="22" />
            <circle class="glow" r="9" />
          </g>
        </svg>
        <div class="feet">
          {pole(1)}
          {pole(2)}
        </div>
      </div>
      <p class="words" aria-hidden="true">
        {answered ? sharesInWords(names, shares) : t("mark.empty")}
      </p>
      <div class="rows">
        {names.map((name, index) => (
          <div key={name}>
            <p aria-hidden="true">
              <span>{name}</span> <strong>{answered && percent(index)}</strong>
            </p>
            <Slider
              draft={draft}
              label={name}
              value={answered ? (shares[index] ?? 0) : null}
              start={MIDDLE[index] ?? 0}
              words={words(index)}
              onChange={(value) => slide(index, value)}
            />
          </div>
        ))}
      </div>
    </Frame>
  );
}
