import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { qrCode } from "../lib/qr.ts";

/** Light modules around the code, without which cameras do not find it (ISO/IEC 18004). */
const QUIET = 4;

/** A QR code; what draws it is fetched when one is first shown, and nothing is shown without it. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const drawn = useSignal<ReturnType<typeof qrCode> | null>(null);

  useEffect(() => {
    void import("../lib/qr.ts").then(
      (module) => (drawn.value = module.qrCode(text)),
      () => null,
    );
  }, [text]);

  if (drawn.value === null) return null;
  const { size, path } = drawn.value;
  return (
    <svg
      class="qr"
      role="img"
      aria-label={label}
      viewBox={`${-QUIET} ${-QUIET} ${size + 2 * QUIET} ${size + 2 * QUIET}`}
    >
      <path d={path} />
    </svg>
  );
}
