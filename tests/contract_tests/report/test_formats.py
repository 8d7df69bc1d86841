"""The reports for CI servers: valid for the schemas of those that read them, and with nothing that they would run."""

import json
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema_rs
import pytest
import xmlschema

from contract_tests.commands import options
from contract_tests.outcomes import fold
from contract_tests.plan import Plan
from contract_tests.report import annotations, ctrf, junit, summary
from contract_tests.report.conclusion import CODES, conclude
from contract_tests.report.journal import Report
from tests.contract_tests import factories

VERDICTS = {"EV-26": "pass", "EV-27": "fail", "GW-17": "error", "GW-52": "disabled", "EV-30": "untested"}
SCHEMAS = Path(__file__).parents[2] / "data" / "schemas"
#: What a target may answer.
HOSTILE = "200 <b>&amp;</b> \x00\x1b[31m ]]>\n::error::x 100%,a:b"


def hostile() -> Report:
    """Return a report with every verdict, and texts of a target in it."""
    failed = factories.finding("EV-26", "fail", expected="a page", actual=HOSTILE)
    lines = [*factories.lines(), factories.line(failed, exchanges=[factories.exchange(answer=HOSTILE)])]
    rules = [factories.rule(rule_id) for rule_id in factories.run()["rules"]]
    return Report.of(factories.run(requests=7, name="staging"), fold(lines, rules), complete=True)


def test_junit_is_what_jenkins_reads() -> None:
    xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd").validate(junit.render(hostile()))


def test_junit_is_xml_with_a_case_for_every_rule() -> None:
    root = ElementTree.fromstring(junit.render(factories.report()))
    found = {}
    for case in root.iter("testcase"):
        marks = [child.tag for child in case if child.tag != "system-out"]
        found[case.attrib["name"].split()[0]] = marks[0] if marks else "pass"
    tags = {"fail": "failure", "disabled": "skipped", "untested": "skipped"}
    assert found == {rule_id: tags.get(verdict, verdict) for rule_id, verdict in VERDICTS.items()}
    for suite in root:
        assert int(suite.attrib["tests"]) == len(suite.findall("testcase"))
    for kind, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert sum(int(suite.attrib[kind]) for suite in root) == len(list(root.iter(tag)))


def test_each_suite_is_what_surefire_reads_but_for_the_time_of_its_start() -> None:
    schema = xmlschema.XMLSchema(SCHEMAS / "surefire-test-report-3.0.xsd")
    for suite in ElementTree.fromstring(junit.render(hostile())):
        assert suite.attrib.pop("timestamp") == "2026-04-21T12:00:00"
        schema.validate(suite)


def test_junit_has_times_types_properties_and_the_calls() -> None:
    root = ElementTree.fromstring(junit.render(hostile()))
    assert (root.attrib["tests"], root.attrib["failures"], root.attrib["time"]) == ("5", "2", "1.500")
    (suite,) = root
    properties = {each.attrib["name"]: each.attrib["value"] for each in suite.iter("property")}
    assert properties == {
        **{"target": "mock", "profile": "gate", "seed": "7", "examples": "15", "requests": "7"},
    }
    case = next(case for case in suite.iter("testcase") if case.attrib["name"].startswith("EV-27"))
    assert case.attrib["time"] == "0.100"
    assert [each.attrib["type"] for each in case.iter("failure")] == ["stated rule of events: a heading"]
    output = case.findtext("system-out") or ""
    assert output.count("curl -g -i -X") == 2
    assert output.endswith("repeat: novavms-contract run staging --rules EV-27 --seed 7")


_ENDS = pytest.mark.parametrize(
    ("facts", "complete", "tag"),
    [
        ({"floor": {"percent": 0, "like": ["GW-17"]}}, True, "failure"),
        ({"not_removed": ["a camera"], "run_id": "ct1"}, True, "error"),
        ({}, False, "error"),
        ({}, True, None),
    ],
)


@_ENDS
def test_junit_fails_when_the_run_does_although_no_rule_does(
    facts: dict[str, Any], complete: bool, tag: str | None
) -> None:
    passed = fold([factories.line(factories.finding("EV-26"))], [factories.rule()])
    report = Report.of(factories.run(**facts), passed, complete=complete)
    text = junit.render(report)
    xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd").validate(text)
    root = ElementTree.fromstring(text)
    assert (root.attrib["failures"], root.attrib["errors"]) == (str(int(tag == "failure")), str(int(tag == "error")))
    found = [each.attrib["message"] for name in ("failure", "error") for each in root.iter(name)]
    assert found == ([summary.headline(report)] if tag else [])


@_ENDS
def test_ctrf_fails_when_the_run_does_although_no_rule_does(
    facts: dict[str, Any], complete: bool, tag: str | None
) -> None:
    passed = fold([factories.line(factories.finding("EV-26"))], [factories.rule()])
    report = Report.of(factories.run(**facts), passed, complete=complete)
    document = json.loads(ctrf.render(report))
    schema: Any = json.loads((SCHEMAS / "ctrf.schema.json").read_text(encoding="utf-8"))
    jsonschema_rs.validate(schema, document)
    failed = [test["message"] for test in document["results"]["tests"] if test["status"] == "failed"]
    assert failed == ([summary.headline(report)] if tag else [])
    assert document["results"]["summary"]["failed"] == len(failed)


@pytest.mark.parametrize("deciding", [["EV-26"], ["EV-26", "EV-27"]])
def test_no_ci_server_shows_failures_where_the_exit_code_is_0_nor_none_where_it_is_not(deciding: list[str]) -> None:
    lines = [factories.line(factories.finding("EV-26")), factories.line(factories.finding("EV-27", "fail"))]
    rules = [factories.rule("EV-26"), factories.rule("EV-27", strength="derived")]
    report = Report.of(factories.run(deciding=deciding), fold(lines, rules), complete=True)
    failed = int(CODES[conclude(report)])
    assert failed == ("EV-27" in deciding)
    text, document = junit.render(report), json.loads(ctrf.render(report))
    xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd").validate(text)
    root = ElementTree.fromstring(text)
    assert root.attrib["failures"] == str(failed) == str(len([*root.iter("failure")]))
    assert root[0].attrib.pop("timestamp")
    xmlschema.XMLSchema(SCHEMAS / "surefire-test-report-3.0.xsd").validate(root[0])
    assert "repeat: " in (root.findtext(".//system-out") or "")
    assert document["results"]["summary"]["failed"] == failed


def test_ctrf_is_valid_and_counts_what_it_holds() -> None:
    document = json.loads(ctrf.render(hostile()))
    schema: Any = json.loads((SCHEMAS / "ctrf.schema.json").read_text(encoding="utf-8"))
    jsonschema_rs.validator_for(schema, validate_formats=True).validate(document)
    results = document["results"]
    assert results["summary"] | {"start": 0, "stop": 0} == {
        **{"tests": 5, "passed": 0, "failed": 3, "skipped": 2, "pending": 0, "other": 0, "flaky": 0},
        **{"start": 0, "stop": 0, "duration": 1500},
    }
    assert results["summary"]["stop"] - results["summary"]["start"] == 1500
    assert {test["id"] for test in results["tests"]} == {
        test["id"] for test in json.loads(ctrf.render(factories.report()))["results"]["tests"]
    }


def test_the_command_that_repeats_a_failure_has_the_options_that_differ() -> None:
    failed = fold([factories.line(factories.finding("EV-26", "fail"))], [factories.rule()])
    plan = Plan(rules=("EV-26",), seed=7, examples=3)
    for profile, line_ends in (("gate", "--examples 3"), ("deep", "--profile deep --examples 3")):
        differing = options.differing(plan, Namespace(profile=profile))
        report = Report.of(factories.run(differing_options=differing), failed, complete=True)
        line = f"novavms-contract run mock --rules EV-26 --seed 7 {line_ends}"
        for text in (junit.render(report), ctrf.render(report), summary.render(report)):
            assert line in text
    assert options.differing(replace(plan, examples=15), Namespace(profile="gate")) == []


def test_annotations_are_one_line_each_in_which_nothing_ends_them() -> None:
    found = list(annotations.lines(hostile()))
    assert len(found) == 3
    assert all(line.startswith("::error title=") and "\n" not in line for line in found)
    (line,) = [line for line in found if "title=EV-26" in line]
    assert line.endswith(r"]]>%0A\::error::x 100%25,a:b")


@pytest.mark.parametrize(("failures", "last"), [(10, "EV-"), (11, "2 more failures are in the report")])
def test_of_many_annotations_the_rest_is_counted(failures: int, last: str) -> None:
    names = [f"EV-{number}" for number in range(10, 10 + failures)]
    lines = [factories.line(factories.finding(name, "fail")) for name in names]
    report = Report.of(factories.run(), fold(lines, [factories.rule(name) for name in names]), complete=True)
    found = list(annotations.lines(report))
    assert len(found) == 10
    assert last in found[-1]


def test_a_summary_stays_small_and_has_what_is_not_decided() -> None:
    names = [f"EV-{number}" for number in range(1000, 1300)]
    lines = [factories.line(factories.finding(name, "fail", actual="x" * 100_000)) for name in names]
    lines.append(factories.line(factories.finding("GW-52", "disabled", met=0, actual="needs a clock")))
    rules = [factories.rule(name) for name in (*names, "GW-52")]
    text = summary.render(Report.of(factories.run(), fold(lines, rules), complete=True))
    assert len(text.encode()) < 1024 * 1024
    assert "\n200 more are in report.html.\n" in text
    assert "\n## Not decided\n\n- GW-52: `` needs a clock ``\n" in text
    assert "- repeat: `` novavms-contract run mock --rules EV-1000 --seed 7 ``" in text
