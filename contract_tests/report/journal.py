"""The report of a run, read from its journal; report.json; the failing calls as curl commands.

The journal is a file of JSON lines: the facts of the run that are known before it, a line for each try of a check, the
facts as they are in the end, and a footer if the run was not stopped. Of a run that was killed the end is missing.
"""

import re
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from contract_tests import __version__, catalogue, jsonl, outcomes
from contract_tests.config import ConfigError, files
from contract_tests.gate import coverage_floor, signatures, waivers
from contract_tests.gate.coverage_floor import Floor
from contract_tests.gate.waivers import Judged, State, Waiver
from contract_tests.outcomes import Outcome
from contract_tests.output.redaction import KNOWN
from contract_tests.output.texts import shorten
from contract_tests.report import consequences
from contract_tests.verdicts import Verdict

JOURNAL_FILE = "journal.jsonl"
_MAX_JOURNAL_BYTES = 256 * 1024 * 1024
JSON = dict[str, Any]
SCRIPTS_FOLDER = "repro"
MAX_SCRIPTS, MAX_REPLAY_CHARS = 50, 1_000_000
#: The facts of a run that are in report.json.
_FACTS = (
    *("target", "profile", "seed", "examples", "started_at", "duration_s", "requests", "repeated", "versions"),
    *("name", "api_version", "spec_sha256"),
    *("capabilities", "left_out", "left_out_checks", "held_alone", "certificate_checked", "requirements", "kills"),
)
_ANONYMOUS = ("anonymous", "socket")


class JournalError(ValueError):
    """The file is not a journal of a run."""


@dataclass(frozen=True)
class Report:
    """What a run found: facts of the run, an outcome for each rule, and whether the run was not stopped.

    The facts have ``deciding``, the ids of the rules that decide; in journals without it all rules do.
    """

    run: Mapping[str, Any]
    outcomes: Sequence[Outcome]
    complete: bool
    waivers: Sequence[Judged] = ()

    @classmethod
    def of(cls, run: Mapping[str, Any], outcomes: Sequence[Outcome], *, complete: bool) -> "Report":
        """Return the report on outcomes, of which the waivers of the run are about some."""
        known = waivers.of_json(run.get("waivers", ()))
        today = date.fromisoformat(run["started_at"][:10]) if known else date.max
        return cls(run, waivers.applied(known, outcomes, today), complete, waivers.judged(known, outcomes, today))

    def totals(self) -> dict[str, int]:
        """Return how many rules have each verdict."""
        counts = {verdict.value: 0 for verdict in Verdict}
        for outcome in self.outcomes:
            counts[outcome.verdict.value] += 1
        return counts

    def decides(self, outcome: Outcome) -> bool:
        """Whether the outcome decides the exit code; an ERROR always does."""
        deciding = self.run.get("deciding")
        return deciding is None or outcome.rule.id in deciding or outcome.verdict is Verdict.ERROR

    def violated(self, *, deciding: bool = True) -> list[Outcome]:
        """Return the violated rules that decide, or those that do not."""
        failed = [one for one in self.outcomes if one.verdict is Verdict.FAIL and not one.all_waived]
        return [outcome for outcome in failed if self.decides(outcome) is deciding]

    def flaky(self) -> list[Outcome]:
        """Return the rules with a failure that did not repeat and is not waived; with ``strict`` they decide."""
        return [outcome for outcome in self.outcomes if outcome.verdict is Verdict.FLAKY and not outcome.all_waived]

    @property
    def strict(self) -> bool:
        """Whether a failure that did not repeat decides, as ``--strict`` demands."""
        return bool(self.run.get("strict"))

    def fails(self, outcome: Outcome) -> bool:
        """Whether a rule counts as failed in a report that knows neither FLAKY nor rules that do not decide."""
        failed = outcome.verdict in (Verdict.FAIL, *[Verdict.FLAKY] * self.strict)
        return failed and not outcome.all_waived and self.decides(outcome)

    def set_aside(self, outcome: Outcome) -> str:
        """Return why the failure of a rule does not decide, "" if it does or there is none."""
        if outcome.all_waived:
            return "waived"
        return "does not decide" if outcome.verdict is Verdict.FAIL and not self.decides(outcome) else ""

    def waived(self) -> list[Outcome]:
        """Return the violated rules of which a waiver covers every failure."""
        return [outcome for outcome in self.outcomes if outcome.all_waived]

    def waiver_of(self, outcome: Outcome) -> Waiver | None:
        """Return a waiver that covers failures of the rule, if there is one."""
        honoured = (one.waiver for one in self.waivers if one.state is State.HONOURED)
        return next((waiver for waiver in honoured if waiver.rule == outcome.rule.id), None)

    def overdue(self) -> list[Judged]:
        """Return the waivers that decide: those that have expired, and stale ones unless the run allows them."""
        states = {State.EXPIRED} if self.run.get("allow_stale_waivers") else {State.EXPIRED, State.STALE}
        return [one for one in self.waivers if one.state in states]

    def shortfall(self) -> list[str]:
        """Return what the run lacks of what it must decide."""
        deciding = [outcome for outcome in self.outcomes if self.decides(outcome)]
        return coverage_floor.shortfall(Floor.of_json(self.run.get("floor", {})), deciding)

    def causes(self) -> Mapping[str, str]:
        """Return, for each violated rule that may be violated only because another one is, the other one."""
        return consequences.causes(self.violated())

    def failures(self) -> list[Outcome]:
        """Return the errors and the violated rules that decide, each followed by those that may follow from it."""
        flaky = [] if self.strict else self.flaky()
        others, causes = [*self.violated(deciding=False), *self.waived(), *flaky], self.causes()
        found = [outcome for outcome in self.outcomes if outcome.failure and outcome not in others]
        ranks = {outcome.rule.id: rank for rank, outcome in enumerate(found)}
        return sorted(found, key=lambda one: (ranks[causes.get(one.rule.id, one.rule.id)], one.rule.id in causes))

    def script_of(self, outcome: Outcome) -> str | None:
        """Return the path, in the folder of the report, of the script that repeats a failure, if there is one."""
        return f"{SCRIPTS_FOLDER}/{outcome.rule.id}.sh" if outcome in self.scripted() else None

    def scripted(self) -> list[Outcome]:
        """Return the failures of which a script is written: those that decide come first."""
        found = [*self.failures(), *self.violated(deciding=False), *self.waived()]
        return [outcome for outcome in found if _is_replayable(outcome)][:MAX_SCRIPTS]

    def unverified(self) -> list[Outcome]:
        """Return the deciding rules of strength ``stated`` that were not tested."""
        untested = (Verdict.UNTESTED, Verdict.DISABLED, Verdict.NOT_REACHED)
        stated = (found for found in self.outcomes if found.rule.strength == "stated" and self.decides(found))
        return [found for found in stated if found.verdict in untested]

    def disabled(self) -> Counter[str]:
        """Return the reasons for which checks could not run, and how many checks for each."""
        once = dict.fromkeys(check for outcome in self.outcomes for check in outcome.disabled)
        return Counter(check.reason for check in once)

    def not_removed(self) -> list[str]:
        """Return what the run has created on its target and could not remove."""
        return list(self.run.get("not_removed", ()))

    def as_json(self) -> JSON:
        """Return report.json."""
        removal = {"run_id": self.run["run_id"], "not_removed": self.not_removed()} if self.not_removed() else {}
        return {
            "run": {**{name: self.run.get(name) for name in _FACTS}, "complete": self.complete, **removal},
            "totals": self.totals(),
            "waived": len(self.waived()),
            "waivers": [{**one.waiver.as_json(), "state": one.state.value} for one in self.waivers],
            "shortfall": self.shortfall(),
            "rules": [_rule(outcome, self) for outcome in self.outcomes],
        }


def read(folder: Path) -> Report:
    """Return the report from the journal in a folder. Raises JournalError."""
    path = folder / JOURNAL_FILE
    try:
        content = files.content(path, _MAX_JOURNAL_BYTES, "; `run --report DIR` writes it")
        rows = KNOWN.scrub(jsonl.parse(content.decode("utf-8")))
        run = {"duration_s": 0.0, **rows[0]["run"]}
        _check_version(run["versions"]["suite"])
        for row in rows:
            run |= row.get("run", {})
        known = catalogue.load().rules
        rules = [known[rule_id] for rule_id in run["rules"] if rule_id in known]
        found = outcomes.fold([row for row in rows if "findings" in row], rules)
        return Report.of(run, found, complete="end" in rows[-1])
    except ConfigError as error:
        raise JournalError(str(error)) from None
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise JournalError(f"{path}: not a journal of a run: {shorten(str(error))}") from None


def _check_version(version: object) -> None:
    """Raise ValueError unless a journal is of this version of the suite."""
    if version != __version__:
        raise ValueError(f"run.versions.suite = {shorten(str(version))!r}: must be {__version__!r}")


def curl(exchanges: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the commands that repeat the calls; they take tokens from environment variables."""
    return [_curl(exchange) for exchange in exchanges]


def _curl(exchange: Mapping[str, Any]) -> str:
    words = ["curl -g -i -X", exchange["method"], shlex.quote(exchange["url"])]
    headers = exchange.get("headers", {})
    if exchange["actor"] not in _ANONYMOUS and "authorization" not in headers:
        words.append(f'-H "Authorization: Bearer ${_variable(exchange["actor"])}"')
    words += [f"-H {shlex.quote(f'{name}: {text}')}" for name, text in headers.items()]
    if exchange["body"]:
        # Reports contain no pairing codes; the variable is to be set from the answer to an earlier call.
        body = shlex.quote(exchange["body"]).replace('"pairing_code":"…"', '"pairing_code":"\'"$PAIRING_CODE"\'"')
        words.append(f"--data-raw {body}")
    return " ".join(words)


def _is_replayable(outcome: Outcome) -> bool:
    steps = ((outcome.failure or {}).get("replay") or {}).get("steps", ())
    return not outcome.rule.of_sdk and 0 < sum(map(len, steps)) <= MAX_REPLAY_CHARS


def _variable(actor: str) -> str:
    return re.sub(r"\W", "_", f"{actor}_TOKEN", flags=re.ASCII).upper()


def _rule(outcome: Outcome, report: Report) -> JSON:
    rule, failure = outcome.rule, outcome.failure
    return {
        "id": rule.id,
        "verdict": outcome.verdict.value,
        "strength": rule.strength,
        "decides": report.decides(outcome),
        "says": rule.says,
        "source": rule.source,
        "operation": list(rule.operations),
        "checks": outcome.expectations_met,
        "partial": outcome.partial,
        "waived": outcome.all_waived,
        "reasons": list(outcome.reasons),
        "may_follow_from": report.causes().get(rule.id),
        "disabled_checks": [asdict(check) for check in outcome.disabled],
        "left_out_checks": outcome.left_out,
        "failure": failure
        and {
            **{name: failure[name] for name in ("expected", "actual", "tries")},
            "script": report.script_of(outcome),
            "curl": curl(failure["exchanges"]),
            "exchange": failure["exchanges"][-1] if failure["exchanges"] else None,
            "test": failure["test"],
            "check": failure["test"],
            "signature": signatures.of(failure),
            "falsifying_example": failure["example"],
        },
    }
