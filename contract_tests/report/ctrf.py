"""The report as Common Test Report Format: a test for each rule."""

import json
import uuid
from datetime import datetime
from typing import Any

from contract_tests.outcomes import Outcome
from contract_tests.output.texts import visible
from contract_tests.report.conclusion import CODES, conclude
from contract_tests.report.journal import Report, curl
from contract_tests.report.summary import headline, repeating, waiver
from contract_tests.verdicts import Verdict

JSON = dict[str, Any]
_SPECIFICATION = "1.0.0"
_NAMESPACE = uuid.UUID("6f0d1c1e-6b7f-4a5c-9a6e-7e3b1d2c4f50")
_STATUSES = {Verdict.PASS: "passed", Verdict.FLAKY: "passed", Verdict.ERROR: "failed", Verdict.NOT_REACHED: "other"}


def render(report: Report) -> str:
    """Return the JSON."""
    tests = [_test(outcome, report) for outcome in report.outcomes]
    if CODES[conclude(report)] and not any(test["status"] == "failed" for test in tests):
        tests.append(_run(report))
    start = round(datetime.fromisoformat(report.run["started_at"]).timestamp() * 1000)
    duration = round(report.run["duration_s"] * 1000)
    statuses = ("passed", "failed", "skipped", "pending", "other")
    counts = {status: sum(test["status"] == status for test in tests) for status in statuses}
    counts["flaky"] = sum("flaky" in test for test in tests)
    document = {
        "reportFormat": "CTRF",
        "specVersion": _SPECIFICATION,
        "generatedBy": "novavms-contract",
        "results": {
            "tool": {"name": "novavms-contract", "version": report.run["versions"]["suite"]},
            "summary": {"tests": len(tests), **counts, "start": start, "stop": start + duration, "duration": duration},
            "tests": tests,
            "environment": {"appName": "NovaVMS", "testEnvironment": str(report.run["target"])},
        },
    }
    return json.dumps(document, indent=1, ensure_ascii=False)


def _run(report: Report) -> JSON:
    """Return a test that stands for a run that ends with a code other than 0 although no rule fails."""
    name = "the run as a whole"
    found: JSON = {"id": str(uuid.uuid5(_NAMESPACE, name)), "name": name, "status": "failed", "duration": 0}
    return {**found, "message": visible(headline(report)), "suite": ["Run"]}


def _status(outcome: Outcome, report: Report) -> str:
    if report.set_aside(outcome):
        return "skipped"
    return "failed" if report.fails(outcome) else _STATUSES.get(outcome.verdict, "skipped")


def _test(outcome: Outcome, report: Report) -> JSON:
    rule = outcome.rule
    found: JSON = {
        "id": str(uuid.uuid5(_NAMESPACE, rule.id)),
        "name": f"{rule.id} {rule.says}",
        "status": _status(outcome, report),
        "rawStatus": outcome.verdict.value,
        "duration": round(outcome.seconds * 1000),
        "suite": [rule.family],
        "tags": [rule.id, rule.strength, *([] if report.decides(outcome) else ["does not decide"])],
    }
    if outcome.verdict is Verdict.FLAKY:
        found["flaky"] = True
    if (failure := outcome.failure) and failure["tries"]:
        found["retries"] = len(failure["tries"]) - 1
    if outcome.all_waived:
        found["message"] = visible(f"waived {waiver(report, outcome)}")
    elif failure:
        aside = f"{report.set_aside(outcome)}: ".removeprefix(": ")
        found["message"] = visible(f"{aside}expected {failure['expected']}; got {failure['actual']}")
        found["trace"] = visible("\n".join([*curl(failure["exchanges"]), f"repeat: {repeating(report.run, outcome)}"]))
    elif outcome.reasons:
        found["message"] = visible("; ".join(outcome.reasons))
    return found
