"""Where records are stored: the interface with its guarantees, the store in memory and the store in PostgreSQL."""
