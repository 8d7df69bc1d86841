"""The outcomes of a mutant of an SDK: killed if a check fails with it and passes without it."""

from pathlib import Path

import pytest

from contract_tests.actors import TargetError
from contract_tests.mutation import kill
from contract_tests.mutation.kill import Kill
from contract_tests.mutation.results import ERROR, KILLED, KILLED_BY_OTHER, SURVIVED
from contract_tests.plan import Mutant
from tests.contract_tests.test_runner import standin_checks

#: An SDK of one function, which only these checks use.
SDK = "def greet():\n    return 'hello'\n"
CHECKS_TEXT = """
import novavms
import pytest


@pytest.mark.rules("SDK-21")
def test_it_greets(expect):
    expect.equal("SDK-21", novavms.greet(), "hello", "the greeting")


@pytest.mark.rules("SDK-22")
def test_it_says_something(expect):
    expect("SDK-22", novavms.greet(), "something")


@pytest.mark.rules("SDK-23")
def test_it_ends_in_o(world, expect):
    expect("SDK-23", world.session.target.config.ours and novavms.greet().endswith("o"), "an o", novavms.greet())


@pytest.mark.rules("SDK-24")
def test_it_is_a_secret(expect):
    expect("SDK-24", False, "nothing")


@pytest.mark.rules("SDK-25")
def test_it_breaks_by_itself(expect):
    {}["data"]
"""
MUTANTS = """
from contextlib import contextmanager
from functools import partial

import novavms


@contextmanager
def saying(text, then="hello"):
    novavms.greet = lambda: text
    yield
    novavms.greet = lambda: then


def impossible():
    raise AttributeError("no such part")


MUTANTS = {
    "SDK-21/bye": partial(saying, "bye"),
    "SDK-22,SDK-21/bye": partial(saying, "bye"),
    "SDK-23/ciao": partial(saying, "ciao"),
    "SDK-23/hell": partial(saying, "hell"),
    "SDK-22/hello": partial(saying, "hello"),
    "SDK-24/always-wrong": partial(saying, "hello"),
    "SDK-25/bye": partial(saying, "bye"),
    "SDK-21/impossible": impossible,
    "SDK-21/leaves-traces": partial(saying, "bye", then="bye"),
    "SDK-21/after-it": partial(saying, "bye", then="bye"),
}
"""


def tried(folder: Path, patch: pytest.MonkeyPatch, *names: str, jobs: int = 1) -> list[Kill]:
    """Try the mutants of these names, of the SDK of one function."""
    for name, text in (("novavms.py", SDK), ("greeting_mutants.py", MUTANTS)):
        (folder / name).write_text(text)
    patch.syspath_prepend(folder)
    patch.setenv("PYTHONPATH", str(folder))
    standin_checks(patch, folder, CHECKS_TEXT)
    mutants = [Mutant(name, tuple(name.partition("/")[0].split(","))) for name in names]
    return list(kill.run(mutants, jobs, 1, 5, folder / "greeting_mutants.py"))


def test_a_mutant_is_killed_by_a_rule_it_names_and_only_by_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = tried(
        tmp_path,
        monkeypatch,
        *("SDK-21/bye", "SDK-22,SDK-21/bye", "SDK-23/ciao", "SDK-23/hell", "SDK-21/impossible", "SDK-25/bye"),
        jobs=2,
    )
    outcomes = {one.id: (one.outcome, tuple(one.failed_rules)) for one in found}
    assert outcomes == {
        "SDK-21/bye": (KILLED, ("SDK-21",)),
        "SDK-22,SDK-21/bye": (KILLED, ("SDK-21",)),
        "SDK-23/ciao": (KILLED_BY_OTHER, ("SDK-21",)),
        "SDK-23/hell": (KILLED, ("SDK-23",)),
        "SDK-21/impossible": (ERROR, ()),
        "SDK-25/bye": (ERROR, ()),
    }


def test_a_check_that_fails_without_the_mutant_proves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = tried(tmp_path, monkeypatch, "SDK-24/always-wrong", "SDK-21/bye")
    assert [(one.id, one.outcome) for one in found] == [("SDK-24/always-wrong", ERROR), ("SDK-21/bye", KILLED)]
    assert list(found[0].reasons) == ["the check that fails with it fails without it too"]


def test_a_mutant_that_leaves_traces_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = tried(tmp_path, monkeypatch, "SDK-21/leaves-traces", "SDK-21/after-it")
    assert [one.outcome for one in found] == [ERROR, ERROR]


def test_a_mutant_with_which_no_check_fails_survives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = CHECKS_TEXT.replace('"SDK-24", False', '"SDK-24", True').replace('{}["data"]', 'expect("SDK-25", True, "")')
    monkeypatch.setattr("tests.contract_tests.mutation.test_kill_sdk.CHECKS_TEXT", text)
    (found,) = tried(tmp_path, monkeypatch, "SDK-22/hello")
    assert found.outcome == SURVIVED


def test_mutants_that_cannot_be_imported_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.contract_tests.mutation.test_kill_sdk.MUTANTS", "import nowhere")
    with pytest.raises(TargetError, match="No module named 'nowhere'"):
        tried(tmp_path, monkeypatch, "SDK-21/bye")
