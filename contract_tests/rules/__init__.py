"""The checks: a file a topic of each family of rules."""
