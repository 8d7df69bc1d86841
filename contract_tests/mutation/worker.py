"""The part of one worker process in a kill run: it activates one mutant after another and runs the checks of its rules.

A pytest plugin beside the suite's own. The worker processes claim mutants in their order, so that each is tried once;
the process and the checks that it has collected stay the same for all of them.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from contract_tests import catalogue, jsonl, plugin
from contract_tests.expectations import Finding
from contract_tests.mutation import activation
from contract_tests.mutation.activation import Activation, MockMutants, MutantError, SdkMutants
from contract_tests.plan import Mutant
from contract_tests.processes.worker import rules_of
from contract_tests.session import Session
from contract_tests.verdicts import Verdict, highest

KILLED, KILLED_BY_OTHER, SURVIVED, ERROR = "killed", "killed_by_other", "survived", "error"
#: The file to which all processes append what became of each mutant, and how a claimed mutant is marked by its number.
KILLS_FILE = "all.kills"
CLAIM_SUFFIX = ".claimed"
Verdicts = dict[str, Verdict]


class MutantRunner:
    """Runs checks against mutants, on the mock of this process or on the SDK that it has imported."""

    def __init__(self, folder: Path, items: Sequence[pytest.Item], mutants: Activation) -> None:
        self.mutants = mutants
        self._folder = folder
        self._items = items
        self._rules = catalogue.load()
        self._has_tried = False
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
            failed, outcome = self._try(mutant)
            if self.mutants.lost and not mock_is_new:
                claim.unlink()
                return
            kill = {"id": mutant.id, "breaks": mutant.breaks, "failed_rules": failed, "outcome": outcome}
            jsonl.append(self._folder / KILLS_FILE, kill)
            if self.mutants.lost or self._stopped():
                return

    def _try(self, mutant: Mutant) -> tuple[list[str], str]:
        """Return which rules failed while the mutant was active, and the outcome."""
        try:
            with self.mutants.active(mutant.id):
                failed, outcome = self._check(mutant.breaks)
        except MutantError:
            return [], ERROR
        if outcome == KILLED and self.mutants.recheck and self._fails_without_mutant(failed):
            return failed, ERROR
        return failed, outcome

    def _check(self, breaks: Sequence[str]) -> tuple[list[str], str]:
        """Run the checks of the rules that a mutant must break; if none fails, those of the whole family."""
        verdicts = self._run_checks(breaks)
        if failed := _failed(verdicts):
            return failed, KILLED
        if Verdict.ERROR in verdicts.values() or Verdict.PASS not in verdicts.values():
            return [], ERROR
        failed = _failed(self._run_checks(self._family(breaks[0])))
        return failed, KILLED_BY_OTHER if failed else SURVIVED

    def _run_checks(self, rules: Sequence[str]) -> Verdicts:
        """Run the checks of some rules, until one of the rules is violated, and return their verdicts."""
        found = dict.fromkeys(rules, Verdict.UNTESTED)
        for item in self._items:
            if not found.keys() & set(rules_of(item)):
                continue
            self._last_check = item
            for finding in _run_once(item):
                if finding.rule in found:
                    found[finding.rule] = highest((found[finding.rule], finding.verdict))
            if Verdict.FAIL in found.values() or self.mutants.lost or self._stopped():
                break
        return found

    def _fails_without_mutant(self, rules: Sequence[str]) -> bool:
        """Whether the check that killed the mutant fails without it too, so that the kill proves nothing."""
        found = [finding for finding in _run_once(self._last_check) if finding.rule in rules]
        return any(finding.verdict is not Verdict.PASS for finding in found)

    def _stopped(self) -> bool:
        return any(item.session.shouldstop for item in self._items[:1])

    def _family(self, rule_id: str) -> list[str]:
        broken = self._rules.rules[rule_id]
        return [rule.id for rule in self._rules.testable(sdk=broken.of_sdk) if rule.family == broken.family]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Try mutants, instead of running every check once."""
    if session.testsfailed:
        return None  # pytest reports the checks that it could not import
    plan = session.config.stash[plugin.WORKER].plan
    mutants = SdkMutants(activation.load(plan.sdk_mutants)) if plan.sdk_mutants else MockMutants()
    runner = session.config.stash[_RUNNER] = MutantRunner(plan.folder, session.items, mutants)
    runner.run(plan.mutants)
    return True


@pytest.fixture
def session(session: Session, request: pytest.FixtureRequest) -> Session:
    """The session with the mock, in which the mutant is active."""
    request.config.stash[_RUNNER].mutants.ensure_active(session)
    return session


def _run_once(item: pytest.Item) -> Iterable[Finding]:
    """Run a check as if it had not run before, and return what it found."""
    item.stash = pytest.Stash()
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=item.session)  # which keeps the session's fixtures
    return item.stash.get(plugin.FINDINGS, [])


def _failed(verdicts: Verdicts) -> list[str]:
    return [rule for rule, verdict in verdicts.items() if verdict is Verdict.FAIL]


_RUNNER = pytest.StashKey[MutantRunner]()
