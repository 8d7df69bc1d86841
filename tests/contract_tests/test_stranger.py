"""The suite blames no correct server: here the independent one, with choices other than ours and with mixes of both.

``python -m tests.contract_tests.conformance`` checks every mix by every rule; here the mixes share the stated ones.
"""

import pytest

from tests.contract_tests import conformance

pytestmark = pytest.mark.slow

_EXAMPLES = 2
_SHARES = 20


@pytest.mark.parametrize("name", ["other", "ours"])
def test_a_server_with_other_choices_or_ours_is_not_blamed(name: str) -> None:
    assert conformance.blamed(name, examples=_EXAMPLES) == []


@pytest.mark.parametrize(("name", "way"), [("other", "accepted"), ("ours", "answered")])
def test_a_server_on_which_a_run_makes_events_is_not_blamed(name: str, way: str) -> None:
    assert conformance.blamed(name, ["EV-[04567]*"], _EXAMPLES, way) == []


@pytest.mark.parametrize("seed", conformance.SEEDS)
def test_a_server_with_mixed_choices_is_not_blamed(seed: str) -> None:
    assert conformance.blamed(seed, conformance.share(int(seed), _SHARES), _EXAMPLES) == []
