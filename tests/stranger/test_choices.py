from dataclasses import replace
from typing import Any

import pytest

from tests.stranger.choices import Choices, further_routes, values
from tests.stranger.observations import OBSERVATIONS
from tests.stranger.running import running


@pytest.mark.parametrize("name", values())
def test_every_value_of_a_choice_shows(name: str) -> None:
    seen = []
    observation = OBSERVATIONS[name]
    for value in values()[name]:
        chosen: dict[str, Any] = {**observation.choices, name: value}
        with running(Choices.ours(**chosen), **observation.options) as server:
            seen.append(observation.look(server))
    assert all(seen.count(one) == 1 for one in seen), seen


def test_there_is_nothing_else_to_observe() -> None:
    assert OBSERVATIONS.keys() == values().keys()


def test_ours_and_other_differ_in_every_choice_but_further_routes() -> None:
    ours, other = Choices.ours(), Choices.other()
    assert [name for name in values() if getattr(ours, name) == getattr(other, name)] == further_routes()
    assert {getattr(ours, name) for name in further_routes()} == {"absent"}


def test_a_seed_gives_the_same_choices_each_time() -> None:
    assert Choices.random(7) == Choices.named("7") == Choices.random(7)
    assert len({Choices.random(seed) for seed in range(50)}) == 50


def test_every_value_is_picked() -> None:
    picked = [Choices.random(seed) for seed in range(100)]
    assert {name: {getattr(found, name) for found in picked} for name in values()} == {
        name: set(found) for name, found in values().items()
    }


def test_single_choices_can_be_set() -> None:
    assert Choices.named("other", total="matches") == replace(Choices.other(), total="matches")
    with pytest.raises(ValueError, match="total is one of matches, page"):
        Choices.ours(total="none")
    with pytest.raises(ValueError, match="invalid literal"):
        Choices.named("theirs")
