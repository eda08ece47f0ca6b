import type { Service, ServicesQuestion } from "../lib/api.ts";
import type { Draft } from "../lib/draft.ts";
import { say, t } from "../lib/i18n.ts";
import { arrive } from "../lib/place.ts";
import { Option } from "./Option.tsx";

type Props = { question: ServicesQuestion; draft: Draft; services: Service[] };

export function Services({ question, draft, services }: Props) {
  const chosen = (key: string) => draft.services.includes(key);

  function toggle(toggled: string): void {
    const keys = services.map(({ key }) => key);
    draft.services = keys.filter((key) => chosen(key) !== (key === toggled));
  }

  return (
    <fieldset aria-describedby="services-hint">
      <legend>
        <h1 tabindex={-1} ref={arrive}>
          {draft.ask(question.text)}
        </h1>
      </legend>
      <p id="services-hint" class="quiet">
        {t("services.hint")}
      </p>
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
    </fieldset>
  );
}
