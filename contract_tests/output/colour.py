"""Whether output has colours."""

import os
from collections.abc import Mapping
from typing import TextIO

CHOICES = ("auto", "always", "never")


def wanted(choice: str, stream: TextIO, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a stream gets colours; with ``auto`` a terminal does, unless NO_COLOR is set or it understands none."""
    if choice != "auto":
        return choice == "always"
    return stream.isatty() and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"
