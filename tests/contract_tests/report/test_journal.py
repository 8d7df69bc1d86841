"""The journal: what was written is what is read, and a journal without its last line is of a run that was stopped."""

from pathlib import Path

import pytest

from contract_tests import jsonl
from contract_tests.output.redaction import Redactor
from contract_tests.report import journal
from contract_tests.report.journal import JournalError
from contract_tests.report.writer import JournalFile
from tests.contract_tests import factories


def written(folder: Path, *, complete: bool = True) -> Path:
    factories.write_journal(folder, factories.run(), factories.lines(), complete=complete)
    return folder


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    found = journal.read(written(tmp_path)).as_json()
    expected = factories.report().as_json()
    expected["rules"] = [Redactor().scrub(row) for row in expected["rules"]]
    assert found["totals"] == expected["totals"]
    assert found["run"] == expected["run"]
    rows = [(row["id"], row["verdict"], row["checks"], row["reasons"], row["failure"]) for row in found["rules"]]
    assert rows == [
        (row["id"], row["verdict"], row["checks"], row["reasons"], row["failure"]) for row in expected["rules"]
    ]


def test_a_journal_without_its_footer_is_incomplete(tmp_path: Path) -> None:
    assert journal.read(written(tmp_path)).complete
    assert not journal.read(written(tmp_path, complete=False)).complete


def test_a_journal_without_its_end_is_read_as_far_as_its_lines_are_whole(tmp_path: Path) -> None:
    begun = JournalFile(tmp_path, factories.run(duration_s=9.0))
    begun.add(factories.lines())
    with (tmp_path / "journal.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"check": "test_')
    found = journal.read(tmp_path)
    assert not found.complete
    assert found.totals() == factories.report().totals()


def test_the_facts_in_the_end_count(tmp_path: Path) -> None:
    begun = JournalFile(tmp_path, factories.run(requests=0))
    assert begun.finish(factories.run(requests=7), complete=True) == []
    assert journal.read(tmp_path).run["requests"] == 7


def test_a_line_break_of_any_kind_in_a_text_breaks_no_line(tmp_path: Path) -> None:
    odd = factories.line(factories.finding("EV-27", "fail", actual="a\u2028b\u0085c\nd\x0be\ud800"))
    factories.write_journal(tmp_path, factories.run(), [odd], complete=True)
    (row,) = [row for row in journal.read(tmp_path).as_json()["rules"] if row["failure"]]
    assert row["failure"]["actual"] == r"a\u2028b\x85c" "\n" r"d\x0be\ud800"


@pytest.mark.parametrize("text", ["", "{}", "[]", "7\n", "{", '{"run": {}}', '{"run": 7}', '{"run": {"rules": 7}}'])
def test_what_is_no_journal_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text(text)
    with pytest.raises(JournalError) as caught:
        journal.read(tmp_path)
    assert str(caught.value).startswith(f"{path}: not a journal of a run")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"versions": {"suite": "0.0.1"}}, "run.versions.suite = '0.0.1': must be '"),
        ({"versions": None}, "not subscriptable"),
        ({"waivers": [{"rule": 7}]}, "until"),
        ({"waivers": 7}, "not iterable"),
        ({"started_at": None, "waivers": [{}]}, "until"),
    ],
)
def test_a_journal_of_another_version_is_refused_in_one_line(
    tmp_path: Path, facts: dict[str, object], message: str
) -> None:
    factories.write_journal(tmp_path, factories.run(**facts), factories.lines(), complete=True)
    with pytest.raises(JournalError) as caught:
        journal.read(tmp_path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_journal_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"journal\.jsonl"):
        journal.read(tmp_path)


def test_a_journal_of_an_earlier_release_is_read_without_secrets_and_visibly(tmp_path: Path) -> None:
    finding = factories.finding("EV-27", "fail", actual=f"\x1b[2J {factories.TOKEN}")
    rows = [{"run": factories.run()}, factories.line(finding), {"end": True}]
    (tmp_path / "journal.jsonl").write_text(jsonl.dump(rows))
    (row,) = [row for row in journal.read(tmp_path).as_json()["rules"] if row["failure"]]
    assert row["failure"]["actual"] == r"\x1b[2J sk_l…"
