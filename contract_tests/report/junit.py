"""The report as JUnit XML: a test suite for each family, a test case for each rule.

The properties of the first test suite are those of the run. A failure that does not decide is skipped, with what was
found: a CI server shows a run as failed that ends with another code than 0, and no other. It is valid for the schema of
Jenkins, and for that of Surefire but for ``timestamp``.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from contract_tests.outcomes import Outcome
from contract_tests.output.texts import shorten, visible
from contract_tests.report.conclusion import CODES, ExitCode, conclude
from contract_tests.report.journal import Report, curl
from contract_tests.report.summary import headline, repeating, tries, waiver
from contract_tests.verdicts import Verdict

_SKIPPED = (Verdict.UNTESTED, Verdict.DISABLED, Verdict.NOT_REACHED)
_FACTS = ("target", "profile", "seed", "examples", "requests", "repeated", "requirements")
_MAX_OUTPUT_CHARS = 20_000


def render(report: Report) -> str:
    """Return the XML."""
    root = ElementTree.Element("testsuites", name="NovaVMS contract")
    families = dict.fromkeys(outcome.rule.family for outcome in report.outcomes)
    for family in families:
        _suite(root, family, [outcome for outcome in report.outcomes if outcome.rule.family == family], report)
    code, failed = CODES[conclude(report)], [*root.iter("failure"), *root.iter("error")]
    if code and not failed:
        _run(root, report, "failure" if code is ExitCode.VIOLATIONS else "error")
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.attrib[name]) for suite in root)))
    root.set("time", f"{report.run['duration_s']:.3f}")
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _run(root: ElementTree.Element, report: Report, tag: str) -> None:
    """Add a suite with one case, of a run that ends with a code other than 0 although no rule fails."""
    suite = ElementTree.SubElement(root, "testsuite", name="Run", tests="1", skipped="0")
    suite.set("failures", str(int(tag == "failure")))
    suite.set("errors", str(int(tag == "error")))
    suite.set("time", "0.000")
    suite.set("timestamp", report.run["started_at"].removesuffix("Z"))
    case = ElementTree.SubElement(suite, "testcase", classname="Run", name="the run as a whole", time="0.000")
    ElementTree.SubElement(case, tag, message=visible(headline(report)), type="run")


def _suite(root: ElementTree.Element, family: str, outcomes: Sequence[Outcome], report: Report) -> None:
    suite = ElementTree.SubElement(root, "testsuite", name=family, tests=str(len(outcomes)))
    suite.set("failures", str(sum(report.fails(each) for each in outcomes)))
    suite.set("errors", str(sum(each.verdict is Verdict.ERROR for each in outcomes)))
    suite.set("skipped", str(sum(each.verdict in _SKIPPED or bool(report.set_aside(each)) for each in outcomes)))
    suite.set("time", f"{sum(each.seconds for each in outcomes):.3f}")
    suite.set("timestamp", report.run["started_at"].removesuffix("Z"))
    if len(root) == 1:
        properties = ElementTree.SubElement(suite, "properties")
        for name in _FACTS:
            if (value := report.run.get(name)) is not None:
                ElementTree.SubElement(properties, "property", name=name, value=visible(str(value)))
    for each in outcomes:
        _case(suite, each, report)


def _case(suite: ElementTree.Element, outcome: Outcome, report: Report) -> None:
    name = f"{outcome.rule.id} {outcome.rule.says}"
    case = ElementTree.SubElement(suite, "testcase", classname=outcome.rule.family, name=name)
    case.set("time", f"{outcome.seconds:.3f}")
    if outcome.all_waived:
        ElementTree.SubElement(case, "skipped", message=visible(f"waived {waiver(report, outcome)}"))
    elif failure := outcome.failure:
        _failure(case, outcome, failure, report)
    elif outcome.verdict is not Verdict.PASS:
        ElementTree.SubElement(case, "skipped", message=visible("; ".join(outcome.reasons)) or outcome.verdict.value)
    elif outcome.partial:
        ElementTree.SubElement(case, "system-out").text = visible(f"partial: {'; '.join(outcome.reasons)}")


def _failure(case: ElementTree.Element, outcome: Outcome, failure: Mapping[str, Any], report: Report) -> None:
    found = f"; found {tries(failure)}" if failure["tries"] else ""
    text = visible(f"expected {failure['expected']}{found}; see {failure['test']}")
    if aside := report.set_aside(outcome):
        got = visible(f"{aside}: {failure['actual']}")
        ElementTree.SubElement(case, "skipped", message=got).text = text
    else:
        flaky = not report.fails(outcome) and outcome.verdict is not Verdict.ERROR
        tag = "error" if outcome.verdict is Verdict.ERROR else "flakyFailure" if flaky else "failure"
        problem = ElementTree.SubElement(case, tag, message=visible(str(failure["actual"])))
        problem.set("type", f"{outcome.rule.strength} rule of {outcome.rule.source}")
        (ElementTree.SubElement(problem, "stackTrace") if flaky else problem).text = text
    calls = "\n".join([*curl(failure["exchanges"]), f"repeat: {repeating(report.run, outcome)}"])
    ElementTree.SubElement(case, "system-out").text = visible(shorten(calls, _MAX_OUTPUT_CHARS))
