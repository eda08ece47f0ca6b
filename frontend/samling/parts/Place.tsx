import type { Card } from "../lib/state.ts";
import { count, t } from "../lib/words.ts";

/** A card's place in the ordered list, and its votes; cards with as many votes share a place. */
export function Place({ card }: { card: Card }) {
  if (card.place === null || card.votes === null) return null;
  return (
    <p class="place">
      <b>{t(card.tied ? "place.tied" : "place.alone", { place: card.place })}</b>{" "}
      <span>{count("votes", card.votes)}</span>
    </p>
  );
}
