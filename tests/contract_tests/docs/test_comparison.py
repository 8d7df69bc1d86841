from collections.abc import Sequence
from functools import cache
from itertools import product
from pathlib import Path

import pytest

from contract_tests.docs import changes, claims, comparison, reader, reference
from contract_tests.docs.findings import NO_RULE, Finding
from contract_tests.docs.statements import PageStatements
from tests.contract_tests.docs.edits import EDITS, FURTHER, FURTHER_NEUTRAL, NEUTRAL, Edit
from tests.contract_tests.docs.shapes import SHAPES

PAGES = Path(__file__).parents[2] / "data" / "docs"
ALERTS = (PAGES / "alerts.md").read_text(encoding="utf-8")


def read(text: str, path: Path) -> PageStatements:
    path.write_text(text, encoding="utf-8")
    return reader.read(path, reference.known())


def found(findings: Sequence[Finding]) -> set[tuple[str, ...]]:
    """Return the findings without their lines."""
    return {(each.kind, each.subject, each.page, each.other) for each in findings}


@cache
def page_of(name: str, folder: Path) -> PageStatements:
    return read(SHAPES[name](ALERTS), folder / f"whole-{name}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


def test_there_are_forty_edits_and_twenty_neutral_ones_and_ten_further_of_each() -> None:
    assert (len(set(EDITS)), len(set(NEUTRAL))) == (40, 20)
    assert (len(set(FURTHER)), len(set(FURTHER_NEUTRAL))) == (10, 10)


@pytest.mark.parametrize("name", SHAPES)
def test_of_a_correct_page_there_is_nothing_to_say_in_any_shape(name: str, folder: Path) -> None:
    assert comparison.compare([page_of(name, folder)]) == []


@pytest.mark.parametrize(("edit", "name"), [*product(EDITS, SHAPES), *((edit, "page.md") for edit in FURTHER)], ids=str)
def test_an_edit_is_found_and_named_in_every_shape(edit: Edit, name: str, folder: Path) -> None:
    page = read(SHAPES[name](edit.made(ALERTS)), folder / name)
    findings = comparison.compare([page])
    assert [each for each in findings if each.subject == edit.subject and edit.says in f"{each.page} {each.other}"]
    assert all(1 <= each.place.line <= len(SHAPES[name](ALERTS).splitlines()) + 2 for each in findings)


@pytest.mark.parametrize("edit", [*EDITS, *FURTHER], ids=str)
def test_an_old_version_shows_what_changed_and_for_which_rules(edit: Edit, folder: Path) -> None:
    changed = changes.compare(page_of("page.md", folder), read(edit.made(ALERTS), folder / "new.md"))
    assert changed
    assert edit.rules <= {rule for each in changed for rule in each.rules}, changed


@pytest.mark.parametrize("name", ["page.md", "bare.txt"])
@pytest.mark.parametrize("edit", [*NEUTRAL, *FURTHER_NEUTRAL], ids=str)
def test_a_neutral_edit_is_neither_a_finding_nor_a_change(edit: Edit, name: str, folder: Path) -> None:
    new = read(SHAPES[name](edit.made(ALERTS)), folder / name)
    assert found(comparison.compare([new])) == set()
    assert changes.compare(page_of(name, folder), new) == []


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Kept for 7 days.", "Kept for 9 days."),
        ("Only starred events when true", "Only starred events when false"),
        ("Events of one camera", "Events of one site"),
        ("An operator may do this.", "An admin may do this."),
        ("More than 5 codes", "At least 5 codes"),
        ("Times are RFC3339", "Times are YYYY-MM-DD"),
        ("Sorted ascending", "Sorted descending"),
        ("The body is empty.", "The body is JSON."),
        ("each {type, target}", "each {type, address}"),
    ],
)
def test_what_a_text_claims_makes_the_difference(text: str, other: str) -> None:
    assert not claims.alike(text, other)
    assert claims.states_something(text)


@pytest.mark.parametrize(
    ("sentence", "listed"),
    [
        ("Have fun!", False),
        ("If you cannot find it, please ask our support.", False),
        ("We would love to hear from you about this.", False),
        ("You must not wait for this to end.", True),
        ("Deleted things come back tomorrow.", True),
        ("Owners can pause this for 3 hours.", True),
    ],
)
def test_a_sentence_without_a_rule_is_listed_if_it_states_something(sentence: str, listed: bool, folder: Path) -> None:
    text = ALERTS.replace("Our support team is glad to help with either.", sentence)
    findings = comparison.compare([read(text, folder / "page.md")])
    assert [(each.kind, each.page) for each in findings] == ([(NO_RULE, sentence)] if listed else [])
