"""What a run that fuzzes finds, and no other."""

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
from mockserver.operations import alert_rules, gateways
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
def test_holds_however_long_one_tries(expect):
    expect("EV-10", True, "it holds")
"""


@pytest.fixture(autouse=True)
def _own_profile() -> Iterator[None]:
    yield
    settings.load_profile("gate")


def trying(examples: int) -> None:
    """Set Hypothesis up as a run of so many examples does."""
    settings.register_profile(
        "run", max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    settings.load_profile("run")


@contextmanager
def facing(*mutants: str, fuzz: bool = True, seed: int = 1) -> Iterator[World]:
    """Give a run an org of a fresh mock."""
    with running(strict_responses=False, mutants=mutants) as mock, httpx.Client(base_url=mock.base_url) as http:
        target = Target(TargetConfig("mock", mock.base_url, control="/_mock"))
        yield World.make(Session(target, "ct", http, seed=seed, fuzz=fuzz), Recorder())


def made(name: str, *mutants: str, **chosen: Any) -> list[GeneratedCall]:
    trying(30)
    with facing(*mutants, **chosen) as world:
        return schema_cases.calls_of(world, OPERATIONS[name])


def walked(*mutants: str, seed: int = 1) -> list[GeneratedCall]:
    trying(6)
    with facing(*mutants, seed=seed) as world:
        return link_walks.calls_of(world)


def bodies(**chosen: Any) -> list[str | None]:
    return [call.exchange.body for call in made("updateEvent", **chosen)]


def steps(found: list[GeneratedCall]) -> list[tuple[str, int]]:
    return [(call.operation.id, call.answer.status) for call in found]


def broken(found: list[GeneratedCall]) -> set[str]:
    return {rule for call in found for rule in call.wrong}


def walked_until(rule: str, *mutants: str) -> list[GeneratedCall]:
    """Walk with one seed after another, until a call breaks the rule; return its calls."""
    tries = (walked(*mutants, seed=seed) for seed in range(1, 20))
    return next((found for found in tries if rule in broken(found)), [])


def test_fuzzing_reaches_what_examples_and_bounds_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    create = alert_rules.create_alert_rule

    async def fragile(call: Call) -> dict[str, Any]:
        assert not 300 < call.body.get("cooldown_sec", 0) < 3599
        return await create(call)

    monkeypatch.setattr(alert_rules, "create_alert_rule", fragile)
    assert broken(made("createAlertRule", fuzz=False)) == set()
    assert any("GEN-01" in broken(made("createAlertRule", seed=seed)) for seed in range(1, 20))


def test_fuzzing_adds_to_the_other_calls_and_repeats_with_its_seed() -> None:
    plain, fuzzed = bodies(fuzz=False), bodies()
    assert len(fuzzed) == len(plain) + 30
    assert bodies() == fuzzed
    assert bodies(seed=2) != fuzzed
    assert bodies(fuzz=False, seed=2) == plain


def test_walks_find_what_takes_a_history() -> None:
    for name in ("getGateway", "deleteGateway"):
        assert broken(made(name, "GW-93/gone")) == set()
    wrong = next(call for call in walked_until("GEN-02", "GW-93/gone") if call.wrong)
    assert wrong.answer.status == 410
    assert "DELETE" in [exchange.method for exchange in wrong.before]


def test_walks_find_what_was_deleted_and_is_still_there(monkeypatch: pytest.MonkeyPatch) -> None:
    async def feigned(call: Call) -> None:
        pass

    monkeypatch.setattr(gateways, "delete_gateway", feigned)
    assert broken(walked_until("GW-93")) == {"GW-93"}


def test_walks_repeat_with_their_seed_and_find_nothing_wrong_with_the_mock() -> None:
    first, again = walked(), walked()
    assert broken(first) == set()
    assert {call.answer.status for call in first} >= {200, 201}
    assert steps(again) == steps(first)


def test_nobody_fuzzes_an_org_that_others_share() -> None:
    with facing() as world:
        world.shared = True
        with pytest.raises(Unavailable):
            schema_cases.calls_of(world, OPERATIONS["getEvent"])
        with pytest.raises(Unavailable):
            link_walks.calls_of(world)


def test_no_hook_stays_behind() -> None:
    assert made("listGateways")
    assert GLOBAL_HOOK_DISPATCHER.get_all_by_name("before_call") == []


@pytest.mark.parametrize(("fuzz", "checks"), [(False, 1), (True, 2)])
def test_checks_that_fuzz_are_made_where_that_was_asked_for(
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
