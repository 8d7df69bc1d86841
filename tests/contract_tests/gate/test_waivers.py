"""What a waiver makes of a known failure: from the file to the exit code."""

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from contract_tests.cli import main
from contract_tests.commands import exit_codes
from contract_tests.config import ConfigError
from contract_tests.gate import signatures, waivers
from contract_tests.gate.waivers import State, Waiver
from contract_tests.outcomes import fold
from contract_tests.report import html, journal, junit, summary
from contract_tests.report.conclusion import Conclusion, conclude
from contract_tests.report.journal import Report
from tests.contract_tests import factories
from tests.contract_tests.factories import finding, line, rule

CHECK = "test_lists_pages.py::test_a_page_is_as_long_as_its_limit"
TODAY, LATER, BEFORE = date(2026, 4, 21), date(2098, 5, 1), date(2026, 4, 20)
SIGNATURE = signatures.of(finding("EV-26", "fail"))
FAILED = line(finding("EV-26", "fail"), check=CHECK)
FAILED_OTHERWISE = line(finding("EV-26", "fail", actual="500 internal_error"), check=CHECK)
FAILED_ELSEWHERE = line(finding("EV-26", "fail"), check="test_events_items.py::test_items")
HELD = line(finding("EV-26"), check=CHECK)
NOT_RUN = line(finding("EV-26", "disabled", met=0, actual="needs a clock"), check=CHECK)
ENTRY = f"""
# Known since the release of May.
[[waiver]]
rule = "EV-26"
check = "{CHECK}"
signature = "{SIGNATURE}"
owner = "media"
reason = "fixed in 1.2"
until = {LATER}
"""


def waiver(until: date = LATER, **chosen: Any) -> Waiver:
    fields = {"rule": "EV-26", "check": CHECK, "signature": SIGNATURE, "owner": "media", "reason": "fixed in 1.2"}
    return Waiver(**{**fields, "until": until, **chosen})


def report(*found: dict[str, Any], known: tuple[Waiver, ...] = (), **chosen: Any) -> Report:
    facts = factories.run(rules=["EV-26"], waivers=[each.as_json() for each in known], **chosen)
    return Report.of(facts, fold(found, [rule("EV-26")]), complete=True)


@pytest.mark.parametrize(
    ("found", "until", "state", "conclusion"),
    [
        ([FAILED], LATER, State.HONOURED, Conclusion.NOTHING_VERIFIED),
        ([FAILED], TODAY, State.HONOURED, Conclusion.NOTHING_VERIFIED),
        ([FAILED], BEFORE, State.EXPIRED, Conclusion.VIOLATED),
        ([FAILED_OTHERWISE], LATER, State.NOT_OBSERVED, Conclusion.VIOLATED),
        ([FAILED, FAILED_ELSEWHERE], LATER, State.HONOURED, Conclusion.VIOLATED),
        ([HELD], LATER, State.STALE, Conclusion.OVERDUE_WAIVERS),
        ([HELD, NOT_RUN], LATER, State.NOT_OBSERVED, Conclusion.CONFORMS),
        ([NOT_RUN], LATER, State.NOT_OBSERVED, Conclusion.NOT_FULLY_VERIFIED),
        ([], LATER, State.NOT_OBSERVED, Conclusion.NOT_FULLY_VERIFIED),
    ],
)
def test_a_waiver_decides_what_a_failure_means(
    found: list[dict[str, Any]], until: date, state: State, conclusion: Conclusion
) -> None:
    made = report(*found, known=(waiver(until),))
    assert [one.state for one in made.waivers] == [state]
    assert conclude(made) is conclusion
    in_order = {Conclusion.VIOLATED, Conclusion.OVERDUE_WAIVERS}
    assert exit_codes.of_report(made) == (1 if conclusion in in_order else 0)


def test_a_stale_waiver_can_be_allowed_and_an_expired_one_cannot() -> None:
    assert conclude(report(HELD, known=(waiver(),), allow_stale_waivers=True)) is Conclusion.CONFORMS
    assert conclude(report(FAILED, known=(waiver(BEFORE),), allow_stale_waivers=True)) is Conclusion.VIOLATED


def test_the_failure_that_is_shown_is_the_one_that_decides() -> None:
    shown = report(FAILED, FAILED_ELSEWHERE, known=(waiver(),)).failures()
    assert [one.failure and one.failure["test"] for one in shown] == ["test_events_items.py::test_items"]


def test_every_view_shows_a_waived_failure_apart() -> None:
    made = report(FAILED, known=(waiver(link="https://issues.example.com/7"),))
    assert summary.headline(made) == "Nothing verified: 0 pass; waived: EV-26"
    assert made.as_json()["waived"] == 1
    assert made.as_json()["waivers"][0]["state"] == "honoured"
    assert made.as_json()["rules"][0]["failure"]["signature"] == SIGNATURE
    link = '<a href="https://issues.example.com/7" rel="noopener">'
    for view in (summary.render(made), html.render(made).replace(link, ""), junit.render(made)):
        assert "waived until 2098-05-01, media: fixed in 1.2 https://issues.example.com/7" in view
    assert 'failures="0"' in junit.render(made)


def test_an_expired_and_a_stale_waiver_are_named() -> None:
    assert "the waiver of EV-26 has expired" in summary.headline(report(FAILED, known=(waiver(BEFORE),)))
    assert "the waiver of EV-26 is stale, as its check holds" in summary.headline(report(HELD, known=(waiver(),)))
    assert "waivers of EV-26" in " ".join(summary.remarks(report(NOT_RUN, known=(waiver(),))))


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "waivers.toml"
    path.write_text(ENTRY, encoding="utf-8")
    assert waivers.load(path) == [waiver()]
    assert waivers.of_json([waiver().as_json()]) == [waiver()]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[waiver]", "line 1"),
        ("[waivers]", "'waivers' is no key"),
        ("waiver = 3", "[[waiver]]"),
        (ENTRY.replace("EV-26", "EV-999"), "waiver 1: rule = 'EV-999': no such rule"),
        (ENTRY.replace("owner", "owners"), "waiver 1: unknown key 'owners'; did you mean owner?"),
        (ENTRY.replace('owner = "media"\n', ""), "waiver 1: lacks 'owner'"),
        (ENTRY.replace('"media"', '""'), "waiver 1: owner is empty"),
        (ENTRY.replace(str(LATER), f'"{LATER}"'), "waiver 1: until = '2098-05-01': must be a date"),
        (ENTRY.replace(str(LATER), "2098-05-01T00:00:00Z"), "must be a date"),
        (ENTRY.replace(str(LATER), "2026-02-30"), "(at line 9, column 9): until = 2026-02-30"),
        (ENTRY.replace('"media"', "7"), "waiver 1: owner = 7: must be a string"),
        (ENTRY.replace('"media"', '" "'), ":3: waiver 1: owner is empty"),
        (
            ENTRY.replace("test_a_page_is", "test_a_pge_is"),
            "no such check; did you mean test_lists_pages.py::test_a_page_",
        ),
        (ENTRY.replace(SIGNATURE, "TEXT"), "waiver 1: signature = 'TEXT': must be 12 hexadecimal digits"),
        (ENTRY + ENTRY, ":12: waiver 2: EV-26 "),
        (ENTRY.replace("EV-26", "E" * 9999), "… 9,999 characters in all': no such rule"),
        (f"{'o' * 9999} = 1", "… 9,999 characters in all' is no key"),
        ("waiver = " + "[" * 9999, "is nested too deeply"),
        ("#" * 2_000_000, "waivers.toml: is larger than 1,048,576 bytes"),
    ],
)
def test_a_wrong_file_is_refused_with_place_and_value(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "waivers.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        waivers.load(path)
    assert message in str(refused.value)
    assert str(refused.value).count(str(path)) == 1
    assert len(str(refused.value)) < 1000


def test_a_file_with_a_byte_order_mark_is_read_and_one_in_another_encoding_refused(tmp_path: Path) -> None:
    path = tmp_path / "waivers.toml"
    path.write_text(ENTRY, encoding="utf-8-sig")
    assert waivers.load(path) == [waiver()]
    path.write_text(ENTRY, encoding="utf-16")
    with pytest.raises(ConfigError, match="is not UTF-8; save it as UTF-8"):
        waivers.load(path)


def test_a_file_without_an_end_is_refused() -> None:
    with pytest.raises(ConfigError, match="is a device, not a file"):
        waivers.load(Path("/dev/zero"))


def test_a_missing_file_is_refused_before_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--waivers", str(tmp_path / "none.toml")]) == 2
    assert "none.toml: No such file or directory" in capsys.readouterr().err
    assert main(["run", "http://127.0.0.1:9", "--waivers", str(tmp_path / "none.toml")]) == 2
    assert "none.toml: No such file or directory" in capsys.readouterr().err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The report of a run in which EV-26 failed."""
    found = [FAILED]
    factories.write_journal(tmp_path, factories.run(rules=["EV-26", "EV-27"]), found, complete=True)
    return tmp_path


WAIVED = ("--until", str(LATER), "--reason", "fixed in 1.2", "--owner", "media")


def waive(folder: Path, *rules: str, until: str = str(LATER), reason: str = "fixed in 1.2") -> int:
    chosen = ["--until", until, "--reason", reason, "--owner", "media", "--file", str(folder / "waivers.toml")]
    return main(["waive", *rules, "--from", str(folder), *chosen])


def test_waive_writes_what_run_reads(folder: Path) -> None:
    assert waive(folder, "EV-2*") == 0
    assert waivers.load(folder / "waivers.toml") == [waiver()]


def test_waive_renews_an_entry_and_keeps_the_rest_of_the_file(folder: Path) -> None:
    path = folder / "waivers.toml"
    path.write_text(ENTRY + ENTRY.replace("EV-26", "EV-27"), encoding="utf-8")
    assert waive(folder, "EV-26", until="2098-06-01", reason="later") == 0
    assert waivers.load(path) == [waiver(date(2098, 6, 1), reason="later"), waiver(rule="EV-27")]
    assert path.read_text(encoding="utf-8").count("# Known since the release of May.") == 2


def test_waive_keeps_the_mode_of_the_file_and_what_links_to_it(folder: Path) -> None:
    path, link = folder / "waivers.toml", folder / "known.toml"
    path.write_text("# Ours.\n", encoding="utf-8")
    path.chmod(0o640)
    link.symlink_to(path)
    assert main(["waive", "EV-26", "--from", str(folder), *WAIVED, "--file", str(link)]) == 0
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert waivers.load(path) == [waiver()]


def test_waive_replaces_nothing_but_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    for place in (folder, pipe):
        assert main(["waive", "EV-26", "--from", str(folder), *WAIVED, "--file", str(place)]) == 2
        assert capsys.readouterr().err == f"novavms-contract: --file {place}: is not a file\n"
    assert pipe.is_fifo()


@pytest.mark.parametrize(
    ("rules", "changes", "message"),
    [
        (("EV-27",), {}, "no rule 'EV-27' fails in"),
        (("EV-26",), {"reason": " "}, "must not be empty"),
        (("EV-26",), {"until": "soon"}, "'soon' is not a day"),
        (("EV-26",), {"until": "2026-04-20"}, "--until 2026-04-20: is past"),
    ],
)
def test_waive_refuses_what_is_no_failure(
    folder: Path, capsys: pytest.CaptureFixture[str], rules: tuple[str, ...], changes: dict[str, str], message: str
) -> None:
    try:
        code = waive(folder, *rules, **changes)
    except SystemExit as ended:
        code = int(ended.code or 0)
    assert code == 2
    assert message in capsys.readouterr().err
    assert not (folder / "waivers.toml").exists()


def test_the_report_command_judges_waivers_as_the_run_did(folder: Path) -> None:
    facts = factories.run(rules=["EV-26"], waivers=[waiver().as_json()])
    factories.write_journal(folder, facts, [FAILED], complete=True)
    assert [one.state for one in journal.read(folder).waivers] == [State.HONOURED]


FLAKY = [FAILED, line(finding("EV-26"), check=CHECK) | {"try": 2}, line(finding("EV-26"), check=CHECK) | {"try": 3}]
FLAKY_ELSEWHERE = [{**each, "check": "test_events_items.py::test_items"} for each in FLAKY]


@pytest.mark.parametrize(
    ("found", "strict", "conclusion"),
    [
        (FLAKY, True, Conclusion.NOTHING_VERIFIED),
        ([FAILED, *FLAKY_ELSEWHERE], False, Conclusion.NOTHING_VERIFIED),
        ([FAILED, *FLAKY_ELSEWHERE], True, Conclusion.FLAKY),
        ([FAILED, {**FAILED, "try": 2}, *FLAKY_ELSEWHERE], True, Conclusion.FLAKY),
    ],
)
def test_a_failure_that_did_not_repeat_is_waived_like_any_other(
    found: list[dict[str, Any]], strict: bool, conclusion: Conclusion
) -> None:
    made = report(*found, known=(waiver(),), strict=strict)
    assert [one.state for one in made.waivers] == [State.HONOURED]
    assert conclude(made) is conclusion
