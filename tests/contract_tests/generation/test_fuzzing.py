"""Runs that fuzz: which calls they make, what they find, and that their seed repeats them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings
from schemathesis.hooks import GLOBAL_HOOK_DISPATCHER

from contract_tests import cli, document, runner
from contract_tests.actors import Recorder
from contract_tests.config import TargetConfig
from contract_tests.generation import link_walks, schema_cases
from contract_tests.generation.schema_cases import GeneratedCall
from contract_tests.plan import Plan
from contract_tests.runner import RunResult
from contract_tests.session import Session
from contract_tests.target import Target
from contract_tests.verdicts import Unavailable
from contract_tests.world import World
from mockserver.operations import alert_rules, registry
from mockserver.operations.call import Call
from tests.contract_tests.test_runner import standin_checks
from tests.harness import running

OPERATIONS = document.load().operations
STANDIN_CHECKS = """
import pytest


@pytest.mark.rules("EV-10")
def test_holds(expect):
    expect("EV-10", True, "it holds")


@pytest.mark.fuzz
@pytest.mark.rules("EV-10")
def test_holds_when_fuzzing(expect):
    expect("EV-10", True, "it holds")
"""


@pytest.fixture(autouse=True)
def _own_profile() -> Iterator[None]:
    yield
    settings.load_profile("gate")


def configure(examples: int) -> None:
    """Configure Hypothesis as a run with that many examples does."""
    settings.register_profile(
        "run", max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    settings.load_profile("run")


@contextmanager
def world_on_mock(*mutants: str, fuzz: bool = True, seed: int = 1) -> Iterator[World]:
    """Yield a world of a new mock."""
    with running(strict_responses=False, mutants=mutants) as mock, httpx.Client(base_url=mock.base_url) as http:
        target = Target(TargetConfig("mock", mock.base_url, control="/_mock"))
        yield World.make(Session(target, "ct", http, seed=seed, fuzz=fuzz), Recorder())


def generate(name: str, *mutants: str, **chosen: Any) -> list[GeneratedCall]:
    configure(30)
    with world_on_mock(*mutants, **chosen) as world:
        return schema_cases.calls_of(world, OPERATIONS[name])


def walk(*mutants: str, seed: int = 1) -> list[GeneratedCall]:
    configure(6)
    with world_on_mock(*mutants, seed=seed) as world:
        return link_walks.calls_of(world)


def bodies(**chosen: Any) -> list[str | None]:
    return [call.exchange.body for call in generate("updateEvent", **chosen)]


def statuses(found: list[GeneratedCall]) -> list[tuple[str, int]]:
    return [(call.operation.id, call.answer.status) for call in found]


def broken_rules(found: list[GeneratedCall]) -> set[str]:
    return {rule for call in found for rule in call.wrong}


def walk_until(rule: str, *mutants: str) -> list[GeneratedCall]:
    """Walk with one seed after the other until a call breaks the rule; return the calls, none where no seed does."""
    tries = (walk(*mutants, seed=seed) for seed in range(1, 20))
    return next((found for found in tries if rule in broken_rules(found)), [])


def test_fuzzing_finds_failures_between_examples_and_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    create = alert_rules.create_alert_rule

    async def failing_in_the_middle(call: Call) -> dict[str, Any]:
        assert not 300 < call.body.get("cooldown_sec", 0) < 3599
        return await create(call)

    monkeypatch.setitem(registry.OPERATIONS, "createAlertRule", failing_in_the_middle)
    assert broken_rules(generate("createAlertRule", fuzz=False)) == set()
    assert any("GEN-01" in broken_rules(generate("createAlertRule", seed=seed)) for seed in range(1, 20))


def test_fuzzing_adds_calls_and_its_seed_repeats_them() -> None:
    plain, fuzzed = bodies(fuzz=False), bodies()
    assert len(fuzzed) == len(plain) + 30
    assert bodies() == fuzzed
    assert bodies(seed=2) != fuzzed
    assert bodies(fuzz=False, seed=2) == plain


def test_walks_find_failures_that_need_several_calls() -> None:
    for name in ("getGateway", "deleteGateway"):
        assert broken_rules(generate(name, "GW-93/gone")) == set()
    wrong = next(call for call in walk_until("GEN-02", "GW-93/gone") if call.wrong)
    assert wrong.answer.status == 410
    assert "DELETE" in [exchange.method for exchange in wrong.before]


def test_walks_find_an_object_that_exists_after_its_deletion(monkeypatch: pytest.MonkeyPatch) -> None:
    async def without_effect(call: Call) -> None:
        pass

    monkeypatch.setitem(registry.OPERATIONS, "deleteGateway", without_effect)
    assert broken_rules(walk_until("GW-93")) == {"GW-93"}


def test_walks_repeat_with_their_seed_and_find_nothing_wrong_with_the_mock() -> None:
    first, again = walk(), walk()
    assert broken_rules(first) == set()
    assert {call.answer.status for call in first} >= {200, 201}
    assert statuses(again) == statuses(first)


def test_a_shared_org_is_not_fuzzed() -> None:
    with world_on_mock() as world:
        world.shared = True
        with pytest.raises(Unavailable):
            schema_cases.calls_of(world, OPERATIONS["getEvent"])
        with pytest.raises(Unavailable):
            link_walks.calls_of(world)


def test_calls_are_generated_in_the_calling_thread() -> None:
    threads: set[threading.Thread] = set()
    with world_on_mock(fuzz=False) as world:
        world.session.throttle = lambda: threads.add(threading.current_thread())
        assert schema_cases.calls_of(world, OPERATIONS["getSite"])
    assert threads == {threading.current_thread()}


def test_no_hook_is_left_in_schemathesis() -> None:
    assert generate("listGateways")
    assert GLOBAL_HOOK_DISPATCHER.get_all_by_name("before_call") == []


@pytest.mark.parametrize(("fuzz", "checks"), [(False, 1), (True, 2)])
def test_checks_marked_fuzz_run_only_in_a_run_that_fuzzes(
    fuzz: bool, checks: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    standin_checks(monkeypatch, tmp_path, STANDIN_CHECKS)
    assert len(runner.run(Plan(rules=("EV-10",), fuzz=fuzz), jobs=1).lines) == checks


@pytest.mark.parametrize(("profile", "fuzz"), [("gate", False), ("deep", True), ("live", False)])
def test_the_deep_profile_fuzzes(profile: str, fuzz: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    plans: list[Plan] = []

    def run(plan: Plan, *args: Any) -> RunResult:
        plans.append(plan)
        return RunResult([], complete=True)

    monkeypatch.setattr(runner, "run", run)
    cli.main(["run", "--rules", "EV-26", "--profile", profile])
    assert [plan.fuzz for plan in plans] == [fuzz]
