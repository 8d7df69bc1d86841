"""Scripts that repeat the calls of a check that failed: what was called, with marks for what differs each time."""
