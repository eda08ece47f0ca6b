"""Release: the store goes through the gate; what came out is kept and shown as it was."""
