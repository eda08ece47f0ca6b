"""Understand: the language engine reads stories that wait."""
