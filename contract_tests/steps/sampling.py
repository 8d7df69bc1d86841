"""What a check tries in a run that samples, and in any other."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

from contract_tests.world import World

T = TypeVar("T")
#: How often to make a call that a server may answer wrongly one time in many.
MANY_ATTEMPTS = 60
#: How many cases a run that samples tries of each kind, and how often it tries what may fail now and then.
_SAMPLE_SIZE, _MAX_ATTEMPTS = 2, 2


def sample(world: World, key: object, cases: Sequence[T]) -> Sequence[T]:
    """Return the cases to try: all, or in a run that samples a few, other ones for each key."""
    if not world.session.samples or len(cases) <= _SAMPLE_SIZE:
        return cases
    ranked = sorted(range(len(cases)), key=lambda place: _digest(f"{world.session.seed} {key} {place}"))
    return [cases[place] for place in sorted(ranked[:_SAMPLE_SIZE])]


def attempts(world: World, count: int) -> int:
    """Return how often to try what may fail now and then: so many times, or in a run that samples fewer."""
    return min(count, _MAX_ATTEMPTS) if world.session.samples else count


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
