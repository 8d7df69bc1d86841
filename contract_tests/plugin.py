"""The pytest plugin that turns checks into findings.

A check is a test marked ``@pytest.mark.rules("EV-26", …)``; it is run when the target gives what those rules need,
gets a ``world`` and an ``expect``, and its outcome is written to the run's journal, one line a check.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import pytest

from contract_tests import catalogue
from contract_tests.actors import Recorder, TargetTrouble
from contract_tests.config import ActorConfig, TargetConfig
from contract_tests.expectations import Expect, Finding
from contract_tests.launch import packaged_mock
from contract_tests.target import Target
from contract_tests.verdicts import Unavailable, Verdict, Violation
from contract_tests.world import Session, World

#: The environment variable that hands the run's plan to this plugin.
PLAN = "NOVAVMS_CONTRACT_PLAN"
_MOST_CONNECTIONS = 300
_PATIENCE = 20.0


class Run:
    """One process's part of a run: its share of the checks, its session with the target, its journal."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.wanted = set(plan["rules"])
        self.rules = catalogue.load().rules
        self._shard, self._shards = plan["shard"]
        self._journal = Path(plan["journal"]) / f"{self._shard}.jsonl"

    def write(self, line: dict[str, Any]) -> None:
        """Add a line to this process's journal."""
        with self._journal.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def share(self, items: list[pytest.Item]) -> list[pytest.Item]:
        """Return this process's share of the checks of the rules that were asked for."""
        return [item for item in items if self.wanted.intersection(_rules(item))][self._shard :: self._shards]

    def session(self) -> Iterator[Session]:
        """Open the session: with the target of the plan, or with a mock of this process's own."""
        prefix = f"{self.plan['prefix']}-{self._shard}"
        if self.plan["target"] is None:
            with packaged_mock(self.plan["seed"], self.plan["mutants"]) as config:
                yield from _open(Target(config, mock=True), prefix)
            return
        fields = self.plan["target"]
        fields["actors"] = {name: ActorConfig(**actor) for name, actor in fields["actors"].items()}
        yield from _open(Target(TargetConfig(**fields), mock=False), prefix)


def _open(target: Target, prefix: str) -> Iterator[Session]:
    limits = httpx.Limits(max_connections=_MOST_CONNECTIONS)
    with httpx.Client(base_url=target.config.base_url, timeout=_PATIENCE, limits=limits) as http:
        yield Session(target, prefix, http)


def pytest_configure(config: pytest.Config) -> None:
    """Read the plan and set Hypothesis up so that a seed repeats a run."""
    config.addinivalue_line("markers", "rules(*ids): the rules that a check decides")
    plan = json.loads(os.environ[PLAN])
    config.stash[_RUN] = Run(plan)
    hypothesis.settings.register_profile(
        "contract",
        max_examples=plan["examples"],
        deadline=None,
        database=None,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.load_profile("contract")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the checks of the rules that were asked for, each with the seed of the run."""
    run = config.stash[_RUN]
    items[:] = run.share(items)
    for item in items:
        function = getattr(item, "obj", None)
        if hasattr(function, "hypothesis"):
            hypothesis.seed(run.plan["seed"])(function)


@pytest.fixture(scope="session")
def session(request: pytest.FixtureRequest) -> Iterator[Session]:
    """The session with the target."""
    yield from request.config.stash[_RUN].session()


@pytest.fixture
def recorder() -> Recorder:
    """The exchanges of this check."""
    return Recorder()


@pytest.fixture
def expect(request: pytest.FixtureRequest) -> Expect:
    """How the check states what its rules demand."""
    expectation = Expect(_rules(request.node))
    request.node.stash[_EXPECT] = expectation
    return expectation


@pytest.fixture
def world(request: pytest.FixtureRequest, session: Session, recorder: Recorder) -> Iterator[World]:
    """What the check finds arranged; a fresh org where the target can give one."""
    request.node.stash[_RECORDER] = recorder
    rules = request.config.stash[_RUN].rules
    missing = set().union(*(rules[rule].needs for rule in _rules(request.node))) - session.target.capabilities
    if missing:
        raise Unavailable(f"the target gives no {', '.join(sorted(missing))}")
    made = World.make(session, recorder)
    yield made
    made.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Write down what the check found; to pytest itself a check only ever passes or is in error."""
    report = yield
    if call.when == "call" or (call.when == "setup" and call.excinfo is not None):
        findings = _findings(item, call.excinfo.value if call.excinfo else None)
        _write(item, findings, call)
    return report


def _findings(item: pytest.Item, problem: BaseException | None) -> list[Finding]:
    expectation = item.stash.get(_EXPECT, Expect(_rules(item)))
    cause = _cause(problem)
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
    run = item.config.stash[_RUN]
    recorder = item.stash.get(_RECORDER, Recorder())
    failed = any(finding.verdict in (Verdict.FAIL, Verdict.ERROR) for finding in findings)
    run.write(
        {
            "check": item.nodeid,
            "rules": list(_rules(item)),
            "findings": [{**asdict(finding), "verdict": finding.verdict.value} for finding in findings],
            "example": _example(call.excinfo.value) if call.excinfo else None,
            "exchanges": [asdict(exchange) for exchange in recorder.exchanges] if failed else [],
            "calls": recorder.total,
            "seconds": round(call.duration, 3),
        }
    )


def _example(problem: BaseException) -> str | None:
    """Return the smallest example that Hypothesis found, as it tells it."""
    notes = "\n".join(getattr(problem, "__notes__", []))
    _, found, example = notes.partition("Falsifying example: ")
    return " ".join(example.split()) if found else None


def _rules(item: pytest.Item) -> tuple[str, ...]:
    marker = item.get_closest_marker("rules")
    return tuple(marker.args) if marker else ()


_RUN = pytest.StashKey[Run]()
_EXPECT = pytest.StashKey[Expect]()
_RECORDER = pytest.StashKey[Recorder]()
