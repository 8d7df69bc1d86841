"""The pytest plugin that turns checks into findings.

A check is a test marked ``@pytest.mark.rules("EV-26", …)``; it is run when the target gives what those rules need,
gets a ``world`` and an ``expect``, and its outcome is written to the run's journal, one line a check.
"""

import gc
import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import pytest
from hypothesis import Phase

from contract_tests import catalogue
from contract_tests.actors import Forgetful, Recorder, TargetTrouble
from contract_tests.catalogue import SDK
from contract_tests.config import ActorConfig, TargetConfig
from contract_tests.expectations import Expect, Finding
from contract_tests.mock_process import packaged_mock, stand_in
from contract_tests.redaction import scrub, secrets
from contract_tests.session import Session
from contract_tests.shared_target.ledger import Ledger
from contract_tests.shared_target.throttle import Pace
from contract_tests.shared_target.world import SharedSession, SharedWorld
from contract_tests.shared_target.write_guard import Custody
from contract_tests.steps.receiver import Receiver, receiving
from contract_tests.target import Target
from contract_tests.verdicts import Unavailable, Verdict, Violation
from contract_tests.world import World

#: The environment variable that hands the run's plan to this plugin.
PLAN = "NOVAVMS_CONTRACT_PLAN"
_PHASES = [Phase.explicit, Phase.generate, Phase.target]
_SHRINKING = [Phase.shrink]
_MOST_CONNECTIONS = 300
_PATIENCE = 20.0
#: So many checks in a row without an answer end the run.
_MOST_TROUBLES = 3
#: How Hypothesis, older and newer, begins to tell of an example.
_EXAMPLE = re.compile(r"(?:Falsifying example|Failing test case): (.*)", re.DOTALL)


class Run:
    """One process's part of a run: its share of the checks, its session with the target, its journal."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.wanted = set(plan["rules"])
        self.rules = catalogue.load().rules
        self._shard, self._shards = plan["shard"]
        self._journal = Path(plan["journal"]) / f"{self._shard}.jsonl"
        self._tokens = {actor["token"] for actor in (plan["target"] or {}).get("actors", {}).values()}
        self._care = Recorder()
        self.receiver: Receiver | None = None
        self.troubles = 0

    def write(self, line: dict[str, Any]) -> None:
        """Add a line to this process's journal, without secrets."""
        found = {secret for exchange in line["exchanges"] for secret in secrets(exchange["answer"])}
        with self._journal.open("a", encoding="utf-8") as file:
            file.write(json.dumps(scrub(line, self._tokens | found)) + "\n")

    def family(self, item: pytest.Item) -> str:
        """Return the family as whose a check counts: that of the first of its rules that was asked for."""
        return next(self.rules[rule].family for rule in rules_of(item) if rule in self.wanted)

    def announce(self, items: list[pytest.Item]) -> None:
        """Tell how many checks of each family this process will run."""
        told = self._journal.with_suffix(".collecting")
        told.write_text(json.dumps(Counter(map(self.family, items))), encoding="utf-8")
        told.rename(self._journal.with_suffix(".collected"))

    def care(self) -> int:
        """Return how many calls the care for a shared target took since this was last asked."""
        taken, self._care.total = self._care.total, 0
        return taken

    def share(self, items: list[pytest.Item]) -> list[pytest.Item]:
        """Return the checks of the rules asked for, those that fuzz where that was too: this process's share of them.

        Processes that share mutants need all of them.
        """
        asked = [item for item in items if self.wanted.intersection(rules_of(item))]
        kept = [item for item in asked if self.plan["fuzz"] or not item.get_closest_marker("fuzz")]
        return kept if self.plan["victims"] else kept[self._shard :: self._shards]

    def session(self) -> Iterator[Session]:
        """Open the session: with the target of the plan, or with a mock of this process's own."""
        if self.plan["target"] is None:
            with (
                receiving() as self.receiver,
                packaged_mock(self.plan["seed"], self.receiver.ca) as config,
            ):
                yield from self._open(config)
            return
        fields = self.plan["target"]
        fields["actors"] = {name: ActorConfig(**actor) for name, actor in fields["actors"].items()}
        if self.plan["rehearsal"]:
            with stand_in(TargetConfig(**fields), self.plan["seed"]) as config:
                yield from self._open(config, wait=lambda seconds: None)
        else:
            yield from self._open(TargetConfig(**fields))

    def _open(self, config: TargetConfig, wait: Callable[[float], None] = time.sleep) -> Iterator[Session]:
        limits = httpx.Limits(max_connections=_MOST_CONNECTIONS)
        target, prefix = Target(config), f"{self.plan['prefix']}-{self._shard}"
        pause = Pace(config.requests_per_minute) if config.requests_per_minute else lambda: None
        with Forgetful(base_url=config.base_url, timeout=_PATIENCE, limits=limits) as http:
            if config.control is not None:
                yield Session(target, prefix, http, pause=pause, seed=self.plan["seed"], fuzz=self.plan["fuzz"])
                return
            custody = Custody(config, http, Ledger(Path(self.plan["ledger"])), pause, recorder=self._care)
            yield SharedSession(target, prefix, http, pause=pause, seed=self.plan["seed"], custody=custody, wait=wait)
            custody.clear()  # what an interrupt kept a world from removing


def pytest_configure(config: pytest.Config) -> None:
    """Read the plan and set Hypothesis up so that a seed repeats a run."""
    config.addinivalue_line("markers", "rules(*ids): the rules that a check decides")
    config.addinivalue_line("markers", "own_org: the check presumes an org that nobody else uses")
    config.addinivalue_line("markers", "fuzz: the check is made where the run fuzzes only")
    plan = json.loads(os.environ[PLAN])
    config.stash[RUN] = Run(plan)
    hypothesis.settings.register_profile(
        "contract",
        max_examples=plan["examples"],
        deadline=None,
        database=None,
        print_blob=False,
        phases=_PHASES + _SHRINKING * plan["shrink"],
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.load_profile("contract")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the checks of the rules that were asked for, each with the seed of the run."""
    run = config.stash[RUN]
    items[:] = run.share(items)
    run.announce(items)
    for item in items:
        function: Any = getattr(item, "obj", None)
        if hasattr(function, "hypothesis"):
            hypothesis.seed(run.plan["seed"])(function)


@pytest.fixture(scope="session")
def session(request: pytest.FixtureRequest) -> Iterator[Session]:
    """The session with the target."""
    yield from request.config.stash[RUN].session()


@pytest.fixture
def recorder() -> Recorder:
    """The exchanges of this check."""
    return Recorder()


@pytest.fixture
def expect(request: pytest.FixtureRequest) -> Expect:
    """How the check states what its rules demand."""
    expectation = Expect(rules_of(request.node))
    request.node.stash[_EXPECT] = expectation
    return expectation


@pytest.fixture
def world(request: pytest.FixtureRequest, session: Session, recorder: Recorder) -> Iterator[World]:
    """What the check finds arranged; a fresh org where the target can give one."""
    request.node.stash[_RECORDER] = recorder
    run = request.config.stash[RUN]
    needs = set().union(*(run.rules[rule].needs for rule in rules_of(request.node)))
    missing = needs - session.target.capabilities - ({SDK} if run.plan["sdk"] else set())
    if missing:
        raise Unavailable(f"the target gives no {', '.join(sorted(missing))}")
    if isinstance(session, SharedSession) and request.node.get_closest_marker("own_org"):
        raise Unavailable("this takes an org of its own")
    made = SharedWorld(session, recorder) if isinstance(session, SharedSession) else World.make(session, recorder)
    yield made
    made.close()


@pytest.fixture
def receiver(request: pytest.FixtureRequest, session: Session) -> Receiver:
    """The receiver of webhooks that the target trusts."""
    found = request.config.stash[RUN].receiver
    if found is None:
        raise Unavailable("the target trusts no receiver of the suite")
    return found


def pytest_collection_finish() -> None:
    """Look for no garbage in what was loaded: it stays, and looking takes time."""
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Write down what the check found; to pytest itself a check only ever passes or is in error."""
    report = yield
    if call.when == "call" or (call.when == "setup" and call.excinfo is not None):
        problem = _cause(call.excinfo.value if call.excinfo else None)
        findings = item.stash[FINDINGS] = _findings(item, problem)
        _write(item, findings, call)
        _give_up(item, problem)
        _stop_at_violation(item, findings)
    return report


def _stop_at_violation(item: pytest.Item, findings: list[Finding]) -> None:
    """End a run that is to stop early once a rule it was asked about is violated."""
    run = item.config.stash[RUN]
    if run.plan["fail_fast"] and any(found.verdict is Verdict.FAIL and found.rule in run.wanted for found in findings):
        item.session.shouldstop = "a rule was violated"


def _give_up(item: pytest.Item, problem: BaseException | None) -> None:
    """End the run when the target has stopped to answer, rather than wait for it check by check."""
    run = item.config.stash[RUN]
    run.troubles = run.troubles + 1 if isinstance(problem, TargetTrouble) else 0
    if run.troubles == _MOST_TROUBLES:
        item.session.shouldstop = f"the target has stopped to answer: {problem}"


def _findings(item: pytest.Item, cause: BaseException | None) -> list[Finding]:
    expectation = item.stash.get(_EXPECT, Expect(rules_of(item)))
    if isinstance(cause, Violation):
        expectation.fail(cause)
    elif isinstance(cause, Unavailable):
        return [Finding(rule, Verdict.DISABLED, actual=str(cause)) for rule in expectation.rules]
    elif cause is not None:
        text = f"{type(cause).__name__}: {cause}"
        return [Finding(rule, Verdict.ERROR, actual=text) for rule in expectation.rules]
    return list(expectation.findings.values())


def _cause(problem: BaseException | None) -> BaseException | None:
    """Return what really happened: inside the group or the flakiness that Hypothesis reports."""
    while problem is not None and not isinstance(problem, (Violation, Unavailable, TargetTrouble)):
        inner = [*getattr(problem, "exceptions", ()), problem.__cause__, problem.__context__]
        deeper = next((error for error in inner if error is not None), None)
        if deeper is None or not isinstance(problem, (ExceptionGroup, hypothesis.errors.Flaky)):
            return problem
        problem = deeper
    return problem


def _write(item: pytest.Item, findings: list[Finding], call: pytest.CallInfo[None]) -> None:
    run = item.config.stash[RUN]
    recorder = item.stash.get(_RECORDER, Recorder())
    failed = any(finding.verdict in (Verdict.FAIL, Verdict.ERROR) for finding in findings)
    run.write(
        {
            "check": item.nodeid,
            "family": run.family(item),
            "rules": list(rules_of(item)),
            "findings": [{**asdict(finding), "verdict": finding.verdict.value} for finding in findings],
            "example": _example(call.excinfo.value) if call.excinfo else None,
            "exchanges": [asdict(exchange) for exchange in recorder.exchanges] if failed else [],
            "calls": recorder.total + run.care(),
            "seconds": round(call.duration, 3),
        }
    )


def _example(problem: BaseException) -> str | None:
    """Return the smallest example that Hypothesis found, as it tells it."""
    found = _EXAMPLE.search("\n".join(getattr(problem, "__notes__", [])))
    return " ".join(found[1].split()) if found else None


def rules_of(item: pytest.Item) -> tuple[str, ...]:
    """Return the rules that a check is marked with."""
    marker = item.get_closest_marker("rules")
    return tuple(marker.args) if marker else ()


#: Where the session keeps its run, and a check what it found.
RUN = pytest.StashKey[Run]()
FINDINGS = pytest.StashKey[list[Finding]]()
_EXPECT = pytest.StashKey[Expect]()
_RECORDER = pytest.StashKey[Recorder]()
