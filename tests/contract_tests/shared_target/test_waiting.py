"""How long a run waits on a target whose clock it cannot move."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from contract_tests.shared_target.waiting import MAX_WAITS_MINUTES, ShortWaits, Waiting
from contract_tests.verdicts import Unavailable


def waited(allowed: bool, *waits: float) -> list[float]:
    """Return those of the waits that were waited."""
    found: list[float] = []
    waiting = Waiting(allowed, found.append)
    for seconds in waits:
        try:
            waiting.wait(seconds)
        except Unavailable:
            continue
    return found


@pytest.mark.parametrize(
    ("waits", "lasting"),
    [
        ((595.0, 10.0), [595.0, 10.0]),  # one window
        ((595.0, 595.0), [595.0]),  # and not another
        ((31.0, 31.0, 31.0, 31.0), [31.0, 31.0, 31.0]),  # 100 seconds in short waits
        ((60.0, 60.0, 30.0), [60.0, 30.0]),  # what fits into the rest
        ((60.0, 40.0, 595.0, 10.0, 20.0), [60.0, 40.0, 595.0, 10.0]),  # the end of the window is left for it
        ((900.0,), []),
        ((-3.0,), [0.0]),
    ],
)
def test_a_run_waits_within_bounds(waits: tuple[float, ...], lasting: list[float]) -> None:
    assert waited(True, *waits) == lasting


def test_all_waits_take_twelve_minutes_at_most() -> None:
    assert sum(waited(True, *([60.0, 300.0, 5.0] * 100))) <= 12 * 60
    assert MAX_WAITS_MINUTES == 12


def test_only_moments_are_waited_without_being_allowed() -> None:
    assert waited(False, 1.2, 5.0, 595.0) == [1.2]
    with pytest.raises(Unavailable, match=r"wait_for_expiry = true \(adds at most 12 min to a run\)"):
        Waiting(False).wait(5)
    waiting = Waiting(True, lambda seconds: None)
    waiting.wait(600)
    with pytest.raises(Unavailable, match="a run waits at most 12 min altogether"):
        waiting.wait(600)


def test_time_passes_where_nobody_waits() -> None:
    waiting = Waiting(True, lambda seconds: None)
    waiting.wait(595)
    assert 594 < (waiting.now() - datetime.now(UTC)).total_seconds() < 596
    real = Waiting(True)
    real.wait(0.05)
    assert (real.now() - datetime.now(UTC)).total_seconds() < 0.04


def test_the_lock_on_what_is_scarce_is_released_before_the_window_alone() -> None:
    done: list[str] = []
    waiting = Waiting(True, lambda seconds: done.append(f"waited {seconds:.0f} s"), lambda: done.append("released"))
    waiting.wait(30)
    waiting.wait(595)
    assert done == ["waited 30 s", "released", "waited 595 s"]


def test_the_processes_of_a_run_share_the_time_for_short_waits(tmp_path: Path) -> None:
    one, other = (ShortWaits(tmp_path / "waits") for _ in range(2))
    assert [each.take(30.5) for each in (one, other, one, other)] == [True, True, True, False]
    assert other.take(7)
    assert not one.take(1)
