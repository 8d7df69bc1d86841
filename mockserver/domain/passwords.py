"""Passwords that the service makes up."""

import string
from random import Random  # noqa: TID251 - the type of an argument; nothing is drawn here on its own

LENGTH = 12
#: What a password holds at least one of (USR-29); nothing that would need an escape in JSON or a shell.
CLASSES = (string.ascii_uppercase, string.ascii_lowercase, string.digits, "#%+-=?@_")


def temporary(rng: Random) -> str:
    """Return a password to log in with for the first time (USR-25)."""
    drawn = [rng.choice(letters) for letters in CLASSES]
    drawn += rng.choices("".join(CLASSES), k=LENGTH - len(drawn))
    rng.shuffle(drawn)
    return "".join(drawn)
