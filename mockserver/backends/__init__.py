"""Where the shared state of a mock lives: in one process, or in several that share a database."""
