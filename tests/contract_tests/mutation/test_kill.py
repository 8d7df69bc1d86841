"""The outcomes of a mutant: killed by a rule it names, by another rule, survived, or an error of the suite."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from contract_tests import runner
from contract_tests.actors import TargetError
from contract_tests.mutation import kill
from contract_tests.mutation.kill import Kill
from contract_tests.mutation.results import ERROR, KILLED, KILLED_BY_OTHER, SURVIVED
from contract_tests.plan import Mutant
from tests.contract_tests.test_runner import standin_checks

#: Each looks at what one mutant of the mock changes, or past it, or breaks by itself.
CHECKS_TEXT = """
import pytest

from contract_tests.actors import TargetError


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


@pytest.mark.rules("GW-18")
def test_loses_the_mock(world, expect):
    expect("GW-18", True, "it holds")
    world.session.http.base_url = "http://127.0.0.1:1"


@pytest.mark.rules("GW-19")
@pytest.mark.parametrize("time", range(3))
def test_never_gets_an_answer(world, expect, time):
    raise TargetError("silence")
"""
SMALLER = next(mutant.id for mutant in kill.mock_mutants() if mutant.id.startswith("EV-26/"))


def tried(
    mutants: Sequence[Mutant], folder: Path, patch: pytest.MonkeyPatch, jobs: int = 2, text: str = CHECKS_TEXT
) -> list[Kill]:
    standin_checks(patch, folder, text)
    return list(kill.run(mutants, jobs, seed=1, examples=5))


def test_a_mutant_is_killed_by_a_rule_it_names_and_only_by_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutants = [Mutant(SMALLER, (rule,)) for rule in ("EV-26", "EV-27", "EV-28", "GW-17")]
    found = tried(mutants, tmp_path, monkeypatch)
    outcomes = {one.breaks[0]: (one.outcome, tuple(one.failed_rules)) for one in found}
    assert outcomes == {
        "EV-26": (KILLED, ("EV-26",)),
        "EV-27": (KILLED_BY_OTHER, ("EV-26",)),
        "EV-28": (ERROR, ()),
        "GW-17": (SURVIVED, ()),
    }


def test_a_generated_mutant_is_killed_by_another_rule_about_its_operation_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutants = [Mutant(SMALLER, ("EV-27",), "limit", others) for others in (("EV-26",), ("GW-17",), ())]
    found = tried(mutants, tmp_path, monkeypatch, jobs=1)
    assert [(one.outcome, tuple(one.failed_rules)) for one in found] == [
        (KILLED, ("EV-26",)),
        (SURVIVED, ()),
        (SURVIVED, ()),
    ]


def test_all_checks_that_notice_a_mutant_are_named_and_those_counted_that_do_so_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = "test_a_page_has_20_items_by_default"
    copy = CHECKS_TEXT[CHECKS_TEXT.index('@pytest.mark.rules("EV-26")') :].partition("\n\n\n")[0]
    standin_checks(monkeypatch, tmp_path, CHECKS_TEXT + copy.replace(first, "test_the_same_again"))
    mutants = [Mutant(SMALLER, ("EV-26",))]
    (stopped,) = kill.run(mutants, 1, seed=1, examples=5)
    (found,) = kill.run(mutants, 1, seed=1, examples=5, all_killers=True)
    assert [check.partition("::")[2] for check in stopped.noticed_by] == [first]
    assert [check.partition("::")[2] for check in found.noticed_by] == [first, "test_the_same_again"]
    assert [(row["rule"], row["check"]) for row in found.failures] == [("EV-26", name) for name in found.noticed_by]
    assert len({row["signature"] for row in found.failures}) == 1
    first_kill, second_kill = (
        Kill("a", (), (), KILLED, noticed_by=("x",)),
        Kill("b", (), (), KILLED, noticed_by=("x", "y")),
    )
    assert kill.only_killers([first_kill, second_kill]) == {"x": 1, "y": 0}


def test_a_mutant_with_which_the_mock_is_lost_has_an_outcome_and_the_next_one_gets_a_new_mock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutants = [Mutant(SMALLER, (rule,)) for rule in ("GW-18", "EV-26", "GW-17")]
    mutants[2:2] = [Mutant("EV-26/no-such", ("EV-26",))]
    found = tried(mutants, tmp_path, monkeypatch, jobs=1)
    assert [(one.id, one.breaks[0], one.outcome) for one in found] == [
        (SMALLER, "GW-18", SURVIVED),
        (SMALLER, "EV-26", KILLED),
        ("EV-26/no-such", "EV-26", ERROR),
        (SMALLER, "GW-17", SURVIVED),
    ]


def test_a_mutant_with_which_the_mock_does_not_answer_is_an_error_and_the_others_are_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutants = [Mutant(SMALLER, (rule,)) for rule in ("GW-19", "EV-26")]
    found = tried(mutants, tmp_path, monkeypatch, jobs=1)
    assert [one.outcome for one in found] == [ERROR, KILLED]


def test_checks_that_cannot_be_imported_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TargetError, match="nowhere"):
        tried([Mutant(SMALLER, ("EV-26",))], tmp_path, monkeypatch, text='import nowhere  # for "EV-26"')


def test_the_report_counts_every_outcome() -> None:
    kills = [
        Kill("b", ("EV-26",), (), SURVIVED),
        Kill("a", ("EV-26",), ("EV-26",), KILLED),
    ]
    defaults = {"breaks": ("EV-26",), "passed_rules": (), "reasons": (), "noticed_by": (), "failures": ()}
    assert kill.as_json(kills) == {
        "totals": {"killed": 1, "survived": 1, "killed_by_other": 0, "error": 0},
        "mutants": [
            {"id": "a", "failed_rules": ("EV-26",), "outcome": "killed", **defaults},
            {"id": "b", "failed_rules": (), "outcome": "survived", **defaults},
        ],
    }


def test_mutants_are_matched_by_name_or_rule() -> None:
    known = kill.mock_mutants()
    assert SMALLER in [mutant.id for mutant in kill.matching(["EV-26"], known)]
    assert SMALLER in [mutant.id for mutant in kill.matching(["EV-26/*"], known)]
    assert kill.matching(["EV-26 "], known) == []
    assert kill.matching([], known) == kill.matching(["*", "EV-26"], known) == known


def test_mutants_of_several_globs_are_selected() -> None:
    known, globs = kill.mock_mutants(), ["EV-26/*", "GW-19/*"]
    both = [mutant for glob in globs for mutant in kill.matching([glob], known)]
    assert sorted(mutant.id for mutant in kill.matching(globs, known)) == sorted(mutant.id for mutant in both)
    assert {mutant.id.partition("/")[0] for mutant in both} == {"EV-26", "GW-19"}


def test_the_checks_are_those_of_the_suite_again() -> None:
    assert runner._CHECKS_FOLDER.name == "rules"
