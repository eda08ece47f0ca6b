import "./Icon.css";

const PATHS = {
  phone: "M6.5 3.5 9 4l1.2 4-2 1.6a12 12 0 0 0 6.2 6.2l1.6-2 4 1.2.5 2.5c-.3 1.7-1.6 3-3.3 3A14.8 14.8 0 0 1 3.5 6.8c0-1.7 1.3-3 3-3.3Z",
  exit: "M13 4H6v16h7M10 12h10m-4-4 4 4-4 4",
  back: "M19 12H5m6-6-6 6 6 6",
  notice: "M12 8v5m0 3.2v.1M12 3.5 21 20H3Z",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z",
  search: "M10.5 5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11Zm4.2 9.7L20 20",
  pen: "m5 19 1-4L16 5l3 3L9 18Zm9-12 3 3M4 21h16",
  choice: "m5 12.5 4.5 4.5L19 7.5",
  sound: "M4 10v4h3l5 4V6L7 10Zm11-1.5a5 5 0 0 1 0 7m2.5-9.5a9 9 0 0 1 0 12",
  up: "m5 14 7-7 7 7",
  down: "m5 10 7 7 7-7",
  out: "M6 6l12 12M18 6 6 18",
  cloud: "M7 18a4 4 0 0 1-.6-7.9 6 6 0 0 1 11.5 1.2A3.4 3.4 0 0 1 17.5 18Z",
  answer: "M4 5h16v11h-9l-5 4v-4H4Z",
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      width="22"
      height="22"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
