"""The part of one process in a kill run: it puts one mutant after another in force and runs the checks of its rules.

A pytest plugin beside the suite's own. Processes claim mutants in their order, so that each is tried once; the mock
starts over for every mutant, the process and its checks stay.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from contract_tests import catalogue, plugin
from contract_tests.expectations import Finding
from contract_tests.session import Session
from contract_tests.verdicts import Unavailable, Verdict, highest

KILLED, BY_OTHER, SURVIVED, ERROR = "killed", "killed_by_other", "survived", "error"
#: The file in which all processes write what they found, a JSON line a mutant.
KILLS = "all.kills"
Verdicts = dict[str, Verdict]


class Court:
    """Tries mutants on this process's mock; ``lost`` is whether that could not be put under another law."""

    def __init__(self, folder: Path, items: Sequence[pytest.Item]) -> None:
        self._folder = folder
        self._items = items
        self._rules = catalogue.load()
        self._tried, self._in_force = "", False
        self.lost = False

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
            fresh = not self._tried
            kill = self._judge(victim, breaks)
            if self.lost and not fresh:
                claim.unlink()
                return
            with (self._folder / KILLS).open("a", encoding="utf-8") as file:
                file.write(json.dumps(kill) + "\n")
            if self.lost or self._stopped():
                return

    def _judge(self, victim: str, breaks: Sequence[str]) -> dict[str, Any]:
        """Run the checks of the rules a mutant names; where they see nothing, those of its whole family."""
        self._tried, self._in_force = victim, False
        verdicts = self._run(breaks)
        failed, outcome = _failed(verdicts), KILLED
        if not failed and (Verdict.ERROR in verdicts.values() or Verdict.PASS not in verdicts.values()):
            outcome = ERROR
        elif not failed:
            failed = _failed(self._run(self._family(breaks[0])))
            outcome = BY_OTHER if failed else SURVIVED
        return {"id": victim, "breaks": breaks, "failed_rules": failed, "outcome": outcome}

    def enforce(self, session: Session) -> None:
        """Let the mock start over with the mutant in force, unless it has. Raises Unavailable, HTTPError."""
        if not self._in_force:
            try:
                session.control("PUT", "/mutants", {"ids": [self._tried]})
            except (Unavailable, httpx.HTTPError):
                self.lost = True
                raise
            self._in_force = True

    def _run(self, rules: Sequence[str]) -> Verdicts:
        """Run the checks of some rules, until one of the rules is violated, and return what is known of them."""
        found = dict.fromkeys(rules, Verdict.UNTESTED)
        for item in self._items:
            if not found.keys() & set(plugin.rules_of(item)):
                continue
            for finding in _once(item):
                if finding.rule in found:
                    found[finding.rule] = highest((found[finding.rule], finding.verdict))
            if Verdict.FAIL in found.values() or self.lost or self._stopped():
                break
        return found

    def _stopped(self) -> bool:
        return any(item.session.shouldstop for item in self._items[:1])

    def _family(self, rule_id: str) -> list[str]:
        family = self._rules.rules[rule_id].family
        return [rule.id for rule in self._rules.testable() if rule.family == family]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Try mutants in place of running every check once."""
    if session.testsfailed:
        return None  # checks that cannot be read are pytest's business
    plan = session.config.stash[plugin.RUN].plan
    court = session.config.stash[_COURT] = Court(Path(plan["journal"]), session.items)
    court.sit(plan["victims"])
    return True


@pytest.fixture
def session(session: Session, request: pytest.FixtureRequest) -> Session:
    """The session with the mock, where the mutant that is tried is in force."""
    request.config.stash[_COURT].enforce(session)
    return session


def _once(item: pytest.Item) -> Iterable[Finding]:
    """Run a check as if it had not run before, and return what it found."""
    item.stash = pytest.Stash()
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=item.session)  # which keeps the session's fixtures
    return item.stash.get(plugin.FINDINGS, [])


def _failed(verdicts: Verdicts) -> list[str]:
    return [rule for rule, verdict in verdicts.items() if verdict is Verdict.FAIL]


_COURT = pytest.StashKey[Court]()
