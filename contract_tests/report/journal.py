"""The journal: one JSON object a line, a header, a line for each check, a footer when the run came to its end."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract_tests import catalogue, runner
from contract_tests.redaction import redact
from contract_tests.runner import Outcome
from contract_tests.verdicts import Verdict

JSON = dict[str, Any]


class JournalError(ValueError):
    """The file is not a journal of ours."""


@dataclass(frozen=True)
class Report:
    """What a run found: the facts of the run, an outcome for each rule, and whether it came to its end."""

    run: Mapping[str, Any]
    outcomes: Sequence[Outcome]
    complete: bool

    def totals(self) -> dict[str, int]:
        """Return how many rules came to each verdict."""
        counts = {verdict.value: 0 for verdict in Verdict}
        for outcome in self.outcomes:
            counts[outcome.verdict.value] += 1
        return counts

    def unverified(self) -> list[Outcome]:
        """Return the stated rules about which the run can say nothing."""
        silent = (Verdict.UNTESTED, Verdict.DISABLED)
        return [found for found in self.outcomes if found.verdict in silent and found.rule.strength == "stated"]

    def as_json(self) -> JSON:
        """Return the report as other programs read it."""
        return {
            "run": {**self.run, "complete": self.complete},
            "totals": self.totals(),
            "rules": [_rule(outcome) for outcome in self.outcomes],
        }


def write(path: Path, run: Mapping[str, Any], lines: Sequence[JSON], *, complete: bool) -> None:
    """Write the journal, without secrets."""
    rows: list[Mapping[str, Any]] = [{"run": run}, *lines]
    if complete:
        rows.append({"end": True})
    path.write_text("".join(redact(json.dumps(row, ensure_ascii=False)) + "\n" for row in rows), encoding="utf-8")


def read(path: Path) -> Report:
    """Return the report of a journal. Raises JournalError."""
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        run = rows[0]["run"]
    except (OSError, ValueError, LookupError) as error:
        raise JournalError(f"{path}: not a journal of a run: {error}") from None
    lines = [row for row in rows if "findings" in row]
    known = catalogue.load().rules
    rules = [known[rule_id] for rule_id in run["rules"] if rule_id in known]
    return Report(run, runner.fold(lines, rules), complete="end" in rows[-1])


def curl(exchanges: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the calls as commands to repeat them; tokens come from environment variables."""
    return [_curl(exchange) for exchange in exchanges]


def _curl(exchange: Mapping[str, Any]) -> str:
    words = ["curl", "-i", "-X", exchange["method"], f"'{exchange['url']}'"]
    if exchange["actor"] not in ("anonymous", "socket"):
        words.append(f'-H "Authorization: Bearer ${exchange["actor"].upper()}_TOKEN"')
    if exchange["body"]:
        quoted = exchange["body"].replace("'", "'\\''")
        words.append(f"-H 'Content-Type: application/json' -d '{quoted}'")
    return " ".join(words)


def _rule(outcome: Outcome) -> JSON:
    rule, failure = outcome.rule, outcome.failure
    return {
        "id": rule.id,
        "verdict": outcome.verdict.value,
        "strength": rule.strength,
        "says": rule.says,
        "source": rule.source,
        "operation": list(rule.operations),
        "checks": outcome.checks,
        "reasons": list(outcome.reasons),
        "failure": failure
        and {
            "expected": failure["expected"],
            "actual": failure["actual"],
            "curl": curl(failure["exchanges"]),
            "exchange": failure["exchanges"][-1] if failure["exchanges"] else None,
            "test": failure["test"],
            "falsifying_example": failure["example"],
        },
    }
