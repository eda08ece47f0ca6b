import { shared } from "../lib/device.ts";
import { language, t, type MessageKey } from "../lib/i18n.ts";

type Props = { code: string; text: MessageKey; main?: boolean };

/** The way to "Hva skjedde". A device that is handed round stays here: that page forgets nobody. */
export function CardLink({ code, text, main = false }: Props) {
  if (shared) return null;
  return (
    <a class={main ? "button wide" : undefined} href={`/r/${code}/hva-skjedde?lang=${language()}`}>
      {t(text)}
    </a>
  );
}
