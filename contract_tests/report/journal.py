"""The journal: one JSON object a line, a header, a line for each check, a footer when the run came to its end."""

import json
import re
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from contract_tests import catalogue, runner
from contract_tests.redaction import scrub
from contract_tests.runner import Outcome
from contract_tests.verdicts import Verdict

JSON = dict[str, Any]
#: The facts of a run that other programs are told.
_TOLD = ("target", "profile", "seed", "examples", "started_at", "duration_s", "versions", "capabilities", "left_out")
_ANONYMOUS = ("anonymous", "socket")


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

    def disabled(self) -> Counter[str]:
        """Return why checks could not run, and how many for each reason."""
        checks = dict.fromkeys(check for outcome in self.outcomes for check in outcome.disabled)
        return Counter(check.reason for check in checks)

    def as_json(self) -> JSON:
        """Return the report as other programs read it."""
        return {
            "run": {**{name: self.run.get(name) for name in _TOLD}, "complete": self.complete},
            "totals": self.totals(),
            "rules": [_rule(outcome) for outcome in self.outcomes],
        }


def write(path: Path, run: Mapping[str, Any], lines: Sequence[JSON], *, complete: bool) -> None:
    """Write the journal, without secrets."""
    rows: list[Mapping[str, Any]] = [{"run": run}, *lines]
    if complete:
        rows.append({"end": True})
    path.write_text("".join(json.dumps(scrub(row)) + "\n" for row in rows), encoding="utf-8")


def read(path: Path) -> Report:
    """Return the report of a journal. Raises JournalError."""
    try:
        rows = [dict(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
        run = dict(rows[0]["run"])
        known = catalogue.load().rules
        rules = [known[rule_id] for rule_id in run["rules"] if rule_id in known]
        outcomes = runner.fold([row for row in rows if "findings" in row], rules)
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise JournalError(f"{path}: not a journal of a run: {error}") from None
    return Report(run, outcomes, complete="end" in rows[-1])


def curl(exchanges: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the calls as commands to repeat them; tokens come from environment variables."""
    return [_curl(exchange) for exchange in exchanges]


def _curl(exchange: Mapping[str, Any]) -> str:
    words = ["curl -g -i -X", exchange["method"], shlex.quote(exchange["url"])]
    headers = exchange.get("headers", {})
    if exchange["actor"] not in _ANONYMOUS and "authorization" not in headers:
        words.append(f'-H "Authorization: Bearer ${_variable(exchange["actor"])}"')
    words += [f"-H {shlex.quote(f'{name}: {text}')}" for name, text in headers.items()]
    if exchange["body"]:
        # A code is not kept in a report; whoever repeats the calls takes it from the answer to an earlier one.
        body = shlex.quote(exchange["body"]).replace('"pairing_code":"…"', '"pairing_code":"\'"$PAIRING_CODE"\'"')
        words.append(f"--data-raw {body}")
    return " ".join(words)


def _variable(actor: str) -> str:
    return re.sub(r"\W", "_", f"{actor}_TOKEN", flags=re.ASCII).upper()


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
        "disabled_checks": [asdict(check) for check in outcome.disabled],
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
