"""A failure that did not repeat is shown by every view with what each try found; it decides with ``strict`` alone."""

import io
import json
from pathlib import Path
from xml.etree import ElementTree

import jsonschema_rs
import pytest
import xmlschema

from contract_tests.outcomes import fold
from contract_tests.report import annotations, ctrf, html, junit, summary, terminal
from contract_tests.report.conclusion import Conclusion, conclude
from contract_tests.report.journal import Report
from tests.contract_tests import factories

SCHEMAS = Path(__file__).parents[2] / "data" / "schemas"
TRIES = "fail, pass, pass"


def report(*, strict: bool = False) -> Report:
    held = [factories.line(factories.finding("EV-26"), **{"try": number}) for number in (2, 3)]
    lines = [factories.line(factories.finding("EV-26", "fail")), *held]
    other = factories.line(factories.finding("EV-27"), check="another")
    rules = [factories.rule("EV-26"), factories.rule("EV-27")]
    return Report.of(factories.run(strict=strict), fold([*lines, other], rules), complete=True)


@pytest.mark.parametrize(("strict", "conclusion"), [(False, Conclusion.CONFORMS), (True, Conclusion.FLAKY)])
def test_it_decides_with_strict(strict: bool, conclusion: Conclusion) -> None:
    assert conclude(report(strict=strict)) is conclusion


@pytest.mark.parametrize("strict", [False, True])
def test_every_view_for_people_shows_both_outcomes(strict: bool) -> None:
    made, written = report(strict=strict), io.StringIO()
    terminal.render(made, written)
    assert written.getvalue().count("EV-26 FLAKY") == 1
    for text in (written.getvalue(), summary.render(made), html.render(made), "\n".join(annotations.lines(made))):
        assert ("::error" in text) or TRIES in text
        assert "EV-26" in text
    assert summary.render(made).count("## EV-26 flaky") == 1


@pytest.mark.parametrize(("strict", "tag", "failures"), [(False, "flakyFailure", "0"), (True, "failure", "1")])
def test_junit_has_an_element_for_it(strict: bool, tag: str, failures: str) -> None:
    text = junit.render(report(strict=strict))
    xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd").validate(text)
    (suite,) = root = ElementTree.fromstring(text)
    assert root.attrib["failures"] == failures
    (problem,) = suite.iter(tag)
    assert TRIES in "".join(problem.itertext())
    del suite.attrib["timestamp"]
    xmlschema.XMLSchema(SCHEMAS / "surefire-test-report-3.0.xsd").validate(suite)


@pytest.mark.parametrize(("strict", "status"), [(False, "passed"), (True, "failed")])
def test_ctrf_has_a_field_for_it(strict: bool, status: str) -> None:
    document = json.loads(ctrf.render(report(strict=strict)))
    jsonschema_rs.validator_for(json.loads((SCHEMAS / "ctrf.schema.json").read_text())).validate(document)
    test = document["results"]["tests"][0]
    assert (test["flaky"], test["retries"], test["status"], test["rawStatus"]) == (True, 2, status, "flaky")
    assert document["results"]["summary"]["flaky"] == 1


def test_report_json_has_the_verdict_of_every_try() -> None:
    written = report().as_json()
    assert written["totals"]["flaky"] == 1
    assert written["rules"][0]["failure"]["tries"] == ["fail", "pass", "pass"]
