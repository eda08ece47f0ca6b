import { generate } from "lean-qr/nano";

/** A QR code: its dark modules as the path of an SVG, and how many modules each side has. */
export function qrCode(text: string): { size: number; path: string } {
  const bitmap = generate(text);
  const places = Array.from({ length: bitmap.size }, (_, place) => place);
  const path = places
    .flatMap((y) => places.filter((x) => bitmap.get(x, y)).map((x) => `M${x} ${y}h1v1h-1z`))
    .join("");
  return { size: bitmap.size, path };
}
