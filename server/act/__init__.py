"""Act: the change ledger, and the card that tells what happened."""
