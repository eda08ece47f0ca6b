import type { Service, ServicesQuestion } from "../lib/api.ts";
import type { Draft } from "../lib/draft.ts";
import { say, t } from "../lib/i18n.ts";
import { Frame } from "./Frame.tsx";
import { Option } from "./Option.tsx";

type Props = { question: ServicesQuestion; draft: Draft; services: Service[] };

export function Services({ question, draft, services }: Props) {
  const chosen = (key: string) => draft.services.includes(key);

  function toggle(toggled: string): void {
    const keys = services.map(({ key }) => key);
    draft.services = keys.filter((key) => chosen(key) !== (key === toggled));
  }

  return (
    <Frame question={question} draft={draft} hint={t("services.hint")}>
      <div class="choices">
        {services.map(({ key, name }) => (
          <Option
            key={key}
            type="checkbox"
            name="services"
            value={key}
            chosen={chosen(key)}
            onChoose={() => toggle(key)}
          >
            {say(name)}
          </Option>
        ))}
      </div>
    </Frame>
  );
}
