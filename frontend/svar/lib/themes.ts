import { isMessageKey, t } from "./i18n.ts";

/** A theme in plain words; in the codebook's own where the page has none. */
export function themeName(id: string, otherwise: string): string {
  const key = `theme.${id}`;
  return isMessageKey(key) ? t(key) : otherwise;
}

/** A group of themes, whose letter its themes begin with. */
export function groupName(id: string, otherwise: string): string {
  const key = `group.${id}`;
  return isMessageKey(key) ? t(key) : otherwise;
}
