"""The part of one process in a kill run: it puts one mutant after another in force and runs the checks of its rules.

A pytest plugin beside the suite's own. Processes claim mutants in their order, so that each is tried once; how one is
put in force is the business of ``laws``, the process and its checks stay.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from contract_tests import catalogue, plugin
from contract_tests.expectations import Finding
from contract_tests.mutation import activation
from contract_tests.mutation.activation import LawError, Laws, MockLaws, SdkLaws
from contract_tests.session import Session
from contract_tests.verdicts import Verdict, highest

KILLED, BY_OTHER, SURVIVED, ERROR = "killed", "killed_by_other", "survived", "error"
#: The file in which all processes write what they found, a JSON line a mutant.
KILLS = "all.kills"
Verdicts = dict[str, Verdict]


class Court:
    """Tries mutants on this process's mock, or on the SDK that it has loaded."""

    def __init__(self, folder: Path, items: Sequence[pytest.Item], laws: Laws) -> None:
        self._folder = folder
        self._items = items
        self._rules = catalogue.load()
        self._tried = False
        self._witness: pytest.Item  # the check that was run last
        self.laws = laws

    def sit(self, victims: Iterable[tuple[str, Sequence[str]]]) -> None:
        """Try, one after another, the mutants that no other process has claimed, until the mock is lost.

        Whose turn it was then is left to another process, unless the mock was as good as new.
        """
        for number, (victim, breaks) in enumerate(victims):
            claim = self._folder / f"{number}.claimed"
            try:
                claim.touch(exist_ok=False)
            except FileExistsError:
                continue
            fresh, self._tried = not self._tried, True
            failed, outcome = self._judge(victim, breaks)
            if self.laws.lost and not fresh:
                claim.unlink()
                return
            kill = {"id": victim, "breaks": breaks, "failed_rules": failed, "outcome": outcome}
            with (self._folder / KILLS).open("a", encoding="utf-8") as file:
                file.write(json.dumps(kill) + "\n")
            if self.laws.lost or self._stopped():
                return

    def _judge(self, victim: str, breaks: Sequence[str]) -> tuple[list[str], str]:
        """Return which rules failed under a mutant, and what that makes of it."""
        try:
            with self.laws.under(victim):
                failed, outcome = self._heard(breaks)
        except LawError:
            return [], ERROR
        if outcome == KILLED and self.laws.lasting and self._fails_still(failed):
            return failed, ERROR
        return failed, outcome

    def _heard(self, breaks: Sequence[str]) -> tuple[list[str], str]:
        """Run the checks of the rules a mutant names; where they see nothing, those of its whole family."""
        verdicts = self._run(breaks)
        if failed := _failed(verdicts):
            return failed, KILLED
        if Verdict.ERROR in verdicts.values() or Verdict.PASS not in verdicts.values():
            return [], ERROR
        failed = _failed(self._run(self._family(breaks[0])))
        return failed, BY_OTHER if failed else SURVIVED

    def _run(self, rules: Sequence[str]) -> Verdicts:
        """Run the checks of some rules, until one of the rules is violated, and return what is known of them."""
        found = dict.fromkeys(rules, Verdict.UNTESTED)
        for item in self._items:
            if not found.keys() & set(plugin.rules_of(item)):
                continue
            self._witness = item
            for finding in _once(item):
                if finding.rule in found:
                    found[finding.rule] = highest((found[finding.rule], finding.verdict))
            if Verdict.FAIL in found.values() or self.laws.lost or self._stopped():
                break
        return found

    def _fails_still(self, rules: Sequence[str]) -> bool:
        """Whether the check that saw these rules violated sees it without the mutant too, so that it proves nothing."""
        found = [finding for finding in _once(self._witness) if finding.rule in rules]
        return any(finding.verdict is not Verdict.PASS for finding in found)

    def _stopped(self) -> bool:
        return any(item.session.shouldstop for item in self._items[:1])

    def _family(self, rule_id: str) -> list[str]:
        broken = self._rules.rules[rule_id]
        return [rule.id for rule in self._rules.testable(sdk=broken.of_sdk) if rule.family == broken.family]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Try mutants in place of running every check once."""
    if session.testsfailed:
        return None  # checks that cannot be read are pytest's business
    plan = session.config.stash[plugin.RUN].plan
    in_force = SdkLaws(activation.read(Path(plan["laws"]))) if plan["laws"] else MockLaws()
    court = session.config.stash[_COURT] = Court(Path(plan["journal"]), session.items, in_force)
    court.sit(plan["victims"])
    return True


@pytest.fixture
def session(session: Session, request: pytest.FixtureRequest) -> Session:
    """The session with the mock, where the mutant that is tried is in force."""
    request.config.stash[_COURT].laws.met(session)
    return session


def _once(item: pytest.Item) -> Iterable[Finding]:
    """Run a check as if it had not run before, and return what it found."""
    item.stash = pytest.Stash()
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=item.session)  # which keeps the session's fixtures
    return item.stash.get(plugin.FINDINGS, [])


def _failed(verdicts: Verdicts) -> list[str]:
    return [rule for rule, verdict in verdicts.items() if verdict is Verdict.FAIL]


_COURT = pytest.StashKey[Court]()
