"""What becomes of a mutant: killed by a rule it names, by another, not at all, or the suite broke."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from contract_tests import kill, runner
from contract_tests.kill import Kill, Victim
from tests.contract_tests.test_runner import standins

#: Each looks at what one mutant of the mock changes, or past it, or breaks by itself.
CHECKS = """
import pytest


@pytest.mark.rules("EV-26")
def test_a_page_has_20_items_by_default(world, expect):
    world.record(25)
    answer = world.operator.get("/api/v1/events")
    expect.equal("EV-26", len(answer["data"]), 20, "the number of items")


@pytest.mark.rules("EV-27")
def test_looks_past_the_point(world, expect):
    expect("EV-27", world.operator.get("/api/v1/events").is_(200), "200")


@pytest.mark.rules("EV-28")
def test_breaks_by_itself(world, expect):
    {}["data"]


@pytest.mark.rules("GW-17")
def test_looks_past_the_point_too(world, expect):
    expect("GW-17", world.operator.get("/api/v1/gateways").is_(200), "200")
"""
SMALLER = next(victim.id for victim in kill.mutants() if victim.id.startswith("EV-26/"))


def tried(victims: Sequence[Victim], folder: Path, patch: pytest.MonkeyPatch) -> dict[str, Kill]:
    standins(patch, folder, CHECKS)
    return {found.breaks[0]: found for found in kill.run(victims, jobs=2, seed=1, examples=5)}


def test_a_mutant_is_killed_by_a_rule_it_names_and_only_by_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    victims = [Victim(SMALLER, (rule,)) for rule in ("EV-26", "EV-27", "EV-28", "GW-17")]
    found = tried(victims, tmp_path, monkeypatch)
    outcomes = {rule: (kill_.outcome, kill_.failed_rules) for rule, kill_ in found.items()}
    assert outcomes == {
        "EV-26": (kill.KILLED, ("EV-26",)),
        "EV-27": (kill.BY_OTHER, ("EV-26",)),
        "EV-28": (kill.ERROR, ()),
        "GW-17": (kill.SURVIVED, ()),
    }


def test_the_report_counts_every_outcome() -> None:
    kills = [
        Kill("b", ("EV-26",), (), kill.SURVIVED),
        Kill("a", ("EV-26",), ("EV-26",), kill.KILLED),
    ]
    assert kill.as_json(kills) == {
        "totals": {"killed": 1, "survived": 1, "killed_by_other": 0, "error": 0},
        "mutants": [
            {"id": "a", "breaks": ("EV-26",), "failed_rules": ("EV-26",), "outcome": "killed"},
            {"id": "b", "breaks": ("EV-26",), "failed_rules": (), "outcome": "survived"},
        ],
    }


def test_mutants_are_matched_by_name_or_rule() -> None:
    assert SMALLER in [victim.id for victim in kill.matching("EV-26")]
    assert SMALLER in [victim.id for victim in kill.matching("EV-26/*")]
    assert kill.matching("EV-26 ") == []
    assert len(kill.matching("*")) == len(kill.mutants())


def test_the_checks_are_those_of_the_suite_again() -> None:
    assert runner._CHECKS.name == "rules"
