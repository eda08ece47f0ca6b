import { isMessageKey, t } from "./i18n.ts";
import type { Theme } from "./proposals.ts";

/** A theme in plain words; in the codebook's own where the page has none. */
export function themeName(id: string, otherwise: string): string {
  const key = `theme.${id}`;
  return isMessageKey(key) ? t(key) : otherwise;
}

/** Themes by group, in the order they have. */
export function grouped(themes: readonly Theme[]): [group: string, themes: Theme[]][] {
  const groups = new Map<string, Theme[]>();
  for (const theme of themes) {
    const group = theme.id.charAt(0);
    groups.set(group, [...(groups.get(group) ?? []), theme]);
  }
  return [...groups];
}

/** A group of themes, whose letter its themes begin with. */
export function groupName(id: string, otherwise: string): string {
  const key = `group.${id}`;
  return isMessageKey(key) ? t(key) : otherwise;
}
