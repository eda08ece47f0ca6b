"""Scripts that make the weights of the language engine. Not needed to run it."""
