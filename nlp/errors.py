"""Errors of the language engine that a caller may want to catch."""


class ModelMissing(RuntimeError):
    """A model or weight file cannot be loaded. The message says what to do."""


class UnfitTheme(ModelMissing):
    """A deployment's own theme cannot be told from its phrases. The message says what to do."""
