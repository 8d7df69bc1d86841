import re
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.runtime.random_source import UNAMBIGUOUS, RandomSource, RandomState

METHODS: dict[str, Any] = {
    "uuid": RandomSource.uuid,
    "request": RandomSource.request_id,
    "token": lambda random_source: random_source.token("gw_"),
    "code": RandomSource.code,
    "fault": lambda random_source: random_source.fraction("fault"),
    "events": lambda random_source: random_source.generator("events").random(),
}
purposes = st.sampled_from(sorted(METHODS))


@given(st.integers(), st.lists(purposes, max_size=20))
def test_same_seed_gives_the_same_values(seed: int, names: list[str]) -> None:
    one, other = RandomSource(seed), RandomSource(seed)
    assert [METHODS[name](one) for name in names] == [METHODS[name](other) for name in names]


@pytest.mark.parametrize("name", METHODS)
def test_another_seed_gives_other_values(name: str) -> None:
    assert METHODS[name](RandomSource(1)) != METHODS[name](RandomSource(2))


@given(purposes, st.lists(purposes, max_size=20))
def test_values_of_one_purpose_do_not_affect_another(name: str, between: list[str]) -> None:
    used, unused = RandomSource(1), RandomSource(1)
    for other in between:
        if other != name:
            METHODS[other](used)
    assert METHODS[name](used) == METHODS[name](unused)


@pytest.mark.parametrize("name", METHODS)
def test_values_do_not_repeat(name: str) -> None:
    random_source = RandomSource(1)
    assert len({METHODS[name](random_source) for _ in range(500)}) == 500


def test_seed_is_random_when_none_is_given() -> None:
    assert RandomSource().seed != RandomSource().seed


@given(st.integers())
def test_id_is_a_canonical_version_four_uuid(seed: int) -> None:
    text = RandomSource(seed).uuid()
    assert str(UUID(text)) == text
    assert UUID(text).version == 4


def test_request_id_and_token_have_their_form() -> None:
    assert re.fullmatch(r"req_[0-9a-f]{20}", RandomSource(1).request_id())
    assert re.fullmatch(r"gw_[0-9a-f]{32}", RandomSource(1).token("gw_"))


def test_code_uses_the_unambiguous_alphabet_only() -> None:
    random_source = RandomSource(1)
    letters = "".join(random_source.code() for _ in range(500))
    assert set(letters) == set(UNAMBIGUOUS)
    assert not set("ILO01") & set(UNAMBIGUOUS)
    assert (len(random_source.code()), len(random_source.code(9))) == (6, 9)


def test_fraction_is_spread_from_zero_to_one() -> None:
    random_source = RandomSource(1)
    values = [random_source.fraction("x") for _ in range(1_000)]
    assert 0 <= min(values) < 0.01
    assert 0.99 < max(values) < 1


def test_secret_depends_on_seed_and_purpose() -> None:
    random_source = RandomSource(1)
    secret = random_source.secret("cursors")
    assert secret == random_source.secret("cursors") == RandomSource(1).secret("cursors")
    assert len({secret, random_source.secret("other"), RandomSource(2).secret("cursors")}) == 3


@given(st.lists(purposes, max_size=20), st.lists(purposes, min_size=1, max_size=20))
def test_restored_source_continues(before: list[str], after: list[str]) -> None:
    random_source, other = RandomSource(7), RandomSource(8)
    for name in before:
        METHODS[name](random_source)
    state = random_source.state()
    expected = [METHODS[name](random_source) for name in after]
    other.restore(state)
    assert [METHODS[name](other) for name in after] == expected


def test_state_is_a_seed_and_counters() -> None:
    random_source = RandomSource(7)
    random_source.uuid()
    random_source.uuid()
    random_source.code()
    assert random_source.state() == RandomState(7, {"code": 1, "uuid": 2})


def test_state_is_a_copy() -> None:
    random_source = RandomSource(7)
    state = random_source.state()
    random_source.uuid()
    assert state.counters == {}
