"""When the checks run that wait for pairing codes to expire."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from contract_tests.actors import Recorder
from contract_tests.config import ActorConfig, TargetConfig
from contract_tests.expectations import Finding
from contract_tests.plan import Plan
from contract_tests.processes.worker import Worker
from contract_tests.verdicts import Verdict

ACTORS = {"operator": ActorConfig("sk_live_op"), "outsider": ActorConfig("sk_live_ou")}
CONCURRENT = Plan(rules=("EV-10",), target=TargetConfig("it", "http://it", actors=ACTORS), processes=8)


def check(name: str, *markers: str) -> Any:
    known = dict.fromkeys(markers, SimpleNamespace(args=())) | {"rules": SimpleNamespace(args=("EV-10",))}
    return SimpleNamespace(nodeid=name, get_closest_marker=known.get)


def order(plan: Plan, folder: Path) -> list[str]:
    """Return the order of three checks, of which the second one waits."""
    collected = [check("one"), check("waits", "expiry"), check("two")]
    return [item.nodeid for item in Worker(replace(plan, folder=folder)).select(collected)]


def test_they_begin_first_where_others_run_meanwhile(tmp_path: Path) -> None:
    assert order(CONCURRENT, tmp_path) == ["waits", "one", "two"]


@pytest.mark.parametrize(
    "plan",
    [
        replace(CONCURRENT, processes=1),
        replace(CONCURRENT, target=TargetConfig("it", "http://it", actors={"operator": ActorConfig("sk_live_op")})),
        replace(CONCURRENT, dry_run=True),
        replace(CONCURRENT, target=None),
    ],
    ids=["one process", "the checks of the cap have no other org", "in a dry run", "on our own mock"],
)
def test_they_run_last_elsewhere(plan: Plan, tmp_path: Path) -> None:
    assert order(plan, tmp_path) == ["one", "two", "waits"]


def test_they_are_not_repeated(tmp_path: Path) -> None:
    worker, failed = Worker(replace(CONCURRENT, folder=tmp_path)), [Finding("EV-10", Verdict.FAIL)]
    worker.undisturbed = False
    assert worker.doubts(check("one"), failed, Recorder())
    assert not worker.doubts(check("waits", "expiry"), failed, Recorder())


def test_what_failed_beside_others_is_known_once_it_held_alone(tmp_path: Path) -> None:
    worker, failed = Worker(replace(CONCURRENT, folder=tmp_path)), [Finding("EV-10", Verdict.FAIL)]
    worker.undisturbed = False
    for name, verdict, expected in (("one", Verdict.PASS, failed), ("two", Verdict.FAIL, [])):
        assert worker.doubts(check(name), failed, Recorder())
        assert worker.held_alone(check(name), [Finding("EV-10", verdict)]) == expected
        assert worker.held_alone(check(name), [Finding("EV-10", verdict)]) == []
