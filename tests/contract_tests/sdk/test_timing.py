import asyncio
import itertools
import signal
import threading
import time
from collections.abc import Callable

import pytest

from contract_tests.sdk import timing
from contract_tests.verdicts import Violation


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", time.sleep)
    monkeypatch.setattr(asyncio, "sleep", asyncio.sleep)
    timing.install()


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The sleeps of this thread that reach the real functions, which are replaced here."""
    found: list[float] = []
    here, real_async_sleep = threading.current_thread(), timing._async_sleep

    async def async_sleep(delay: float, result: object = None) -> object:
        if threading.current_thread() is not here:  # the mock that tests share
            return await real_async_sleep(delay, result)
        found.append(delay)
        return result

    monkeypatch.setattr(timing, "_sleep", found.append)
    monkeypatch.setattr(timing, "_async_sleep", async_sleep)
    return found


def test_a_sleep_is_reported_and_ends_at_once(real: list[float]) -> None:
    reported: list[float] = []
    with timing.fake_sleeps(reported.append):
        time.sleep(3600)
        assert asyncio.run(asyncio.sleep(7200, "done")) == "done"
    assert reported == [3600.0, 7200.0]
    assert real == [0]


def test_a_sleep_under_another_name_is_reported_too() -> None:
    imported: Callable[[float], None] = time.sleep
    reported: list[float] = []
    with timing.fake_sleeps(reported.append):
        imported(3600)
    assert reported == [3600.0]


def test_sleeps_without_a_listener_are_real(real: list[float]) -> None:
    with timing.fake_sleeps(lambda seconds: None):
        pass
    time.sleep(0.5)
    asyncio.run(asyncio.sleep(0.25))
    assert real == [0.5, 0.25]


def test_a_sleep_of_zero_seconds_is_not_reported(real: list[float]) -> None:
    reported: list[float] = []
    with timing.fake_sleeps(reported.append):
        time.sleep(0)
        asyncio.run(asyncio.sleep(0))
    assert reported == []
    assert real == [0, 0]


def test_a_negative_sleep_is_refused() -> None:
    with timing.fake_sleeps(lambda seconds: None), pytest.raises(ValueError, match="non-negative"):
        time.sleep(-1)


def test_endless_sleeping_is_a_violation() -> None:
    with pytest.raises(Violation, match="an end after at most 200 sleeps"), timing.fake_sleeps(lambda seconds: None):
        any(map(time.sleep, itertools.repeat(1)))


def test_a_thread_that_ran_before_sleeps_as_before_and_a_new_one_is_reported() -> None:
    reported: list[float] = []
    go_on = threading.Event()

    def serve() -> None:
        go_on.wait()
        time.sleep(0.01)
        asyncio.run(asyncio.sleep(0.01))

    server = threading.Thread(target=serve)
    server.start()
    with timing.fake_sleeps(reported.append):
        go_on.set()
        server.join()
        assert reported == []
        later = threading.Thread(target=time.sleep, args=(3600,))
        later.start()
        later.join()
    assert reported == [3600.0]


def test_an_endless_loop_is_interrupted() -> None:
    with pytest.raises(Violation, match=r"an end within 0\.05 s"), timing.time_limit(0.05):
        all(True for _ in itertools.repeat(0))


def test_an_endless_wait_is_interrupted() -> None:
    async def wait() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Violation), timing.time_limit(0.05):
        asyncio.run(wait())


def test_a_block_that_ends_in_time_leaves_nothing_behind() -> None:
    former = signal.getsignal(signal.SIGALRM)
    with timing.time_limit(0.05):
        pass
    time.sleep(0.1)
    assert signal.getsignal(signal.SIGALRM) is former
