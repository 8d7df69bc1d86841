"""The views of a report: each is well-formed, and they agree with one another."""

import io
import json
import re
import shlex
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from contract_tests.outcomes import fold
from contract_tests.report import ctrf, html, journal, junit, summary, terminal, writer
from contract_tests.report.journal import Report
from contract_tests.verdicts import Verdict
from tests.contract_tests import factories

VERDICTS = {"EV-26": "pass", "EV-27": "fail", "GW-17": "error", "GW-52": "disabled", "EV-30": "untested"}


def printed() -> str:
    stream = io.StringIO()
    terminal.render(factories.report(), stream)
    return stream.getvalue()


def test_json_has_the_keys_of_the_design_and_those_that_were_added() -> None:
    written = factories.report().as_json()
    run = {"target", "seed", "started_at", "duration_s", "versions", "capabilities"}
    added = {"profile", "examples", "left_out", "certificate_checked", "complete", "requests", "repeated"}
    assert written["run"].keys() == run | added | {
        "left_out_checks",
        "held_alone",
        "kills",
        "requirements",
        "name",
        "api_version",
        "spec_sha256",
    }
    assert written["totals"].keys() == {"pass", "flaky", "fail", "error", "not_reached", "disabled", "untested"}
    rule = {"id", "verdict", "strength", "decides", "says", "source", "operation", "checks", "partial", "failure"}
    more = {"reasons", "disabled_checks", "left_out_checks", "may_follow_from", "waived"}
    assert {frozenset(row) for row in written["rules"]} == {frozenset(rule | more)}
    failure = {
        "expected",
        "actual",
        "script",
        "curl",
        "exchange",
        "test",
        "falsifying_example",
        "signature",
        "check",
        "tries",
    }
    assert [row["failure"].keys() for row in written["rules"] if row["failure"]] == [failure, failure]


def test_json_has_the_verdict_of_every_rule_and_its_evidence() -> None:
    rows = {row["id"]: row for row in factories.report().as_json()["rules"]}
    assert {name: row["verdict"] for name, row in rows.items()} == VERDICTS
    assert rows["EV-26"]["checks"] == 4
    assert rows["EV-27"]["failure"]["falsifying_example"] == "test_limit(limit=0)"
    assert rows["GW-52"]["reasons"] == ["the target gives no clock"]


def test_a_check_that_could_not_run_is_reported_beside_one_that_passed() -> None:
    report = factories.report()
    (row,) = [row for row in report.as_json()["rules"] if row["id"] == "EV-26"]
    assert (row["verdict"], row["partial"]) == ("pass", True)
    check = {"test": "test_events_pages.py::test_walk", "reason": "there is no moon", "not_reached": False}
    assert row["disabled_checks"] == [check]
    remark = "2 checks could not run: there is no moon (1); the target gives no clock (1)"
    assert f"\n{remark}\nERROR: " in printed()
    assert f"\n{remark}.\n" in summary.render(report)
    assert f"<li>{remark}</li>" in html.render(report)
    assert "<small>there is no moon</small>" in html.render(report)
    assert ">pass, partly</span>" in html.render(report)
    case = next(ElementTree.fromstring(junit.render(report)).iter("testcase"))
    assert case.attrib["name"].startswith("EV-26 ")
    assert case.findtext("system-out") == "partial: there is no moon"
    assert "\nEvents (1/2)\n  pF\n" in printed()


def undecided(**facts: object) -> Report:
    """Return a report in which EV-26 passes and decides, and EV-27 and EV-28 fail, of which the last decides not."""
    rules = [factories.rule(rule_id) for rule_id in ("EV-28", "EV-26", "EV-27")]
    lines = [
        factories.line(factories.finding("EV-26")),
        *(factories.line(factories.finding(rule_id, "fail")) for rule_id in ("EV-28", "EV-27")),
    ]
    return Report(factories.run(deciding=["EV-26", "EV-27"], **facts), fold(lines, rules), complete=True)


def test_what_does_not_decide_is_shown_apart_in_every_view() -> None:
    report, stream = undecided(), io.StringIO()
    terminal.render(report, stream)
    text = stream.getvalue()
    assert "\nEvents (1/3)\n  f.F\n" in text
    order = ["\nEV-27 FAIL", "\n1 rule that does not decide fails:\n", "\nEV-28 FAIL", "\nVIOLATED: 1 pass, 1 fail; "]
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)
    headings = re.findall("^## (.+)", summary.render(report), flags=re.M)
    assert headings == ["EV-27 fail", "EV-28 fail, which does not decide"]
    assert html.render(report).count('<article class="card remark" id="EV-28">') == 1
    root = ElementTree.fromstring(junit.render(report))
    assert [each.attrib["message"] for each in root.iter("failure")] == ["200 <b>&</b> \\x00 ]]>"]
    assert [each.attrib["message"] for each in root.iter("skipped")] == ["does not decide: 200 <b>&</b> \\x00 ]]>"]
    assert {row["id"]: row["decides"] for row in report.as_json()["rules"]} == {
        **{"EV-26": True, "EV-27": True, "EV-28": False}
    }


def test_the_numbers_of_all_views_agree() -> None:
    report = undecided()
    assert report.totals()["fail"] == 2
    (suite,) = ElementTree.fromstring(junit.render(report))
    assert (suite.attrib["failures"], suite.attrib["skipped"]) == ("1", "1")
    counts = json.loads(ctrf.render(report))["results"]["summary"]
    assert (counts["failed"], counts["skipped"]) == (1, 1)
    assert "| Events | 0 | 0 | 0 | 1 | 0 | 2 | 0 |" in summary.render(report)
    shown = "1 pass, 1 fail; 1 rule that does not decide fails: EV-28"
    assert summary.headline(report) == f"VIOLATED: {shown}"
    assert shown in summary.render(report)
    assert "<h1>Violated</h1>" in html.render(report)
    assert f'<p class="headline">{shown}</p>' in html.render(report)


def test_a_run_that_stopped_at_its_first_violation_shows_that_one_and_the_headline_alone() -> None:
    stream = io.StringIO()
    terminal.render(undecided(fail_fast=True), stream)
    text = stream.getvalue()
    assert text.startswith("\nEV-27 FAIL  What EV-27 says.\n")
    assert text.count("FAIL") == 1
    assert text.splitlines()[-1].startswith("VIOLATED: 1 pass, 1 fail; stopped at the first violation; ")
    assert "profile gate" not in text


def test_a_check_of_several_rules_that_could_not_run_is_one_check() -> None:
    findings = (factories.finding(rule_id, "disabled", actual="there is no moon") for rule_id in ("EV-26", "EV-27"))
    rules = [factories.rule("EV-26"), factories.rule("EV-27")]
    report = Report(factories.run(), fold([factories.line(*findings)], rules), complete=True)
    assert summary.remarks(report) == ["1 check could not run: there is no moon (1)"]


def test_of_many_reasons_the_commonest_are_shown() -> None:
    rule = factories.rule("EV-26")
    lines = [
        factories.line(factories.finding("EV-26", "disabled", actual=f"reason {number}"), check=f"{number} {again}")
        for number in range(6)
        for again in range(number + 1)
    ]
    (remark,) = summary.remarks(Report(factories.run(), fold(lines, [rule]), complete=True))
    assert remark == "21 checks could not run: reason 5 (6); reason 4 (5); reason 3 (4); reason 2 (3); …"


@pytest.mark.parametrize("view", [html.render, summary.render, lambda report: printed()])
def test_every_view_shows_how_to_repeat_the_run(view: object) -> None:
    assert callable(view)
    assert "mock: profile gate, 15 examples a property, seed 7" in view(factories.report())


def test_decisions_that_were_left_out_are_counted() -> None:
    report = Report(factories.run(left_out=["AS-01", "AS-02"]), (), complete=True)
    remark = "2 decisions of this project (strength assumed) not checked: they apply to our own mock only"
    assert summary.remarks(report) == [remark]
    assert remark in summary.render(report)
    assert remark in html.render(report)


@pytest.mark.parametrize("view", [html.render, summary.render, lambda report: printed()])
def test_every_view_names_what_is_not_right(view: object) -> None:
    assert callable(view)
    text = view(factories.report())
    for rule_id in ("EV-27", "GW-17"):
        assert rule_id in text
    assert "400 validation_error" in text


def test_markdown_counts_what_json_counts() -> None:
    text = summary.render(factories.report())
    rows = [
        [cell.strip() for cell in row.split("|")[2:-1]] for row in text.splitlines() if re.match(r"\| (Ev|Ga)", row)
    ]
    columns = [verdict.value for verdict in Verdict]
    sums = {name: sum(int(row[column]) for row in rows) for column, name in enumerate(columns)}
    assert sums == factories.report().totals()


@pytest.mark.parametrize(
    ("complete", "begins"), [(False, "INCOMPLETE: the run was stopped"), (True, "ERROR: the suite or its connection")]
)
def test_the_headline_is_about_the_worst_verdict(complete: bool, begins: str) -> None:
    assert summary.headline(factories.report(complete=complete)).startswith(begins)


def test_a_rule_that_was_not_tested_keeps_the_target_from_conforming() -> None:
    report = factories.report()
    silent = Report(report.run, [found for found in report.outcomes if not found.failure], complete=True)
    assert summary.headline(silent).startswith("Not fully verified: ")
    assert {"GW-52", "EV-30"} <= {*re.findall(r"[A-Z]+-\d+", summary.headline(silent))}
    passed = Report(report.run, report.outcomes[:1], complete=True)
    assert summary.headline(passed) == "Conforms: 1 pass (1 partial)"


def test_every_file_of_the_folder_is_written(tmp_path: Path) -> None:
    writer.write_views(factories.report(), tmp_path)
    found = json.loads((tmp_path / "report.json").read_text())
    assert (found.pop("headline"), found.pop("exit_code")) == (summary.headline(factories.report()), 3)
    assert found == json.loads(json.dumps(factories.report().as_json()))
    assert (tmp_path / "report.html").read_text() == html.render(factories.report())


def test_a_curl_line_is_runnable_with_tokens_from_the_environment() -> None:
    for call in journal.curl(factories.lines()[1]["exchanges"]):
        shell = f"curl() {{ printf '%s\\0' \"$@\"; }}; {call}"
        variables = {"GATEWAY_2_TOKEN": "one", "OPERATOR_TOKEN": "two", "PAIRING_CODE": "A7B3CX"}
        done = subprocess.run(["sh", "-euc", shell], env=variables, capture_output=True, check=True, text=True)
        words = done.stdout.split("\0")
        assert words[:4] == ["-g", "-i", "-X", shlex.split(call)[4]]
        if "POST" in words:
            assert "Authorization: Bearer one" in words
            assert words[words.index("--data-raw") + 1] == '{"name":"it\'s","pairing_code":"A7B3CX"}'
        else:
            assert words[4] == "http://127.0.0.1:8080/api/v1/events?limit=[0]'"
            assert "Authorization: Bearer two" in words


def test_a_curl_line_of_an_anonymous_call_has_no_token() -> None:
    (call,) = journal.curl([factories.exchange(actor="anonymous")])
    assert "Authorization" not in call


#: What a hostile target answers: commands to a terminal and to CI runners, what XML cannot contain, markup.
EVIL = (
    (
        "\x1b]0;owned\x07\x9b31m\r\n::error::x\n##[add-mask]a\n]]>\ufffe\uffff\x00\u202e<img src=x>`` \n# h"
        " ::error::in a line, "
    )
    * 3
    + "x" * 75
    + "-::error::after a hyphen"
)


def evil_report(folder: Path) -> Report:
    """A report in which every text that comes from the target is evil, as it is read from its journal."""
    lines = [
        factories.line(
            factories.finding("EV-27", "fail", actual=EVIL, expected=EVIL),
            exchanges=[factories.exchange(body=EVIL, answer=EVIL, request_id=EVIL, headers={"x": EVIL}, url=EVIL)],
            example=EVIL,
        ),
        factories.line(factories.finding("GW-17", "error", actual=EVIL), check="test_pairing.py::test_code"),
        factories.line(factories.finding("GW-52", "disabled", actual=EVIL), check="test_pairing.py::test_expiry"),
    ]
    factories.write_journal(folder, factories.run(), lines, complete=True)
    return journal.read(folder)


def test_nothing_that_a_target_answers_acts_on_a_terminal_a_ci_runner_or_a_reader(tmp_path: Path) -> None:
    report = evil_report(tmp_path)
    assert writer.write_views(report, tmp_path) == []
    stream = io.StringIO()
    terminal.render(report, stream)
    texts = {file.name: file.read_text(encoding="utf-8") for file in tmp_path.iterdir()}
    texts["terminal"] = stream.getvalue()
    assert len(texts) == 7
    for name, text in texts.items():
        assert not re.search("[^\n\t -~\u00a0-\u2027\u2030-\ud7ff]", text), name
        assert not [line for line in text.splitlines() if line.lstrip().startswith("::")], name
        assert not re.search(r"##\w*\[", text), name
    ElementTree.fromstring(texts["junit.xml"])
    found = json.loads(texts["report.json"])
    assert (found["totals"]["fail"], found["exit_code"], found["headline"]) == (1, 3, summary.headline(report))
    assert "<img" not in texts["report.html"]
    assert not re.search(r"<img|^# h", re.sub("``.*?``", "", texts["summary.md"]), flags=re.MULTILINE)


def test_a_view_that_cannot_be_written_is_named_and_the_others_are_written(tmp_path: Path) -> None:
    (tmp_path / "report.json").symlink_to("/dev/full")
    (tmp_path / "junit.xml").mkdir()
    assert writer.write_views(factories.report(), tmp_path) == [
        f"{tmp_path}/report.json could not be written: report.json is a device or pipe, not a file",
        f"{tmp_path}/junit.xml could not be written: junit.xml is a folder, not a file",
    ]
    assert Path("/dev/full").is_char_device()
    assert (tmp_path / "report.html").stat().st_size
    assert (tmp_path / "summary.md").stat().st_size
    (tmp_path / "journal.jsonl").symlink_to("/dev/full")
    (problem,) = factories.write_journal(tmp_path, factories.run(), factories.lines(), complete=True)
    assert "journal.jsonl" in problem
