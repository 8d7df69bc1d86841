"""Errors in the use of the command line."""


class UsageError(Exception):
    """Options that cannot be used, or not together; the text is the one line to print."""
