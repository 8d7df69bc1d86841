"""The part of one worker process in a kill run: it activates one mutant after another and runs the checks of its rules.

A pytest plugin beside the suite's own. The worker processes claim mutants in their order, so that each is tried once;
the process and the checks that it has collected stay the same for all of them.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest

from contract_tests import catalogue, jsonl, plugin
from contract_tests.expectations import Finding
from contract_tests.gate import signatures
from contract_tests.mutation import activation, mutant_table
from contract_tests.mutation.activation import (
    Activation,
    DriverMutants,
    MockMutants,
    MutantError,
    SdkMutants,
    StagingMutants,
)
from contract_tests.mutation.results import CLAIM_SUFFIX, ERROR, KILLED, KILLED_BY_OTHER, KILLS_FILE, SURVIVED
from contract_tests.output.redaction import KNOWN
from contract_tests.output.texts import shorten
from contract_tests.plan import Mutant, Plan
from contract_tests.processes.worker import rules_of
from contract_tests.sdk import driver_sdk
from contract_tests.session import Session
from contract_tests.verdicts import Verdict, highest

#: The verdicts of what could not be checked, or not to its end.
_WITH_REASON = (Verdict.DISABLED, Verdict.NOT_REACHED, Verdict.ERROR)
JSON = dict[str, Any]


class MutantRunner:
    """Runs checks against mutants, on the mock of this process or on the SDK that it has imported."""

    def __init__(self, plan: Plan, items: Sequence[pytest.Item], mutants: Activation) -> None:
        self.mutants = mutants
        self._folder, self._planned, self._ours = plan.folder, plan.rules, plan.ours
        self._items = items
        self._rules = catalogue.load().rules
        self._all_killers = plan.all_killers
        self._has_tried = False
        self._seconds: dict[str, float] = {}
        self._killers: list[str] = []
        self._failures: list[dict[str, str]] = []
        self._last_check: pytest.Item

    def run(self, mutants: Iterable[Mutant]) -> None:
        """Try each of the mutants that no other process has claimed, until the mock is lost.

        The mutant that was tried then is left to another process, unless the mock was new: then it is an error.
        """
        for number, mutant in enumerate(mutants):
            claim = self._folder / f"{number}{CLAIM_SUFFIX}"
            try:
                claim.touch(exist_ok=False)
            except FileExistsError:
                continue
            mock_is_new, self._has_tried = not self._has_tried, True
            found = self._try(mutant)
            if self.mutants.lost and not mock_is_new:
                claim.unlink()
                return
            jsonl.append(self._folder / KILLS_FILE, {"id": mutant.id, "breaks": mutant.breaks, **found})
            if self.mutants.lost or self._stopped():
                return

    def _try(self, mutant: Mutant) -> JSON:
        """Return the outcome of a mutant, which rules failed while it was active, and why others did not."""
        try:
            with self.mutants.active(mutant.id):
                found = self._check(mutant)
        except MutantError as error:
            return {"failed_rules": [], "outcome": ERROR, "reasons": [KNOWN.redact(shorten(str(error)))]}
        if found["outcome"] == KILLED and self.mutants.recheck and self._fails_without_mutant(found["failed_rules"]):
            found |= {"outcome": ERROR, "reasons": ["the check that fails with it fails without it too"]}
        return found

    def _check(self, mutant: Mutant) -> JSON:
        """Run the checks of the rules that a mutant must break; if none fails, those of the whole family.

        Of a generated one, those of the other rules about its operation.
        """
        breaks = mutant.breaks
        findings = self._run_checks(breaks)
        if failed := _failed(findings, breaks):
            noticed = {"noticed_by": self._killers, "failures": self._failures}
            return {"failed_rules": failed, "outcome": KILLED, **noticed}
        verdicts = {rule: highest(one.verdict for one in findings if one.rule == rule) for rule in breaks}
        unchecked = [one for one in findings if one.rule in breaks and one.verdict in _WITH_REASON]
        reasons = sorted({str(one.actual) for one in unchecked})
        if Verdict.ERROR in verdicts.values() or self.mutants.lost or self._proves_nothing(verdicts):
            return {"failed_rules": [], "outcome": ERROR, "reasons": reasons}
        partial = {one.rule for one in unchecked}
        passed = [rule for rule in breaks if verdicts[rule] is Verdict.PASS and rule not in partial]
        others = mutant.others or (() if mutant.kind else self._family(breaks[0]))
        failed = _failed(findings) or _failed(self._run_checks(others))
        outcome = KILLED if {*failed} & {*breaks, *mutant.others} else KILLED_BY_OTHER if failed else SURVIVED
        return {"failed_rules": failed, "outcome": outcome, "passed_rules": passed, "reasons": reasons}

    def _proves_nothing(self, verdicts: Mapping[str, Verdict]) -> bool:
        """Whether no rule was checked, though the target is our own mock, which provides what every check needs."""
        return self._ours and Verdict.PASS not in verdicts.values()

    def _run_checks(self, rules: Sequence[str]) -> list[Finding]:
        """Run the checks of some rules, as a rule until one is violated, and return what they found.

        Those that took less time before come first, by tenths of a second.
        """
        found: list[Finding] = []
        self._killers, self._failures = [], []
        concerned = [item for item in self._items if set(rules).intersection(rules_of(item))]
        for item in sorted(concerned, key=lambda item: round(self._seconds.get(item.nodeid, 0.0), 1)):
            self._last_check = item
            begun = time.monotonic()
            findings = _run_once(item)
            self._seconds[item.nodeid] = max(time.monotonic() - begun, self._seconds.get(item.nodeid, 0.0))
            found += findings
            if _failed(findings, rules):
                self._killers.append(item.nodeid.rpartition("/")[2])
                self._failures += _described(item, findings, rules)
            if (self._killers and not self._all_killers) or self.mutants.lost or self._stopped():
                break
        return found

    def _fails_without_mutant(self, rules: Sequence[str]) -> bool:
        """Whether the check that killed the mutant fails without it too, so that the kill proves nothing."""
        found = [finding for finding in _run_once(self._last_check) if finding.rule in rules]
        return any(finding.verdict is not Verdict.PASS for finding in found)

    def _stopped(self) -> bool:
        return any(item.session.shouldstop for item in self._items[:1])

    def _family(self, rule_id: str) -> list[str]:
        broken = self._rules[rule_id]
        return [rule for rule in self._planned if self._rules[rule].family == broken.family]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Try mutants, instead of running every check once."""
    if session.testsfailed:
        return None  # pytest reports the checks that it could not import
    plan = session.config.stash[plugin.WORKER].plan
    runner = session.config.stash[_RUNNER] = MutantRunner(plan, session.items, _activation(plan))
    runner.run(plan.mutants)
    return True


@pytest.fixture
def session(session: Session, request: pytest.FixtureRequest) -> Session:
    """The session with the mock, in which the mutant is active."""
    return request.config.stash[_RUNNER].mutants.ensure_active(session)


def _activation(plan: Plan) -> Activation:
    if plan.sdk_mutants and plan.driver:
        return DriverMutants(driver_sdk.opened(plan.driver), mutant_table.load(plan.sdk_mutants))
    if plan.sdk_mutants:
        generated = any(mutant.kind for mutant in plan.mutants)
        return SdkMutants(activation.load(plan.sdk_mutants, generated=generated))
    return StagingMutants() if plan.without_control else MockMutants()


def _run_once(item: pytest.Item) -> Iterable[Finding]:
    """Run a check as if it had not run before, and return what it found."""
    item.stash = pytest.Stash()
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=item.session)  # which keeps the session's fixtures
    return item.stash.get(plugin.FINDINGS, [])


def _failed(findings: Iterable[Finding], rules: Sequence[str] = ()) -> list[str]:
    """Return which rules, of some or of all, are violated."""
    failed = dict.fromkeys(finding.rule for finding in findings if finding.verdict is Verdict.FAIL)
    return [rule for rule in rules or failed if rule in failed]


def _described(item: pytest.Item, findings: Iterable[Finding], rules: Sequence[str]) -> list[dict[str, str]]:
    """Return the failures of some rules as a report has them."""
    redacted = item.config.stash[plugin.WORKER].redacted
    found = []
    for finding in findings:
        if finding.verdict is Verdict.FAIL and finding.rule in rules:
            row = {name: redacted(str(text)) for name, text in plugin.row(finding).items()}
            texts = {name: shorten(row[name]) for name in ("expected", "actual")}
            found.append({"rule": finding.rule, "check": item.nodeid, "signature": signatures.of(row), **texts})
    return found


_RUNNER = pytest.StashKey[MutantRunner]()
