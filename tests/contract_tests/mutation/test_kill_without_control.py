"""The kill run without a control plane: mutants are judged as on a target that a target file names."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from contract_tests import catalogue
from contract_tests.mutation import kill
from contract_tests.mutation.kill import Kill
from contract_tests.mutation.results import ERROR, KILLED, KILLED_BY_OTHER, SURVIVED
from contract_tests.plan import Mutant
from tests.contract_tests.mutation.test_kill import SMALLER
from tests.contract_tests.test_runner import standin_checks

CHECKS_TEXT = """
import pytest

from contract_tests.verdicts import Unavailable
from contract_tests.world import ALERTS, EVENTS, RULES

RULE = {"name": "left", "trigger_type": "motion", "recipients": [{"type": "email", "target": "a@example.com"}]}


@pytest.mark.rules("EV-26", "AS-01")
def test_a_page_has_20_items_by_default(world, expect):
    expect.equal("EV-26", len(world.operator.get(EVENTS)["data"]), 20, "the number of items")
    expect("AS-01", False, "a decision of this project, which no other target has to follow")


@pytest.mark.rules("EV-27")
def test_holds_and_cannot_go_on(world, expect):
    expect("EV-27", True, "it holds")
    world.record(1, tags=["person"])


@pytest.mark.rules("EV-28")
@pytest.mark.own_org
def test_needs_more_than_there_is(world, expect):
    expect("EV-28", True, "it holds")


@pytest.mark.rules("GW-17")
def test_finds_nothing_of_an_earlier_mutant(world, expect):
    names = [rule["name"] for rule in world.operator.get(RULES)["data"]]
    expect("GW-17", "left" not in names and not hasattr(world.session, "mutant_seen"), "a target as new")
    world.session.mutant_seen = True
    headers = {"Authorization": f"Bearer {world.operator.token}"}
    world.session.http.post(RULES, json=RULE, headers=headers).raise_for_status()


@pytest.mark.rules("GW-20")
def test_every_caller_of_a_target_file_is_there(world, expect):
    actors = [world.owner, world.admin, world.operator, world.viewer, world.outside.operator]
    statuses = [actor.get(ALERTS).status for actor in actors] + [world.expired.get(ALERTS).status]
    granted, config = world.granted, world.session.target.config
    expect.equal("GW-20", statuses, [200] * 5 + [401], "the statuses")
    expect("GW-20", granted and config.socket_auth and config.control is None, "a target file", config)


@pytest.mark.rules("GW-21")
def test_breaks_by_itself(world, expect):
    {}["data"]
"""


def tried(mutants: Sequence[Mutant], folder: Path, patch: pytest.MonkeyPatch, jobs: int = 2) -> list[Kill]:
    standin_checks(patch, folder, CHECKS_TEXT)
    return list(kill.run(mutants, jobs, seed=1, examples=5, without_control=True))


def test_a_mutant_is_killed_by_a_stated_rule_or_it_is_said_why_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = ("EV-26", "EV-27", "EV-28", "GW-20", "GW-21")
    found = tried([Mutant(SMALLER, (rule,)) for rule in rules], tmp_path, monkeypatch)
    chosen, own_org = "events with chosen fields need a control plane", "needs an org of its own"
    noticed = "test_standins.py::test_a_page_has_20_items_by_default"
    assert {(one.breaks[0], one.outcome): replace(one, failures=()) for one in found} == {
        ("EV-26", KILLED): Kill(SMALLER, ["EV-26"], ["EV-26"], KILLED, noticed_by=[noticed]),
        ("EV-27", KILLED_BY_OTHER): Kill(SMALLER, ["EV-27"], ["EV-26"], KILLED_BY_OTHER, [], [chosen]),
        ("EV-28", KILLED_BY_OTHER): Kill(SMALLER, ["EV-28"], ["EV-26"], KILLED_BY_OTHER, [], [own_org]),
        ("GW-20", SURVIVED): Kill(SMALLER, ["GW-20"], [], SURVIVED, ["GW-20"], []),
        ("GW-21", ERROR): Kill(SMALLER, ["GW-21"], [], ERROR, (), ["KeyError: 'data'"]),
    }


def test_nothing_of_one_mutant_reaches_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = tried([Mutant(SMALLER, ("GW-17",))] * 2, tmp_path, monkeypatch, jobs=1)
    assert [one.passed_rules for one in found] == [["GW-17"], ["GW-17"]]


def test_mutants_count_for_the_stated_rules_that_they_break() -> None:
    known = [
        Mutant("a", ("EV-26", "AS-01")),
        Mutant("b", ("AS-01",)),
        Mutant("c", ("SDK-21",)),
        Mutant("d", ("ERR-04",)),
    ]
    assert kill.of_stated_rules(known) == [Mutant("a", ("EV-26",))]
    rules = catalogue.load().rules
    found = kill.of_stated_rules(kill.mock_mutants())
    assert {rules[rule].strength for mutant in found for rule in mutant.breaks} == {"stated"}
    assert {rule.partition("-")[0] for mutant in found for rule in mutant.breaks} == {"EV", "AL", "RU", "GW"}
