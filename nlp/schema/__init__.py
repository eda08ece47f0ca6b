"""JSON Schemas of what the language engine writes."""
