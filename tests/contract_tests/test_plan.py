"""The plan that a worker process reads is the one that the command has made."""

from dataclasses import replace
from pathlib import Path

import pytest

from contract_tests.catalogue import SDK
from contract_tests.config import ActorConfig, TargetConfig
from contract_tests.plan import Driver, Mutant, Plan
from contract_tests.target import MOCK_CAPABILITIES

TARGET = TargetConfig(
    name="staging",
    base_url="https://staging.example.com",
    writes=False,
    requests_per_minute=300,
    actors={"owner": ActorConfig("sk_live_o"), "viewer": ActorConfig("sk_live_é", ("s1", "s2"))},
)
FULL = Plan(
    rules=("EV-26", "GW-17"),
    target=TARGET,
    mutants=(Mutant("EV-26/ten", ("EV-26",)), Mutant("EV-27/x", ("EV-27", "EV-28"))),
    sdk_mutants=Path("/somewhere/mutants"),
    all_killers=True,
    without_control=True,
    seed=-4,
    examples=3,
    checks_per_rule=2,
    run_id="ct1",
    deciding=("EV-26",),
    fail_fast=True,
    shrink=False,
    ledger=Path("/somewhere/ledger"),
    left_out_checks=Path("/somewhere/left_out.json"),
    ends_at=1800000000.5,
    throttle_file=Path("/somewhere/pace"),
    dry_run=True,
    fuzz=True,
    sdk=True,
    driver=Driver(("node", "driver.mjs"), Path("/somewhere"), {"language": "TypeScript", "verbs": ["events.list"]}),
    processes=2,
    number=1,
    folder=Path("/somewhere/else"),
)


@pytest.mark.parametrize("plan", [FULL, Plan(rules=())], ids=["full", "default"])
def test_a_plan_is_read_as_it_was_written_nested_types_included(plan: Plan, tmp_path: Path) -> None:
    plan = replace(plan, folder=tmp_path)
    assert Plan.from_env(plan.to_env()) == plan


def test_a_plan_may_have_more_mutants_than_an_environment_variable_can_hold(tmp_path: Path) -> None:
    mutants = tuple(Mutant(f"getEvent/never:{number}", ("EV-45",) * 9) for number in range(3000))
    plan = Plan(rules=(), mutants=mutants, folder=tmp_path)
    environment = plan.to_env()
    assert sum(map(len, environment.values())) < 10_000
    assert Plan.from_env(environment) == plan


def test_the_full_plan_differs_from_the_default_in_every_field() -> None:
    default = Plan(rules=())
    assert [name for name, value in vars(FULL).items() if value == getattr(default, name)] == []


def test_outside_a_worker_process_there_is_no_plan() -> None:
    with pytest.raises(KeyError):
        Plan.from_env({})


def test_a_worker_has_its_own_files(tmp_path: Path) -> None:
    plan = Plan(rules=("EV-26",)).for_worker(1, 3, tmp_path)
    assert (plan.number, plan.processes) == (1, 3)
    assert (plan.journal, plan.log) == (tmp_path / "1.jsonl", tmp_path / "1.log")


def test_what_a_plan_provides_is_what_its_target_provides() -> None:
    assert Plan(rules=()).capabilities == MOCK_CAPABILITIES
    assert Plan(rules=(), sdk=True).capabilities == MOCK_CAPABILITIES | {SDK}
    assert Plan(rules=(), target=TARGET).capabilities == {"owner", "viewer", "events", "cameras"}


def test_only_a_mock_of_ours_is_ours() -> None:
    assert Plan(rules=()).ours
    assert not Plan(rules=(), target=TARGET).ours
    assert Plan(rules=(), target=TargetConfig("mock", "http://127.0.0.1:1", ours=True)).ours
