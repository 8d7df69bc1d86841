"""Reports in which every text that a page shows is chosen: of a rule, of an answer, of a waiver, of a reason."""

from typing import Any

from contract_tests.gate import signatures
from contract_tests.outcomes import fold
from contract_tests.report.journal import Report
from tests.contract_tests import factories

#: Markup that would load, run or break something if it were not escaped.
MARKUP = "</pre></style></script><script>alert(1)</script><img src=//example.com/x onerror=alert(1)>\"'`{{7*7}}"


def report(text: str, **facts: Any) -> Report:
    """Return a report with every state of a rule, in which every text is this one."""
    names = ("EV-26", "EV-27", "EV-28", "EV-29", "GW-17", "GW-52")
    rules = [
        factories.rule(
            f"{name}{text}", says=text, source=text, strength=text, operations=(text,), family=f"{name[:2]}{text}"
        )
        for name in names
    ]
    passed, failed, waived, remarked, broken, disabled = (rule.id for rule in rules)
    evidence = {"exchanges": [exchange(text), exchange(text)], "example": text, "check": text}
    said = {"expected": text, "actual": text}
    lines = [
        factories.line(factories.finding(passed)),
        factories.line(factories.finding(passed, "disabled", met=0, actual=text), check=f"other {text}"),
        factories.line(factories.finding(disabled, "disabled", met=0, actual=text)),
        *(factories.line(factories.finding(one, "fail", **said), **evidence) for one in (failed, waived, remarked)),
        factories.line(factories.finding(broken, "error", **said), **{**evidence, "exchanges": []}),
    ]
    run = factories.run(**_facts(text), deciding=[rule.id for rule in rules if rule.id != remarked])
    known = {"rule": waived, "check": text, "signature": signatures.of(said), "owner": text, "reason": text}
    run |= {"waivers": [{**known, "until": "2099-01-01", "link": text}], **facts}
    return Report.of(run, fold(lines, rules), complete=True)


def exchange(text: str) -> dict[str, Any]:
    """Return a call in which every text is this one."""
    chosen = dict.fromkeys(("actor", "method", "body", "answer", "request_id"), text)
    return factories.exchange(**chosen, url=f"http://127.0.0.1/{text}?q={text}", headers={text: text})


def kills(text: str) -> dict[str, Any]:
    """Return the report of a kill run with every outcome, in which every text is this one."""
    outcomes = ("killed", "survived", "killed_by_other", "error")
    mutants = [
        {
            **{"id": f"{outcome}{text}", "outcome": outcome, "breaks": [text], "failed_rules": [text]},
            **{"passed_rules": [text], "reasons": [text], "noticed_by": [text]},
        }
        for outcome in outcomes
    ]
    operators = {text: {"tried": 2, "killed": 1}}
    totals = dict.fromkeys(outcomes, 1)
    return {"mutants": mutants, "totals": totals, "complete": True, "without_control": True, "operators": operators}


def _facts(text: str) -> dict[str, Any]:
    names = ("target", "profile", "name", "config", "requirements", "api_version", "spec_sha256")
    return {
        **dict.fromkeys(names, text),
        **{"capabilities": [text], "versions": {"suite": text}, "not_removed": [text], "run_id": text},
        "since": {"started_at": text, "target": text, "failing": [f"EV-26{text}", f"EV-27{text}", text]},
    }
