"""The gate: the one door out. rules.py is the part to read first."""
