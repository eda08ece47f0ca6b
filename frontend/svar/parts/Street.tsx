import "./Street.css";

type House = { x: number; width: number; top: number; fill: string; roof: string; rows: number };

const GROUND = 148;
const houses: House[] = [
  { x: -6, width: 62, top: 92, fill: "#8f3422", roof: "#3a2a2b", rows: 2 },
  { x: 56, width: 50, top: 70, fill: "#c98a2e", roof: "#45322a", rows: 3 },
  { x: 106, width: 70, top: 84, fill: "#d9d3c3", roof: "#2c3a44", rows: 2 },
  { x: 176, width: 46, top: 62, fill: "#2f6468", roof: "#22333c", rows: 3 },
  { x: 222, width: 72, top: 88, fill: "#a03a25", roof: "#372a2e", rows: 2 },
  { x: 294, width: 52, top: 72, fill: "#d2a047", roof: "#45322a", rows: 3 },
  { x: 346, width: 74, top: 94, fill: "#e3ddcd", roof: "#2c3a44", rows: 2 },
];

const windows = houses.flatMap(({ x, width, top, rows }, house) => {
  const columns = Math.floor((width - 8) / 16);
  const gap = (width - columns * 9) / (columns + 1);
  return Array.from({ length: rows * columns }, (_, index) => {
    const column = index % columns;
    return {
      x: x + gap + column * (9 + gap),
      y: top + 6 + Math.floor(index / columns) * 19,
      order: ((house * 31 + index * 47) % 100) / 100,
    };
  });
});

export function Street({ lit }: { lit: number }) {
  return (
    <div class="street">
      <p>Fortell</p>
      <svg
        viewBox="0 0 412 160"
        preserveAspectRatio="xMidYMax slice"
        aria-hidden="true"
        focusable="false"
      >
      <defs>
        <linearGradient id="dusk" x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stop-color="#0e2c3c" />
          <stop offset="0.6" stop-color="#1f5566" />
          <stop offset="1" stop-color="#e9a86a" />
        </linearGradient>
      </defs>
      <rect width="412" height="160" fill="url(#dusk)" />
      <g fill="#fff3d6">
        <circle cx="372" cy="30" r="11" />
        <circle cx="36" cy="24" r="1.2" />
        <circle cx="92" cy="44" r="1" />
        <circle cx="150" cy="18" r="1.3" />
        <circle cx="242" cy="30" r="1" />
        <circle cx="306" cy="16" r="1.3" />
      </g>
      <circle cx="367" cy="27" r="10" fill="#133747" />
      <path
        d="M0 112 L60 66 L104 98 L170 46 L236 96 L288 60 L352 104 L412 74 V160 H0Z"
        fill="#174555"
      />
        {houses.map(({ x, width, top, fill, roof }) => (
          <g key={x}>
            <path d={`M${x} ${top} h${width} V${GROUND} h-${width}Z`} fill={fill} />
            <path
              d={`M${x - 3} ${top + 1} L${x + width / 2} ${top - width * 0.42} L${x + width + 3} ${top + 1}Z`}
              fill={roof}
            />
          </g>
        ))}
        {windows.map(({ x, y, order }) => (
          <g key={`${x} ${y}`}>
            <rect x={x} y={y} width="9" height="12" rx="1" class={order < lit ? "on" : undefined} />
            <path
              d={`M${x + 4.5} ${y}v12M${x} ${y + 5}h9`}
              stroke="#14293a"
              stroke-width="0.9"
            />
          </g>
        ))}
        <rect y={GROUND} width="412" height="12" fill="#14293a" />
      </svg>
    </div>
  );
}
