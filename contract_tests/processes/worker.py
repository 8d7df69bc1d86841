"""One worker process of a run: its share of the checks, its session with the target, its journal."""

import itertools
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import nullcontext
from functools import partial
from typing import Any

import httpx
import msgspec
import pytest

from contract_tests import catalogue, jsonl
from contract_tests.actors import Recorder
from contract_tests.config import TargetConfig
from contract_tests.expectations import Finding
from contract_tests.http import connections
from contract_tests.output.redaction import Redactor
from contract_tests.plan import Plan
from contract_tests.processes import forks
from contract_tests.processes.lost_checks import Collected
from contract_tests.processes.mock_process import advance_clock, packaged_mock, staging_mock
from contract_tests.processes.neighbours import Neighbours
from contract_tests.processes.sampling import Sampling
from contract_tests.processes.tries import Tries
from contract_tests.session import Session
from contract_tests.shared_target.exclusive import Exclusive
from contract_tests.shared_target.ledger import OUTSIDE, Ledger
from contract_tests.shared_target.throttle import Throttle
from contract_tests.shared_target.waiting import ShortWaits
from contract_tests.shared_target.world import Discovered, SharedSession
from contract_tests.shared_target.write_guard import WriteGuard
from contract_tests.steps.receiver import Receiver, receiving
from contract_tests.target import Target
from contract_tests.verdicts import Unavailable, Verdict

_MAX_CONNECTIONS = 300
_TIMEOUT_SECONDS = 20.0


#: The line of the journal for the calls that remove what several checks have used.
_REMOVAL: dict[str, Any] = {"check": "", "family": "Removal", "rules": [], "try": 1, "findings": [], "seconds": 0.0}


class Worker:
    """What this process does for the run."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.wanted = frozenset(plan.rules)
        self.rules = catalogue.load().rules
        self.receiver: Receiver | None = None
        #: How many checks in a row, up to the last one, ended because the target gave no answer.
        self.unanswered = 0
        self.sampling = Sampling(plan, self.rules_of)
        self._redactor = Redactor(plan.tokens)
        self._guard_recorder = Recorder()
        self._discovered: Discovered = {}
        left_out = plan.left_out_checks
        self._left_out: dict[str, str] = msgspec.json.decode(left_out.read_bytes()) if left_out else {}
        #: Whether no other process checks the same target at this moment, and the checks that are to run again then.
        self.undisturbed = True
        self._doubtful: list[pytest.Item] = []
        self._failed_beside_others: dict[str, list[Finding]] = {}
        self._tries = Tries(plan)
        #: Removes everything that this process has created on a shared target.
        self._remove_created: Callable[[], None] = lambda: None

    def select(self, items: list[pytest.Item]) -> list[pytest.Item]:
        """Return the checks of the run: of the rules asked for, and those that fuzz or repeat calls only where it may.

        Those that wait for pairing codes to expire come first, if others run meanwhile, else last.
        """
        asked = [item for item in items if self.wanted.intersection(rules_of(item))]
        unwanted = ["fuzz"] * (not self.plan.fuzz) + ["repeats"] * (not self.plan.own_orgs)
        driver = self.plan.driver
        unwanted += ["driver"] * (driver is None) + ["typescript"] * (driver is None or driver.language != "typescript")
        planned = [item for item in asked if not any(map(item.get_closest_marker, unwanted))]
        planned = self.sampling.in_order(planned)
        planned.sort(key=lambda item: _waits(item) is not self._waits_beside_others)
        self._write_collected(items, planned)
        return planned

    def share(self, items: Sequence[pytest.Item]) -> Iterator[pytest.Item]:
        """Yield checks that this process runs, those that it takes before the others that are forked from it here do.

        In the process that they are forked from there are none. Raises ForkError.
        """
        plan, queue = self.plan, forks.Queue(len(items))
        processes = min(plan.processes, len(items))
        if processes > 1:
            self._discover()
            number = forks.fork(processes)
            if number is None:
                return
            self.plan, self.undisturbed = plan.for_worker(number, processes, plan.folder), plan.target is None
            self._guard_recorder.total *= number == 0  # of calls that were made before, one process tells
        neighbours = Neighbours(plan.folder)
        for item in queue.take_of(items):
            with neighbours.allowed():
                yield item
            if plan.fail_fast:
                yield from self._again(neighbours)
            if plan.stopped:
                return
        yield from self._again(neighbours)
        with neighbours.allowed():
            self._remove_created()
        counts = self.take_counts(Recorder())
        if counts["calls"]:
            self.write_line(_REMOVAL | counts, ())

    def require_affordable(self, item: pytest.Item) -> None:
        """Raise Unavailable for a check for which the budget has no time."""
        if reason := self._left_out.get(item.nodeid):
            raise Unavailable(reason)

    def doubts(self, item: pytest.Item, findings: Sequence[Finding], recorder: Recorder) -> bool:
        """Whether what a check found may be due to what others did at the same time, so that it will run again."""
        failed = any(finding.verdict in (Verdict.FAIL, Verdict.ERROR) for finding in findings)
        if self.undisturbed or not failed or _waits(item):
            return False
        self._doubtful.append(item)
        self._failed_beside_others[item.nodeid] = [one for one in findings if one.verdict is Verdict.FAIL]
        self._guard_recorder.total += recorder.total
        self._guard_recorder.repeated += recorder.repeated
        return True

    def held_alone(self, item: pytest.Item, findings: Sequence[Finding]) -> list[Finding]:
        """Return how a check failed while others ran beside it, of the rules that it finds to hold without them."""
        held = {finding.rule for finding in findings if finding.verdict is Verdict.PASS}
        return [one for one in self._failed_beside_others.pop(item.nodeid, ()) if one.rule in held]

    def number_of_try(self, item: pytest.Item) -> int:
        """Return the number of the try of a check that runs now, from 1."""
        return self._tries.number(item)

    def tries_again(self, item: pytest.Item, findings: Sequence[Finding], problem: BaseException | None) -> bool:
        """Whether a check that has found this, by an exception, runs again, as a failure has not repeated yet."""
        again = self._tries.add(item, findings, problem)
        self._doubtful += [item] * again
        return again

    def _again(self, neighbours: Neighbours) -> Iterator[pytest.Item]:
        """Yield the checks that are to run again, while no other process runs one on the same target."""
        exclusively, undisturbed = neighbours.absent if self.plan.target else nullcontext, self.undisturbed
        while self._doubtful and not self.plan.stopped:
            item = self._doubtful.pop(0)
            item.stash = pytest.Stash()
            with exclusively(), self._tries.example_of(item):
                self.undisturbed = True
                yield item
            self.undisturbed = undisturbed

    @property
    def _waits_beside_others(self) -> bool:
        """Whether checks that wait run beside others, which need the other org to fill it with codes."""
        target = self.plan.target
        return self.plan.processes > 1 and target is not None and OUTSIDE in target.actors and not self.plan.dry_run

    def _discover(self) -> None:
        """Find out what is the same for all processes that are forked from this one."""
        for session in self.session() if self.plan.target else ():
            if isinstance(session, SharedSession):
                self._discovered = session.discover()

    def _write_collected(self, items: list[pytest.Item], planned: list[pytest.Item]) -> None:
        """Write what was collected; readers see the whole file or none."""
        rules_by_check = {
            item.nodeid: tuple(rule for rule in rules_of(item) if rule in self.wanted) for item in planned
        }
        rules = frozenset(rule for item in items for rule in rules_of(item))
        collected = Collected(Counter(map(self.family, planned)), rules_by_check, rules)
        unfinished = self.plan.collected.with_suffix(".collecting")
        unfinished.write_bytes(msgspec.json.encode(collected))
        unfinished.rename(self.plan.collected)

    def rules_of(self, item: pytest.Item) -> tuple[str, ...]:
        """Return the rules that a check decides here: the decisions of this project hold for our own mock alone."""
        return tuple(rule for rule in rules_of(item) if self.plan.ours or self.rules[rule].strength != "assumed")

    def family(self, item: pytest.Item) -> str:
        """Return the family that a check counts for: that of the first of its rules that was asked for."""
        return next(self.rules[rule].family for rule in rules_of(item) if rule in self.wanted)

    def write_line(self, line: dict[str, Any], secrets: Collection[str]) -> None:
        """Add a line to the journal of this process, without these secrets and those seen before.

        They are noted for the parent process, which may have to show the output of this one.
        """
        if new := self._redactor.learn(secrets):
            jsonl.append(self.plan.secrets, {"secrets": new})
        jsonl.append(self.plan.journal, self._redactor.scrub(line))

    def redacted(self, text: str) -> str:
        """Return a text without the secrets seen so far."""
        return self._redactor.redact(text)

    def take_counts(self, recorder: Recorder) -> dict[str, int]:
        """Return how many calls a check has made, and how many of them were repetitions.

        Those that the write guard of a shared target has made since this was last called count too.
        """
        both = (recorder, self._guard_recorder)
        counts = {"calls": sum(each.total for each in both), "repeated": sum(each.repeated for each in both)}
        self._guard_recorder.total = self._guard_recorder.repeated = 0
        return counts

    def session(self) -> Iterator[Session]:
        """Open the session: with the target of the plan, or with a mock of this process's own."""
        plan = self.plan
        if plan.without_control:
            with staging_mock(plan.seed) as config:
                yield from self._open(config)
        elif plan.target is None:
            with receiving() as self.receiver, packaged_mock(plan.seed, self.receiver.ca) as config:
                yield from self._open(config)
        else:
            yield from self._open(plan.target, partial(advance_clock, plan.target) if plan.dry_run else time.sleep)

    def _open(self, config: TargetConfig, wait: Callable[[float], None] = time.sleep) -> Iterator[Session]:
        plan, target = self.plan, Target(config)
        prefix, limits = f"{plan.run_id}-{plan.number}", httpx.Limits(max_connections=_MAX_CONNECTIONS)
        with connections.client(config.base_url, config.connection, timeout=_TIMEOUT_SECONDS, limits=limits) as http:
            if config.control is not None:
                throttle = Throttle(config.requests_per_minute, plan.throttle_file) if plan.target else lambda: None
                yield Session(target, prefix, http, throttle, seed=plan.seed, fuzz=plan.fuzz)
                return
            if plan.ledger is None:
                raise ValueError("a target without a control plane needs a ledger")
            exclusive = Exclusive(plan.exclusive if plan.target else None)
            throttle = Throttle(config.requests_per_minute, plan.throttle_file)
            guard = WriteGuard(config, http, Ledger(plan.ledger), throttle, exclusive, recorder=self._guard_recorder)
            self._remove_created = guard.remove_all
            guard.numbers = itertools.count(plan.number, plan.processes)
            samples = plan.checks_per_rule is not None
            shared: dict[str, Any] = {"seed": plan.seed, "samples": samples, "guard": guard, "wait": wait}
            session = SharedSession(target, prefix, http, throttle, **shared)
            session.short_waits = ShortWaits(plan.short_waits if plan.target else None)
            session.know(self._discovered)
            yield session
            self._remove_created()  # what an interrupted check could not remove


def _waits(item: pytest.Item) -> bool:
    return item.get_closest_marker("expiry") is not None


def rules_of(item: pytest.Item) -> tuple[str, ...]:
    """Return the rules that a check is marked with."""
    marker = item.get_closest_marker("rules")
    return tuple(marker.args) if marker else ()
