"""Collect: rounds, the answering page, and an answer's way to the store."""
