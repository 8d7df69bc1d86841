"""The command ``docs``: what it prints, how it ends, and pages that it refuses."""

import json
from pathlib import Path

import pytest

from contract_tests import cli
from contract_tests.commands.exit_codes import CONFORMS, USAGE_ERROR, VIOLATIONS
from contract_tests.docs import pages

PAGES = Path(__file__).parents[2] / "data" / "docs"
OPERATION = "## GET /api/v1/alerts\n"
REFUSED = [
    (b"Dear all,\nlunch is at noon.\n", ":1: is no page of the documentation"),
    (b"", ":1: is no page of the documentation"),
    (b"GET /api/v1/alerts\n\x89PNG\r\n", ":2: byte 0x89 is not UTF-8"),
    (b"GET /api/v1/alerts\n\n\0\n", ":3: has a NUL character"),
    (b"a" * (pages.MAX_PAGE_BYTES + 1), ": is larger than"),
    (b"a" * (pages.MAX_LINE_CHARS + 1), ":1: is longer than"),
    (b"a\n" * (pages.MAX_PAGE_LINES + 1), ":5001: is one line too many"),
    (f"{OPERATION}### Examples\ncurl 'http://x\n".encode(), ":3: a curl command line ends within a quote"),
    (f"{OPERATION}### Error responses\n| Code | Body.error |\n| 4O4 | not_found |\n".encode(), ":4: '4O4' in a table"),
]


@pytest.mark.parametrize(("content", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_a_page_that_is_none_is_refused_in_one_line(
    content: bytes, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "page.md").write_bytes(content)
    assert cli.main(["docs", str(tmp_path / "page.md")]) == USAGE_ERROR
    line = capsys.readouterr().err
    assert f"page.md{message}" in line
    assert line.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no.md"], "no.md: No such file or directory"),
        (["."], ".: Is a directory"),
        (["a.md", "b.md", "--old", "c.md"], "--old is compared with one page"),
        (["a.md"] * 51, "51 pages are too many"),
    ],
)
def test_what_it_is_given_must_be_pages(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["docs", *arguments]) == USAGE_ERROR
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    "example",
    ['{"data": [], "total": NaN}', "[" * 10_000, '{"next_cursor": "\\ud800"}', '{"data": [], "total": 1e999}', "{"],
)
def test_an_example_that_is_no_json_is_a_contradiction(
    example: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "page.md").write_text(f"{OPERATION}### Response 200\n{example}\n")
    assert cli.main(["docs", str(tmp_path / "page.md"), "--old", str(tmp_path / "page.md")]) == VIOLATIONS
    assert "page.md:3: contradiction: listAlerts 200 example" in capsys.readouterr().out


def test_curl_lines_are_run_on_the_packaged_mock(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        (PAGES / "alerts.md").read_text(encoding="utf-8").replace("Bearer sk_live_abc123", "Bearer sk_live_of_none", 1)
    )
    (tmp_path / "alerts.md").write_text(text, encoding="utf-8")
    assert cli.main(["docs", str(tmp_path / "alerts.md"), str(PAGES / "pairing.md"), "--run", "--json"]) == VIOLATIONS
    findings = json.loads(capsys.readouterr().out)["findings"]
    of_curl = [(each["kind"], each["line"], each["other"]) for each in findings if each["subject"].endswith("curl")]
    line = text.splitlines().index('curl -H "Authorization: Bearer sk_live_of_none" \\') + 1
    assert ("contradiction", line, "the mock answers 401") in of_curl
    assert [each for each in of_curl if each[0] == "note" and "the mock answers 400, as its error table" in each[2]]
    assert len(of_curl) == 2


def test_it_ends_with_1_on_a_contradiction_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["docs", str(PAGES / "alerts.md")]) == CONFORMS
    assert capsys.readouterr().out.endswith("1 page, 6 operations: nothing found\n")
    (tmp_path / "new.md").write_text((PAGES / "alerts.md").read_text(encoding="utf-8").replace("1-100 |", "1-99 |"))
    assert cli.main(["docs", str(tmp_path / "new.md"), "--old", str(PAGES / "alerts.md")]) == VIOLATIONS
    out = capsys.readouterr().out
    assert f"{tmp_path}/new.md:21: contradiction: listAlerts limit: up to 99\n    the document has up to 100 (" in out
    assert "limit: was int | 20 | 1-100, is int | 20 | 1-99\n    touches AL-13, AL-14\n" in out
