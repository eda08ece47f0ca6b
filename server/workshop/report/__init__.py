"""Samskapingsrapport: what a room said, as a document and in four file formats."""
