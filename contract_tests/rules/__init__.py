"""The checks: a module for each topic of a family of rules."""
