"""The signer: gives each invitation one blind signature, and never learns which answer it is for.

A program of its own: it imports nothing of what collects, stores or shows answers, keeps its own
database, and runs as its own process (`fortell signer serve`).
"""
