"""Where the world is kept: one interface with its laws, and the stores that keep them."""
