import { language, t, type MessageKey } from "../lib/i18n.ts";

type Props = { code: string; text: MessageKey; main?: boolean };

export function CardLink({ code, text, main = false }: Props) {
  return (
    <a class={main ? "button wide" : undefined} href={`/r/${code}/hva-skjedde?lang=${language()}`}>
      {t(text)}
    </a>
  );
}
