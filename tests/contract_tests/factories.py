"""Rules, findings and journal lines for tests, each with sensible fields, any of which a test may choose."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from contract_tests import __version__
from contract_tests.catalogue import Rule
from contract_tests.outcomes import fold
from contract_tests.report.journal import Report
from contract_tests.report.writer import JournalFile

JSON = dict[str, Any]
TOKEN = "sk_live_9f8e7d6c5b4a3210"
CODE = "Q7W2ZK"


def rule(rule_id: str = "EV-26", **chosen: Any) -> Rule:
    fields: JSON = {
        "id": rule_id,
        "says": f"What {rule_id} says.",
        "source": "events: a heading",
        "strength": "stated",
        "operations": ("listEvents",),
        "fields": (),
        "needs": frozenset({"viewer"}),
        "family": "Events",
    }
    return Rule(**{**fields, **chosen})


def exchange(**chosen: Any) -> JSON:
    fields: JSON = {
        "actor": "operator",
        "method": "GET",
        "url": "http://127.0.0.1:8080/api/v1/events?limit=0",
        "body": None,
        "status": 200,
        "answer": '{"data":[]}',
        "request_id": "req_1",
        "seconds": 0.01,
        "headers": {},
    }
    return {**fields, **chosen}


def finding(rule_id: str = "EV-26", verdict: str = "pass", **chosen: Any) -> JSON:
    fields: JSON = {"rule": rule_id, "verdict": verdict, "met": 1, "expected": None, "actual": None}
    if verdict in ("fail", "error"):
        fields |= {"met": 0, "expected": "400 validation_error", "actual": "200 <b>&</b> \x00 ]]>"}
    return {**fields, **chosen}


def line(*findings: JSON, **chosen: Any) -> JSON:
    fields: JSON = {
        "check": "test_events_pages.py::test_limit",
        "family": "Events",
        "rules": [found["rule"] for found in findings],
        "findings": list(findings),
        "example": None,
        "exchanges": [],
        "calls": 1,
        "seconds": 0.1,
    }
    return {**fields, **chosen}


def run(**chosen: Any) -> JSON:
    fields: JSON = {
        "target": "mock",
        "profile": "gate",
        "seed": 7,
        "examples": 15,
        "started_at": "2026-04-21T12:00:00Z",
        "duration_s": 1.5,
        "versions": {"suite": __version__},
        "capabilities": ["viewer"],
        "rules": ["EV-26", "EV-27", "GW-17", "GW-52", "EV-30"],
        "left_out": [],
    }
    return {**fields, **chosen}


def lines() -> list[JSON]:
    """One check for every verdict, and one more of EV-26 that could not run; EV-30 has none."""
    disabled = finding("GW-52", "disabled", met=0, actual="the target gives no clock")
    return [
        line(finding("EV-26"), finding("EV-26", met=3)),
        line(
            finding("EV-27", "fail"),
            exchanges=[
                exchange(method="POST", body='{"name":"it\'s","pairing_code":"…"}', actor="gateway 2"),
                exchange(url="http://127.0.0.1:8080/api/v1/events?limit=[0]'", actor="operator"),
            ],
            example="test_limit(limit=0)",
        ),
        line(finding("GW-17", "error", actual="KeyError: 'data'"), check="test_pairing.py::test_code"),
        line(disabled, check="test_pairing.py::test_expiry"),
        line(finding("EV-26", "disabled", met=0, actual="there is no moon"), check="test_events_pages.py::test_walk"),
    ]


def report(*, complete: bool = True) -> Report:
    families = {"EV": "Events", "GW": "Gateways"}
    rules = [rule(rule_id, family=families[rule_id[:2]]) for rule_id in run()["rules"]]
    return Report(run(), fold(lines(), rules), complete)


def write_journal(folder: Path, run: JSON, lines: Sequence[Mapping[str, Any]], *, complete: bool) -> list[str]:
    """Write a whole journal, and return what could not be written."""
    journal = JournalFile(folder, run)
    journal.add(lines)
    return journal.finish(run, complete=complete)
