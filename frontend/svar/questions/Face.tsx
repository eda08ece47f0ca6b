/** From the saddest mouth to the gladdest; the words beside it say the same. */
const MOUTHS = ["M10 27q8-9 16 0", "M11 26q7-5 14 0", "M11 25h14", "M11 24q7 5 14 0", "M10 22q8 10 16 0"];

export function Face({ mood }: { mood: number }) {
  return (
    <svg class="face" viewBox="0 0 36 36" aria-hidden="true" focusable="false">
      <circle cx="18" cy="18" r="16.5" />
      <path d={`M12.5 13.5v1.5M23.5 13.5v1.5${MOUTHS[mood - 1] ?? ""}`} />
    </svg>
  );
}
