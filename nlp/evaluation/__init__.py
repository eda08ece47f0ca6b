"""How good the language engine is: reads annotated files, runs the engine, writes figures."""
