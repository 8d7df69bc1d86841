"""The sockets, signals and processes that serve the mock."""
