import asyncio
import itertools
import time
from collections.abc import Callable

import pytest

from contract_tests.sdk import fake_sleep
from contract_tests.verdicts import Violation


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", time.sleep)
    monkeypatch.setattr(asyncio, "sleep", asyncio.sleep)
    fake_sleep.install()


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The sleeps that really take place, which take no time here."""
    found: list[float] = []

    async def asleep(delay: float, result: object = None) -> object:
        found.append(delay)
        return result

    monkeypatch.setattr(fake_sleep, "_sleep", found.append)
    monkeypatch.setattr(fake_sleep, "_asleep", asleep)
    return found


def test_a_sleep_is_told_and_over_at_once(real: list[float]) -> None:
    told: list[float] = []
    with fake_sleep.told(told.append):
        time.sleep(3600)
        assert asyncio.run(asyncio.sleep(7200, "done")) == "done"
    assert told == [3600.0, 7200.0]
    assert real == [0]


def test_whatever_was_taken_over_by_another_name_is_told_too() -> None:
    taken: Callable[[float], None] = time.sleep
    told: list[float] = []
    with fake_sleep.told(told.append):
        taken(3600)
    assert told == [3600.0]


def test_while_nobody_listens_sleeps_are_real(real: list[float]) -> None:
    with fake_sleep.told(lambda seconds: None):
        pass
    time.sleep(0.5)
    asyncio.run(asyncio.sleep(0.25))
    assert real == [0.5, 0.25]


def test_to_give_way_to_others_is_no_pause(real: list[float]) -> None:
    told: list[float] = []
    with fake_sleep.told(told.append):
        time.sleep(0)
        asyncio.run(asyncio.sleep(0))
    assert told == []
    assert real == [0, 0]


def test_what_cannot_be_slept_is_refused_as_ever() -> None:
    with fake_sleep.told(lambda seconds: None), pytest.raises(ValueError, match="non-negative"):
        time.sleep(-1)


def test_who_goes_on_pausing_is_stopped() -> None:
    with pytest.raises(Violation, match="an end after at most 200 pauses"), fake_sleep.told(lambda seconds: None):
        any(map(time.sleep, itertools.repeat(1)))
