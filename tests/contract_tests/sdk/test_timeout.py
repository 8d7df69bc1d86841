import asyncio
import itertools
import signal
import time

import pytest

from contract_tests.sdk import timeout
from contract_tests.verdicts import Violation


def test_what_does_not_end_is_interrupted() -> None:
    with pytest.raises(Violation, match=r"an end within 0\.05 s"), timeout.within(0.05):
        all(True for _ in itertools.repeat(0))


def test_what_waits_for_ever_is_interrupted() -> None:
    async def wait() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Violation), timeout.within(0.05):
        asyncio.run(wait())


def test_what_ends_in_time_is_left_alone_and_so_is_what_follows() -> None:
    former = signal.getsignal(signal.SIGALRM)
    with timeout.within(0.05):
        pass
    time.sleep(0.1)
    assert signal.getsignal(signal.SIGALRM) is former
