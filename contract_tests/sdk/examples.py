"""How many examples a check tries that calls many verbs with each of them."""

from hypothesis import settings
from hypothesis import strategies as st

#: What the arguments of all calls of an example are drawn with.
SEEDS = st.integers(0, 2**32)


def one_in(share: int, least: int = 1) -> settings:
    """Return the settings of a check that tries one in so many of the examples of the run."""
    usual = settings.default
    return settings(max_examples=max(least, (usual.max_examples if usual else 0) // share))
