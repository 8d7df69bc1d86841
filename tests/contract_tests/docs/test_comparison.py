from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from contract_tests.docs import changes, comparison, reader, reference
from contract_tests.docs.findings import NO_RULE, Finding
from contract_tests.docs.statements import PageStatements
from tests.contract_tests.docs.edits import EDITS, NEUTRAL, OPENING, Edit
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
def findings_of_whole(name: str, folder: Path) -> frozenset[tuple[str, ...]]:
    return frozenset(found(comparison.compare([read(SHAPES[name](ALERTS), folder / f"whole-{name}")])))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


def test_there_are_forty_edits_and_twenty_neutral_ones() -> None:
    assert (len(set(EDITS)), len(set(NEUTRAL))) == (40, 20)


@pytest.mark.parametrize("name", SHAPES)
def test_a_correct_page_has_but_a_sentence_without_a_rule_in_every_shape(name: str, folder: Path) -> None:
    assert [(kind, page) for kind, _, page, _ in findings_of_whole(name, folder)] == [
        (NO_RULE, "Our support team is glad to help with either.")
    ]


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("edit", EDITS, ids=str)
def test_an_edit_is_found_and_named_in_every_shape(edit: Edit, name: str, folder: Path) -> None:
    page = read(SHAPES[name](edit.made(ALERTS)), folder / name)
    new = [each for each in comparison.compare([page]) if not found([each]) & findings_of_whole(name, folder)]
    assert [each for each in new if each.subject == edit.subject and edit.says in f"{each.page} {each.other}"], new
    assert all(1 <= each.place.line <= len(SHAPES[name](ALERTS).splitlines()) + 2 for each in new)


@pytest.mark.parametrize("edit", NEUTRAL, ids=str)
def test_a_neutral_edit_changes_nothing(edit: Edit, folder: Path) -> None:
    page = read(edit.made(ALERTS), folder / "page.md")
    findings = found(comparison.compare([page])) - findings_of_whole("page.md", folder)
    assert {kind for kind, *_ in findings} <= ({NO_RULE} if edit.subject == "wording" else set())


@pytest.mark.parametrize("edit", EDITS, ids=str)
def test_an_old_version_shows_what_changed_and_for_which_rules(edit: Edit, folder: Path) -> None:
    old, new = read(ALERTS, folder / "old.md"), read(edit.made(ALERTS), folder / "new.md")
    changed = changes.compare(old, new)
    assert changed
    assert edit.rules <= {rule for each in changed for rule in each.rules}, changed


@pytest.mark.parametrize(
    "edit", [each for each in NEUTRAL if each.subject != "wording" or each.heading == OPENING], ids=str
)
def test_a_neutral_edit_is_no_change(edit: Edit, folder: Path) -> None:
    old, new = read(ALERTS, folder / "old.md"), read(edit.made(ALERTS), folder / "new.md")
    assert changes.compare(old, new) == []
