"""How long to wait after failures: longer each time, and nobody at the same moment as the others."""

_FIRST, _LONGEST = 1.0, 15.0


def after(failures: int, fraction: float) -> float:
    """Return seconds from 0 to 1, 2, 4 … 15 for the first and each further failure in a row, ``fraction`` of them."""
    return fraction * min(_LONGEST, _FIRST * 2.0 ** min(failures - 1, 16))
