"""What a target provides, and what would give it the rest."""

import pytest

from contract_tests.catalogue import NEEDS, SDK
from contract_tests.target import remedies


def test_what_is_missing_comes_with_its_remedy() -> None:
    assert remedies({"outsider", "clock"}) == (
        "clock (a control plane, or wait_for_expiry = true), outsider (an actor outsider in the target file)"
    )


@pytest.mark.parametrize("need", sorted(NEEDS - {SDK, "events", "cameras"}))
def test_only_actors_are_given_by_actors_of_their_name(need: str) -> None:
    is_actor = need in ("owner", "admin", "operator", "viewer", "outsider")
    assert (f"an actor {need} in the target file" in remedies({need})) is is_actor
