"""The end of a run, and ``clean``: everything that the run made is removed from both orgs, or named."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from contract_tests import jsonl
from contract_tests.actors import TargetError
from contract_tests.shared_target import cleanup
from tests.contract_tests.shared_target.two_orgs import CONFIG, RULES, WEBHOOKS, Run, running

NOTHING: dict[str, Any] = {"home": {}, "outsider": {}}
ORGS = ["home", "outsider"]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    with running(tmp_path, monkeypatch) as begun:
        yield begun


def make(run: Run, org: str, path: str = RULES, name: str = "ct1-0 rule", *, answered: bool = True) -> None:
    run.target.fails = lambda request: None if answered else 0
    with suppress(TargetError):
        run.actor("outsider" if org == "outsider" else "operator", org=org).post(path, {"name": name})
    run.target.fails = lambda request: None


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("org", ORGS)
def test_what_the_run_made_is_removed_even_if_no_answer_said_that_it_was_made(
    run: Run, org: str, answered: bool
) -> None:
    theirs = {"id": "x", "name": "Theirs"}
    for contents in run.target.contents.values():
        contents[f"{RULES}/x"] = theirs
    make(run, org, answered=answered)
    make(run, org, WEBHOOKS, answered=answered)
    assert cleanup.remove_all(run.ledger, CONFIG) == []
    assert run.target.contents == {"home": {f"{RULES}/x": theirs}, "outsider": {f"{RULES}/x": theirs}}
    assert not run.ledger.path.exists()


@pytest.mark.parametrize("org", ORGS)
def test_what_cannot_be_removed_is_named_and_stays_in_the_ledger(run: Run, org: str) -> None:
    make(run, org)
    run.target.fails = lambda request: 403 if request.method == "DELETE" else None
    where = " in the outsider's org" if org == "outsider" else ""
    assert cleanup.remove_all(run.ledger, CONFIG) == [f"{RULES}/0{where}"]
    run.target.fails = lambda request: None
    assert cleanup.remove_all(run.ledger, CONFIG) == []
    assert run.target.contents == NOTHING


@pytest.mark.parametrize("status", [204, 404])
@pytest.mark.parametrize("org", ORGS)
def test_what_a_list_shows_is_not_gone_whatever_the_deletion_answers(run: Run, org: str, status: int) -> None:
    make(run, org, name="n" * 100)
    run.target.fails = lambda request: status if request.method == "DELETE" else None
    run.guard.remove_created()
    assert run.ledger.left() == []
    [left] = cleanup.remove_all(run.ledger, CONFIG)
    assert left.startswith(f"{RULES}/0")
    assert run.ledger.path.exists()


@pytest.mark.parametrize("org", ORGS)
def test_a_call_without_an_answer_is_named_if_the_list_cannot_be_read(run: Run, org: str) -> None:
    make(run, org, answered=False)
    run.target.fails = lambda request: 404 if request.method == "GET" else None
    [left] = cleanup.remove_all(run.ledger, CONFIG)
    where = " in the outsider's org" if org == "outsider" else ""
    found = f"what POST {RULES} of 'ct1-0 rule'{where} may have created"
    assert left == f"{found} (it got no answer, and it cannot be found in {RULES})"
    assert run.ledger.path.exists()


def test_a_name_without_the_prefix_is_nobody_elses_to_remove(run: Run) -> None:
    make(run, "home", name="Front door", answered=False)
    [left] = cleanup.remove_all(run.ledger, CONFIG)
    assert left == f"what POST {RULES} of 'Front door' may have created (it got no answer, and {RULES} shows that name)"
    assert len(run.target.contents["home"]) == 1
    run.target.contents["home"].clear()
    assert cleanup.remove_all(run.ledger, CONFIG) == []


def test_a_list_that_cannot_be_read_matters_only_for_calls_without_an_answer(run: Run) -> None:
    make(run, "home")
    run.target.fails = lambda request: 403 if request.method == "GET" else None
    assert cleanup.remove_all(run.ledger, CONFIG) == []
    assert run.target.contents == NOTHING


def test_an_interrupted_removal_says_so_and_keeps_the_ledger(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: object) -> int:
        raise KeyboardInterrupt

    make(run, "home")
    run.target.fails = interrupt
    left = cleanup.remove_all(run.ledger, CONFIG)
    assert left[0] == f"{RULES}/0"
    assert "interrupted" in left[1]
    assert run.ledger.path.exists()


@pytest.mark.parametrize("org", ORGS)
def test_the_ledger_of_an_earlier_version_is_cleaned_too(run: Run, org: str) -> None:
    """It names neither org nor creator, so that every org is asked."""
    make(run, org)
    make(run, org, name="ct1-0 lost", answered=False)
    heading, *_ = jsonl.read(run.ledger.path)
    rows = [heading, {"asking": f"POST {RULES}"}, {"made": f"{RULES}/0"}, {"asking": f"POST {RULES}"}]
    run.ledger.path.write_text(jsonl.dump(rows))
    assert cleanup.remove_all(run.ledger, CONFIG) == []
    assert run.target.contents == NOTHING


def test_the_rest_of_a_line_that_a_killed_process_began_is_left_out(run: Run) -> None:
    make(run, "home")
    with run.ledger.path.open("a") as file:
        file.write('{"made": "/api/v1/al')
    run.ledger.take_over()
    assert cleanup.remove_all(run.ledger, CONFIG) == []
    assert run.target.contents == NOTHING


@pytest.mark.parametrize(("odd", "shown"), [("\x1b[31m", "%1B%5B31m"), ("../sites/1?x", "..%2Fsites%2F1%3Fx")])
def test_no_id_of_a_target_leads_to_another_path(run: Run, odd: str, shown: str) -> None:
    run.target.numbers = iter([odd])  # type: ignore[list-item]
    make(run, "home")
    assert [made.path for made in run.ledger.left()] == [f"{RULES}/{shown}"]
    run.target.fails = lambda request: 500 if request.method == "DELETE" else None
    assert cleanup.remove_all(run.ledger, CONFIG) == [f"{RULES}/{shown}"]
    assert {call for call in run.target.calls if "DELETE" in call} == {
        f"sk_{role} DELETE {RULES}/{odd}" for role in ("operator", "owner")
    }
