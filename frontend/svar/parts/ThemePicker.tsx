import { t } from "../lib/i18n.ts";
import type { Theme } from "../lib/proposals.ts";
import { groupName, grouped, themeName } from "../lib/themes.ts";
import { Option } from "../questions/Option.tsx";
import "./ThemePicker.css";

type Props = {
  /** Of the checkboxes. */
  name: string;
  themes: readonly Theme[];
  chosen: readonly string[];
  onToggle: (theme: string) => void;
};

/** All themes, in groups that open one by one. */
export function ThemePicker({ name, themes, chosen, onToggle }: Props) {
  return (
    <div class="theme-picker">
      {grouped(themes).map(([group, members]) => {
        const count = members.filter(({ id }) => chosen.includes(id)).length;
        return (
          <details key={group}>
            <summary>
              {groupName(group, group)}
              {count > 0 && <span class="count">{t("themes.count", { count })}</span>}
            </summary>
            <div class="choices" role="group" aria-label={groupName(group, group)}>
              {members.map(({ id, text }) => (
                <Option
                  key={id}
                  type="checkbox"
                  name={name}
                  value={id}
                  chosen={chosen.includes(id)}
                  onChoose={() => onToggle(id)}
                >
                  {themeName(id, text)}
                </Option>
              ))}
            </div>
          </details>
        );
      })}
    </div>
  );
}
