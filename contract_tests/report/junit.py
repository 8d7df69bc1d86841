"""The report as JUnit XML: a test suite for each family, a test case for each rule.

The properties of the first test suite are those of the run.
"""

from itertools import groupby
from xml.etree import ElementTree

from contract_tests.outcomes import Outcome
from contract_tests.output.texts import visible
from contract_tests.report.journal import Report
from contract_tests.report.summary import waiver
from contract_tests.verdicts import Verdict

_SKIPPED = (Verdict.UNTESTED, Verdict.DISABLED, Verdict.NOT_REACHED)


def render(report: Report) -> str:
    """Return the XML."""
    root = ElementTree.Element("testsuites", name="NovaVMS contract")
    for family, outcomes in groupby(report.outcomes, key=lambda outcome: outcome.rule.family):
        cases = list(outcomes)
        suite = ElementTree.SubElement(root, "testsuite", name=family, tests=str(len(cases)))
        suite.set("failures", str(sum(outcome.verdict is Verdict.FAIL and not outcome.all_waived for outcome in cases)))
        suite.set("errors", str(sum(outcome.verdict is Verdict.ERROR for outcome in cases)))
        suite.set("skipped", str(sum(outcome.verdict in _SKIPPED or outcome.all_waived for outcome in cases)))
        if len(root) == 1:
            properties = ElementTree.SubElement(suite, "properties")
            for name in ("requests", "repeated"):
                ElementTree.SubElement(properties, "property", name=name, value=str(report.run.get(name, 0)))
        for outcome in cases:
            _case(suite, outcome, report)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: ElementTree.Element, outcome: Outcome, report: Report) -> None:
    name = f"{outcome.rule.id} {outcome.rule.says}"
    case = ElementTree.SubElement(suite, "testcase", classname=outcome.rule.family, name=name)
    if outcome.all_waived:
        ElementTree.SubElement(case, "skipped", message=visible(f"waived {waiver(report, outcome)}"))
        return
    tags = {Verdict.FAIL: "failure", Verdict.ERROR: "error"}
    if outcome.failure:
        note = "" if report.decides(outcome) else "does not decide: "
        problem = ElementTree.SubElement(
            case, tags[outcome.verdict], message=visible(f"{note}{outcome.failure['actual']}")
        )
        problem.text = visible(f"expected {outcome.failure['expected']}; see {outcome.failure['test']}")
    elif outcome.verdict is not Verdict.PASS:
        ElementTree.SubElement(case, "skipped", message=visible("; ".join(outcome.reasons)) or outcome.verdict.value)
    elif outcome.partial:
        case.set("status", "partial")
