type Slice = { letter: string; count: number };

const RADIUS = 48;
const LABEL = 30;

/** A pie of counts. What it says stands in the table beside it, so nobody needs to see it. */
export function Pie({ rows }: { rows: Slice[] }) {
  const n = rows.reduce((total, { count }) => total + count, 0);
  let before = 0;
  const slices = rows.map(({ letter, count }, place) => {
    const from = before / n;
    before += count;
    return { letter, count, from, to: before / n, look: place === rows.length - 1 ? "none" : place };
  });
  return (
    <svg class="pie" viewBox="-50 -50 100 100" aria-hidden="true" focusable="false">
      {slices.map(({ letter, count, from, to, look }) => {
        const [x, y] = at((from + to) / 2, count === n ? 0 : LABEL);
        return (
          count > 0 && (
            <g key={letter} class={`slice-${look}`}>
              <path d={slicePath(from, to)} />
              <text x={x} y={y} dy="0.35em" text-anchor="middle">
                {letter}
              </text>
            </g>
          )
        );
      })}
    </svg>
  );
}

/** A point at a share of the way round, clockwise from the top. */
function at(share: number, radius: number): [number, number] {
  const angle = 2 * Math.PI * share;
  return [round(radius * Math.sin(angle)), round(-radius * Math.cos(angle))];
}

function slicePath(from: number, to: number): string {
  if (to - from > 0.9999) return `M0 ${-RADIUS}a${RADIUS} ${RADIUS} 0 1 1 -0.01 0Z`;
  const [x0, y0] = at(from, RADIUS);
  const [x1, y1] = at(to, RADIUS);
  return `M0 0L${x0} ${y0}A${RADIUS} ${RADIUS} 0 ${to - from > 0.5 ? 1 : 0} 1 ${x1} ${y1}Z`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
