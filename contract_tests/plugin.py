"""The pytest plugin of a worker process: it turns checks into findings.

A check is a test marked ``@pytest.mark.rules("EV-26", …)``. It runs if the target provides what those rules need, gets
a ``world`` and an ``expect``, and what it found becomes one line of the journal.
"""

import gc
import os
import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import hypothesis
import hypothesis.configuration
import pytest
from hypothesis import Phase

from contract_tests.actors import NotReached, Outage, Recorder, TargetError
from contract_tests.catalogue import SDK
from contract_tests.expectations import Expect, Finding
from contract_tests.output.texts import shorten
from contract_tests.plan import Plan
from contract_tests.processes.forks import ForkError
from contract_tests.processes.worker import Worker, rules_of
from contract_tests.replay import templates
from contract_tests.session import Session
from contract_tests.shared_target.world import SharedSession, SharedWorld
from contract_tests.steps.receiver import Receiver
from contract_tests.target import remedies
from contract_tests.verdicts import LeftOut, Unavailable, Verdict, Violation
from contract_tests.world import World

_PHASES = [Phase.explicit, Phase.generate, Phase.target]
_SHRINKING = [Phase.shrink]
#: The run ends after so many checks in a row that the target did not answer.
_MAX_UNANSWERED_CHECKS = 3
#: How much of what a check expected, got and tried is kept.
_MAX_TEXT_CHARS = 1000
#: How Hypothesis, older and newer, introduces an example.
_EXAMPLE = re.compile(r"(?:Falsifying example|Failing test case): (.*?)(?:\n\s*You can reproduce this|\Z)", re.DOTALL)


def pytest_configure(config: pytest.Config) -> None:
    """Read the plan, and configure Hypothesis so that a seed repeats a run."""
    config.addinivalue_line("markers", "rules(*ids): the rules that a check decides")
    config.addinivalue_line("markers", "own_org: the check needs an org of its own")
    config.addinivalue_line("markers", "repeats: the check makes too many calls for an org that others use too")
    config.addinivalue_line("markers", "expiry: the check waits until pairing codes expire")
    config.addinivalue_line("markers", "fuzz: the check runs only in a run that fuzzes")
    config.addinivalue_line("markers", "python: the check looks at Python itself, which a driver cannot show")
    config.addinivalue_line("markers", "driver: the check is of an SDK that a driver calls alone")
    config.addinivalue_line("markers", "typescript: the check is of an SDK in TypeScript alone")
    plan = Plan.from_env()
    config.stash[WORKER] = Worker(plan)
    hypothesis.settings.register_profile(
        "contract",
        max_examples=plan.examples,
        deadline=None,
        derandomize=False,
        database=None,
        print_blob=not plan.mutants,
        phases=_PHASES + _SHRINKING * plan.shrink,
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.load_profile("contract")
    # Hypothesis takes seconds to compute its tables of characters, unless it finds them here.
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    hypothesis.configuration.set_hypothesis_home_dir(os.path.join(cache, "novavms-contract"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the checks that this process runs, each with the seed of the run."""
    worker = config.stash[WORKER]
    items[:] = worker.select(items)
    functions: dict[Any, None] = dict.fromkeys(getattr(item, "obj", None) for item in items)
    for function in functions:
        if hasattr(function, "hypothesis"):
            hypothesis.seed(worker.plan.seed)(function)
            if worker.plan.checks_per_rule is not None:
                _sample_examples(function, worker.plan.examples)


def _sample_examples(function: Any, count: int) -> None:
    """Let the examples that a check names count among those that a run that samples tries of it."""
    more = count - len(getattr(function, "hypothesis_explicit_examples", ()))
    if more > 0:
        hypothesis.settings(max_examples=more)(function)
    else:
        hypothesis.settings(phases=[Phase.explicit])(function)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out a check for which the budget has no time, or that a run that samples does not need."""
    item.config.stash[WORKER].require_affordable(item)
    if item.config.stash[WORKER].sampling.leaves_out(item):
        raise LeftOut


@pytest.fixture(scope="session")
def session(request: pytest.FixtureRequest) -> Iterator[Session]:
    """The session with the target."""
    yield from request.config.stash[WORKER].session()


@pytest.fixture
def recorder() -> Recorder:
    """The exchanges of this check."""
    return Recorder()


@pytest.fixture
def expect(request: pytest.FixtureRequest) -> Expect:
    """The check's expectations for its rules."""
    marked, here = rules_of(request.node), request.config.stash[WORKER].rules_of(request.node)
    expectation = Expect(here, inapplicable=frozenset(marked) - frozenset(here))
    request.node.stash[_EXPECT] = expectation
    return expectation


@pytest.fixture
def world(request: pytest.FixtureRequest, session: Session, recorder: Recorder) -> Iterator[World]:
    """An org arranged for the check: a new one if the target has a control plane, else the shared one."""
    request.node.stash[_RECORDER] = recorder
    worker = request.config.stash[WORKER]
    needs = set().union(*(worker.rules[rule].needs for rule in worker.rules_of(request.node)))
    missing = needs - session.target.capabilities - ({SDK} if worker.plan.sdk else set())
    if missing:
        raise Unavailable(f"the target does not provide {remedies(missing)}")
    if isinstance(session, SharedSession) and request.node.get_closest_marker("own_org"):
        raise Unavailable("needs an org of its own")
    made = SharedWorld(session, recorder) if isinstance(session, SharedSession) else World.make(session, recorder)
    yield made
    made.close()


@pytest.fixture
def receiver(request: pytest.FixtureRequest, session: Session) -> Receiver:
    """The receiver of webhooks that the target trusts."""
    found = request.config.stash[WORKER].receiver
    if found is None:
        raise Unavailable("the target does not trust the suite's receiver of webhooks")
    return found


def pytest_collection_finish() -> None:
    """Exclude everything that was loaded from garbage collection: it stays, and examining it takes time."""
    gc.freeze()


@pytest.hookimpl
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run the checks, in this process or in those that are forked from it here."""
    if session.testsfailed:
        return None  # pytest reports the checks that it could not import
    worker = session.config.stash[WORKER]
    try:
        for item in worker.share(session.items):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=session)  # which keeps the session's fixtures
    except ForkError as error:
        pytest.exit(str(error), returncode=error.code)
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Write what the check found into the journal."""
    report = yield
    if call.when == "call" or (call.when == "setup" and call.excinfo is not None):
        problem = _as_outage(item, _cause(call.excinfo.value if call.excinfo else None))
        findings = item.stash[FINDINGS] = _findings(item, problem)
        if item.config.stash[WORKER].doubts(item, findings, item.stash.get(_RECORDER, Recorder())):
            return report
        item.config.stash[WORKER].sampling.count(findings)
        _write(item, findings, call)
        _stop_at_outage(item, problem)
        if not item.config.stash[WORKER].tries_again(item, findings, call.excinfo.value if call.excinfo else None):
            _stop_at_violation(item, findings)
    return report


def _stop_at_violation(item: pytest.Item, findings: list[Finding]) -> None:
    """End a run with ``fail_fast``, in all its worker processes, when a rule that decides is violated."""
    plan = item.config.stash[WORKER].plan
    if any(found.verdict is Verdict.FAIL and found.rule in plan.deciding for found in findings):
        plan.violated.touch()


def _as_outage(item: Any, problem: BaseException | None) -> BaseException | None:
    """Return the problem of a check, as an outage if the target no longer answers anything."""
    worker = item.config.stash[WORKER]
    counts = isinstance(problem, TargetError) and not isinstance(problem, NotReached)
    worker.unanswered = worker.unanswered + 1 if counts else 0
    session = item.funcargs.get("session") if counts and worker.plan.target else None
    if worker.unanswered == _MAX_UNANSWERED_CHECKS or (session is not None and not session.answers()):
        return Outage(f"the target no longer answers: {problem}")
    return problem


def _stop_at_outage(item: pytest.Item, problem: BaseException | None) -> None:
    """End the run when the target no longer answers, instead of a timeout for each of the remaining checks."""
    if isinstance(problem, Outage):
        worker = item.config.stash[WORKER]
        worker.plan.outage.write_text(worker.redacted(str(problem)), encoding="utf-8")
        item.session.shouldstop = str(problem)


def _findings(item: pytest.Item, cause: BaseException | None) -> list[Finding]:
    expectation = item.stash.get(_EXPECT, Expect(item.config.stash[WORKER].rules_of(item)))
    if isinstance(cause, LeftOut):
        return []
    if isinstance(cause, Violation):
        expectation.fail(cause)
    elif isinstance(cause, Unavailable):
        return expectation.cut_short(str(cause))
    elif isinstance(cause, NotReached):
        return expectation.cut_short(str(cause), Verdict.NOT_REACHED)
    elif cause is not None and not isinstance(cause, hypothesis.errors.DidNotReproduce):
        text = f"{type(cause).__name__}: {cause}"
        return [Finding(rule, Verdict.ERROR, actual=text) for rule in expectation.rules]
    return list(expectation.findings.values())


def _cause(problem: BaseException | None) -> BaseException | None:
    """Return the exception of the check itself: inside the group or the flakiness that Hypothesis reports."""
    while problem is not None and not isinstance(problem, (Violation, Unavailable, TargetError)):
        inner = [*getattr(problem, "exceptions", ()), problem.__cause__, problem.__context__]
        deeper = next((error for error in inner if error is not None), None)
        if deeper is None or not isinstance(problem, (ExceptionGroup, hypothesis.errors.Flaky)):
            return problem
        problem = deeper
    return problem


def _write(item: pytest.Item, findings: list[Finding], call: pytest.CallInfo[None]) -> None:
    worker = item.config.stash[WORKER]
    recorder = item.stash.get(_RECORDER, Recorder())
    failed = any(finding.verdict in (Verdict.FAIL, Verdict.ERROR) for finding in findings)
    evidence = recorder.exchanges if failed and not worker.plan.mutants else []  # of a mutant nobody reads it
    worker.write_line(
        {
            "check": item.nodeid,
            "family": worker.family(item),
            "rules": list(rules_of(item)),
            "try": worker.number_of_try(item),
            "left_out": call.excinfo is not None and isinstance(call.excinfo.value, LeftOut),
            "findings": [row(finding) for finding in findings],
            "failed_beside_others": [row(finding) for finding in worker.held_alone(item, findings)],
            "example": _example(call.excinfo.value) if call.excinfo else None,
            "exchanges": [asdict(exchange) for exchange in evidence],
            "snippet": recorder.snippet if evidence or failed else [],
            "replay": _replay(recorder, worker.plan) if evidence else None,
            **worker.take_counts(recorder),
            "seconds": round(call.duration, 3),
        },
        recorder.secrets,
    )


def _replay(recorder: Recorder, plan: Plan) -> dict[str, Any]:
    """Return what a script needs to repeat the check; it takes secrets of the target file from the environment."""
    actors = plan.target.actors if plan.target else {}
    tokens = {actor.token: templates.variable(f"{role} token") for role, actor in actors.items()}
    headers = plan.target.connection.headers if plan.target else {}
    return {**templates.built(recorder.steps, tokens, plan.run_id, headers), "forgotten": recorder.steps.forgotten}


def row(finding: Finding) -> dict[str, Any]:
    """Return a finding as it is written, its texts cut to a length."""
    expected, actual = (text and shorten(text, _MAX_TEXT_CHARS) for text in (finding.expected, finding.actual))
    return {**asdict(finding), "verdict": finding.verdict.value, "expected": expected, "actual": actual}


def _example(problem: BaseException) -> str | None:
    """Return the smallest example that Hypothesis found, as it prints it."""
    found = _EXAMPLE.search("\n".join(getattr(problem, "__notes__", [])))
    return shorten(" ".join(found[1].split()), _MAX_TEXT_CHARS) if found else None


#: Where the pytest session keeps its worker, and a check what it found.
WORKER = pytest.StashKey[Worker]()
FINDINGS = pytest.StashKey[list[Finding]]()
_EXPECT = pytest.StashKey[Expect]()
_RECORDER = pytest.StashKey[Recorder]()
