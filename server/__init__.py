"""The HTTP application and the database; the only room that knows either."""
