"""Orders in a SQL database of our own schema."""
