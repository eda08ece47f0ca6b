/** What lets the page open without a network: its own files, and rounds. Never what somebody wrote. */

import type { Round } from "./api.ts";
import { erase, shared } from "./device.ts";

const ROUNDS = "rounds";
/** How many rounds open without a network: those that were opened last. */
const KEPT = 3;

/**
 * From now on the page and this round open without a network, where the browser can.
 *
 * @param address from which the page fetched the round.
 */
export async function keepRound(address: string, round: Round): Promise<void> {
  if (shared) return;
  try {
    await navigator.serviceWorker.register("/sw.js");
    const rounds = await caches.open(ROUNDS);
    // Put anew, it is the last of them.
    await rounds.put(address, new Response(JSON.stringify(round)));
    for (const old of (await rounds.keys()).slice(0, -KEPT)) await rounds.delete(old);
  } catch {
    // Then it opens with a network, as before.
  }
}

/** Removes all that Fortell has put on this device. */
export async function eraseAll(): Promise<void> {
  await erase();
  try {
    for (const worker of await navigator.serviceWorker.getRegistrations())
      await worker.unregister();
    for (const name of await caches.keys()) await caches.delete(name);
  } catch {
    // A browser that has neither has nothing to remove.
  }
}
