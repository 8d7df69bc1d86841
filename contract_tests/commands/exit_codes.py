"""How a command ends: the exit codes, and one line on stderr where something is wrong."""

import sys

CONFORMS, VIOLATIONS, USAGE, TROUBLE = 0, 1, 2, 3


class UsageError(Exception):
    """Something on the command line cannot be done; the text is the one line to print."""


def complain(error: object, code: int) -> int:
    """Print the line and return the code."""
    print(f"novavms-contract: {error}", file=sys.stderr)
    return code
