"""Measurements of Fortell, each beside something to compare it with. See README.md."""
