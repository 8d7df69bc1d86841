"""The views of a run on a failing network."""

import io
from xml.etree import ElementTree

from contract_tests.outcomes import fold
from contract_tests.report import html, junit, summary, terminal
from contract_tests.report.journal import Report
from tests.contract_tests import factories


def test_what_was_not_reached_and_how_many_calls_were_repeated_is_in_every_view() -> None:
    lines = [
        factories.line(factories.finding("EV-26")),
        factories.line(factories.finding("EV-27", "not_reached", met=0, actual="GET /x: the connection was lost")),
    ]
    facts = factories.run(requests=900, repeated=1200)
    report = Report(facts, fold(lines, [factories.rule("EV-26"), factories.rule("EV-27")]), complete=True)
    stream, line = io.StringIO(), "1 not reached, 1 pass; nothing is known of EV-27"
    terminal.render(report, stream)
    assert "(1/2)\n  .n\n" in stream.getvalue()
    assert f"\nNOT REACHED, because of the network: {line}\n" in stream.getvalue()
    for text in (stream.getvalue(), summary.render(report), html.render(report)):
        assert line in text
        assert "1,200 calls repeated, after a 429 or without an answer of the API" in text
        assert "GET /x: the connection was lost" in text
    assert 'class="tag not_reached">not reached<' in html.render(report)
    assert (report.as_json()["run"]["requests"], report.as_json()["run"]["repeated"]) == (900, 1200)
    suite, run = ElementTree.fromstring(junit.render(report))
    assert (suite.attrib["skipped"], run.attrib["errors"]) == ("1", "1")
    found = {each.attrib["name"]: each.attrib["value"] for each in suite.iter("property")}
    assert (found["requests"], found["repeated"]) == ("900", "1200")


def test_what_failed_only_while_other_checks_ran_is_remarked_in_every_view() -> None:
    held = [{"check": "test_a.py::test_b", "rule": "EV-26", "expected": "one", "actual": "two\n<b>"}]
    passed = fold([factories.line(factories.finding("EV-26"))], [factories.rule()])
    report, stream = Report(factories.run(held_alone=held), passed, complete=True), io.StringIO()
    terminal.render(report, stream)
    for text in (stream.getvalue(), summary.render(report), html.render(report)):
        said = " ".join(text.split())
        assert "failed while other checks ran, and held when the check ran alone: EV-26; the target" in said
        assert "test_a.py::test_b: expected one; got two " in said
    assert report.as_json()["run"]["held_alone"] == held
