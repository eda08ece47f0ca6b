import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Names of the built files that a page names, and that those files name, to be fetched now or later. */
export function reachable(page, assets) {
  const names = readdirSync(assets);
  const found = new Set();
  const queue = [page];
  for (let text = queue.pop(); text !== undefined; text = queue.pop()) {
    for (const name of names.filter((one) => !found.has(one) && text.includes(one))) {
      found.add(name);
      queue.push(readFileSync(join(assets, name), "latin1"));
    }
  }
  return [...found];
}
