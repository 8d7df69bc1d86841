"""The exit code and the headline of a run: both say the same, on our own mock, on another target and of an SDK."""

import re
from pathlib import Path
from typing import Any

import pytest

from contract_tests import outcomes
from contract_tests.commands import exit_codes, options
from contract_tests.commands.exit_codes import CONFORMS, RUN_ERROR, VIOLATIONS
from contract_tests.report.conclusion import CODES
from contract_tests.report.journal import Report
from contract_tests.report.summary import headline
from tests.contract_tests import factories

ROOT = Path(__file__).parents[3]
DERIVED = ("ROLE-03", "ROLE-07", "GEN-02")
ALL: dict[str, Any] = {"deciding": ("EV-26", "EV-27", *DERIVED)}
COMPLETE: dict[str, Any] = {"require_complete": True}
OURS: dict[str, Any] = {"ours": True, **ALL}
LEFT: dict[str, Any] = {"run_id": "ct1", "not_removed": ["/api/v1/alert-rules/1", "/api/v1/webhooks/2"]}
REMARKS: dict[str, str] = dict.fromkeys(DERIVED, "fail")


def report(verdicts: dict[str, str], *, complete: bool = True, **facts: Any) -> Report:
    """Return the report of a run on another target, with the verdicts of the checks of each rule.

    The rules of DERIVED are derived, the others stated.
    """
    rules = [factories.rule(one, strength="derived" if one in DERIVED else "stated") for one in verdicts]
    lines = [
        factories.line(factories.finding(rule, verdict), check=f"{rule} {verdict}")
        for rule, found in verdicts.items()
        for verdict in found.split()
    ]
    facts = {"deciding": options.deciding(rules, all_decide=False), "ours": False, **facts}
    return Report(factories.run(**facts), outcomes.fold(lines, rules), complete=complete)


@pytest.mark.parametrize(
    ("found", "code", "line"),
    [
        (report({"EV-26": "pass", "EV-27": "pass"}), CONFORMS, "Conforms: 2 pass"),
        (report({"EV-26": "pass", "EV-27": "pass disabled"}), CONFORMS, "Conforms: 2 pass (1 partial)"),
        (report({"EV-26": "pass", "EV-27": "fail"}), VIOLATIONS, "VIOLATED: 1 pass, 1 fail"),
        (
            report({"EV-26": "pass", "GEN-02": "fail"}),
            CONFORMS,
            "Conforms: 1 pass; 1 rule that does not decide fails: GEN-02",
        ),
        (
            report({"EV-26": "pass", **REMARKS}),
            CONFORMS,
            "Conforms: 1 pass; 3 rules that do not decide fail: ROLE-03, ROLE-07, GEN-02",
        ),
        (
            report(REMARKS),
            CONFORMS,
            "Nothing verified: 0 pass; 3 rules that do not decide fail: ROLE-03, ROLE-07, GEN-02",
        ),
        (report(REMARKS, **ALL), VIOLATIONS, "VIOLATED: 3 fail"),
        (
            report({"EV-26": "fail", **REMARKS}),
            VIOLATIONS,
            "VIOLATED: 1 fail; 3 rules that do not decide fail: ROLE-03, ROLE-07, GEN-02",
        ),
        (
            report({"EV-26": "fail", "EV-27": ""}, fail_fast=True),
            VIOLATIONS,
            "VIOLATED: 1 untested, 1 fail; stopped at the first violation",
        ),
        (report({"EV-26": "pass"}, fail_fast=True), CONFORMS, "Conforms: 1 pass"),
        (
            report({"EV-26": "pass", "EV-27": ""}),
            CONFORMS,
            "Not fully verified: 1 untested, 1 pass; nothing is known of EV-27",
        ),
        (
            report({"EV-26": "disabled", "GEN-02": "fail"}),
            CONFORMS,
            "Not fully verified: 1 disabled; 1 rule that does not decide fails: GEN-02; nothing is known of EV-26",
        ),
        (
            report({"EV-26": "pass", "EV-27": "disabled"}, **COMPLETE),
            VIOLATIONS,
            "Not complete, which --require-complete demands: 1 disabled, 1 pass; nothing is known of EV-27",
        ),
        (report({"EV-26": "pass disabled"}, **COMPLETE), CONFORMS, "Conforms: 1 pass (1 partial)"),
        (
            report({"EV-26": "pass disabled"}, **COMPLETE, **OURS),
            VIOLATIONS,
            "Not complete, which --require-complete demands: 1 pass (1 partial); 1 check could not run",
        ),
        (report({"EV-26": "pass"}, **COMPLETE, **OURS), CONFORMS, "Conforms: 1 pass"),
        (report({"EV-26": "fail"}, **COMPLETE, **OURS), VIOLATIONS, "VIOLATED: 1 fail"),
        (
            report({"EV-26": "fail", "EV-27": "error"}),
            RUN_ERROR,
            "ERROR: the suite or its connection failed; 1 fail, 1 error",
        ),
        (
            report({"EV-26": "pass"}, **LEFT),
            RUN_ERROR,
            "NOT REMOVED: the run has left something on the target; 1 pass; 2 objects of run ct1 not removed",
        ),
        (
            report({"EV-26": ""}, **LEFT),
            RUN_ERROR,
            "NOT REMOVED: the run has left something on the target; 1 untested; 2 objects of run ct1 not removed",
        ),
        (report({"EV-26": "fail"}, **LEFT), VIOLATIONS, "VIOLATED: 1 fail; 2 objects of run ct1 not removed"),
        (report({"GEN-02": "error"}), RUN_ERROR, "ERROR: the suite or its connection failed; 1 error"),
        (
            report({"EV-26": "pass", "EV-27": "not_reached"}, **COMPLETE),
            RUN_ERROR,
            "NOT REACHED, because of the network: 1 not reached, 1 pass; nothing is known of EV-27",
        ),
        (report({"EV-26": "pass not_reached"}), CONFORMS, "Conforms: 1 pass (1 partial)"),
        (report({"EV-26": "fail", "EV-27": "not_reached"}), VIOLATIONS, "VIOLATED: 1 not reached, 1 fail"),
        (
            report({"EV-26": "fail", "EV-27": "not_reached"}, complete=False, outage="GET /x: no answer"),
            RUN_ERROR,
            "UNREACHABLE: the target stopped answering; so far 1 not reached, 1 fail",
        ),
        (
            report({"EV-26": "fail", "EV-27": ""}, complete=False),
            RUN_ERROR,
            "INCOMPLETE: the run was stopped; so far 1 untested, 1 fail",
        ),
    ],
)
def test_exit_code_and_headline_agree(found: Report, code: int, line: str) -> None:
    assert (exit_codes.of_report(found), headline(found)) == (code, line)


def test_the_page_has_every_headline_with_its_exit_code() -> None:
    table = re.findall(
        r"^\| (\d) \| `(.+?) …` \|",
        (ROOT / "docs" / "how-to" / "checking-a-server.md").read_text(encoding="utf-8"),
        flags=re.M,
    )
    known = [(str(code), conclusion.value) for conclusion, code in CODES.items()]
    for code, conclusion in known:
        assert [shown for shown, begins in table if conclusion.startswith(begins)] == [code], conclusion
    assert len(table) == len(known)


def test_in_a_journal_that_does_not_name_the_deciding_rules_all_decide() -> None:
    found = Report(factories.run(), report(REMARKS).outcomes, complete=True)
    assert headline(found) == "VIOLATED: 3 fail"


def test_rules_decide_by_their_strength_unless_all_do() -> None:
    rules = [factories.rule("EV-26"), factories.rule("GEN-02", strength="derived")]
    assert options.deciding(rules, all_decide=False) == ("EV-26",)
    assert options.deciding(rules, all_decide=True) == ("EV-26", "GEN-02")


def test_the_line_of_a_failure_is_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_codes.fail("no such target", exit_codes.USAGE_ERROR) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "novavms-contract: no such target\n")
