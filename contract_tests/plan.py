"""What a run does: decided by a command, and passed to its worker processes in an environment variable and a file."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from contract_tests.catalogue import SDK
from contract_tests.config import TargetConfig
from contract_tests.target import MOCK_CAPABILITIES, Target

_VARIABLE = "NOVAVMS_CONTRACT_PLAN"


@dataclass(frozen=True)
class Mutant:
    """A mutant: its id, and the ids of the rules that it must break.

    A generated one has a kind, the operator that made it, and the other rules about the operation, which may notice it
    as well.
    """

    id: str
    breaks: tuple[str, ...]
    kind: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Driver:
    """A program that calls an SDK in any language: its command, the folder it runs in, what it says of itself."""

    command: tuple[str, ...]
    folder: Path
    hello: dict[str, Any]

    @property
    def language(self) -> str:
        """The language of the SDK, in small letters."""
        return str(self.hello["language"]).lower()

    @property
    def label(self) -> str:
        """The name, version and language of the SDK."""
        return f"{self.hello['name']} {self.hello['version']} ({self.hello['language']})"


@dataclass(frozen=True)
class Plan:
    """What a run does, and the part of it that one worker process does."""

    #: The ids of the rules to check.
    rules: tuple[str, ...]
    #: The server to check; None is a packaged mock for each worker process.
    target: TargetConfig | None = None
    #: In a kill run, the mutants that the worker processes share among them; each runs all checks.
    mutants: tuple[Mutant, ...] = ()
    #: The file or package with these mutants, if they are of the SDK rather than of the mock.
    sdk_mutants: Path | None = None
    #: Whether, in a kill run, the other checks of the rules run too when one has noticed the mutant.
    all_killers: bool = False
    #: Whether each worker process calls its mock as it would call a target that has no control plane.
    without_control: bool = False
    seed: int = 0
    #: How many examples Hypothesis and Schemathesis try for each property.
    examples: int = 15
    #: After how many checks of a rule that does not decide the others are left out; None: no check is.
    checks_per_rule: int | None = None
    #: Begins the name of everything that the run creates on the target.
    run_id: str = "ct"
    #: The ids of those rules whose violation decides the exit code.
    deciding: tuple[str, ...] = ()
    #: Whether the run stops at the first violation that decides.
    fail_fast: bool = False
    #: Whether Hypothesis shrinks an example that fails.
    shrink: bool = True
    #: The file that records what the run creates on a shared target.
    ledger: Path | None = None
    #: The file that the throttles of all its processes share, if they share one.
    throttle_file: Path | None = None
    #: When the budget of the run is used up, so that no check is tried again, in seconds since 1970; None: never.
    ends_at: float | None = None
    #: The file that says which checks are left out, and why.
    left_out_checks: Path | None = None
    #: Whether the target is a mock that takes the place of another one, so that time passes on it without waiting.
    dry_run: bool = False
    #: Whether checks that are marked ``fuzz`` run too.
    fuzz: bool = False
    #: Whether the rules are those about the installed SDK.
    sdk: bool = False
    #: What calls the SDK, if this is not the installed one.
    driver: Driver | None = None
    #: How many processes share the checks, and the number of this one of them.
    processes: int = 1
    number: int = 0
    #: Where the worker processes write.
    folder: Path = Path()

    @property
    def ours(self) -> bool:
        """Whether the target is our own mock, to which the decisions of this project (strength assumed) apply too."""
        return not self.without_control if self.target is None else self.target.ours

    @property
    def own_orgs(self) -> bool:
        """Whether every check gets an org of its own, which takes a control plane."""
        return not self.without_control if self.target is None else self.target.control is not None

    @property
    def capabilities(self) -> frozenset[str]:
        """Which of the needs of rules the run provides."""
        provided = MOCK_CAPABILITIES if self.target is None else Target(self.target).capabilities
        return provided | {SDK} if self.sdk else provided

    @property
    def tokens(self) -> list[str]:
        """The tokens and the other secrets of the target file."""
        if self.target is None:
            return []
        return [*(actor.token for actor in self.target.actors.values()), *self.target.connection.secrets]

    @property
    def journal(self) -> Path:
        """The file in which the worker process writes a line for each check, when the check has ended."""
        return self.folder / f"{self.number}.jsonl"

    @property
    def collected(self) -> Path:
        """The file in which it writes what it has collected (``lost_checks.Collected``), when it has."""
        return self.folder / f"{self.number}.collected"

    @property
    def violated(self) -> Path:
        """The file that tells all worker processes of a run with ``fail_fast`` to stop."""
        return self.folder / "violated"

    @property
    def outage(self) -> Path:
        """The file that says why the target cannot be called any more."""
        return self.folder / "outage"

    @property
    def stopped(self) -> bool:
        """Whether the worker processes are to run no further checks."""
        return self.outage.exists() or (self.fail_fast and self.violated.exists())

    @property
    def exclusive(self) -> Path:
        """The file that is locked by the worker process which uses what the org has little of."""
        return self.folder / "exclusive"

    @property
    def short_waits(self) -> Path:
        """The file in which the worker processes count how long their checks have waited."""
        return self.folder / "waits"

    @property
    def log(self) -> Path:
        """The file that gets the output of the worker process."""
        return self.folder / f"{self.number}.log"

    @property
    def secrets(self) -> Path:
        """The file in which it notes the secrets that it has seen."""
        return self.folder / f"{self.number}.secrets"

    def for_worker(self, number: int, processes: int, folder: Path) -> "Plan":
        """Return the plan of one of some worker processes, which write into the folder."""
        return replace(self, number=number, processes=processes, folder=folder)

    def to_env(self) -> dict[str, str]:
        """Return the environment variable from which a worker process reads its plan; it contains tokens.

        Mutants, which may be more than a variable can hold, are written to a file in the folder.
        """
        if self.mutants:
            unfinished = self._mutants.with_suffix(f".{self.number}")
            unfinished.write_bytes(msgspec.json.encode(self.mutants))
            unfinished.rename(self._mutants)
        return {_VARIABLE: msgspec.json.encode(replace(self, mutants=()), enc_hook=str).decode()}

    @classmethod
    def from_env(cls, environment: Mapping[str, str] = os.environ) -> "Plan":
        """Return the plan of this worker process. Raises KeyError outside one."""
        plan = msgspec.json.decode(environment[_VARIABLE], type=cls, dec_hook=lambda kind, value: kind(value))
        if not plan._mutants.exists():
            return plan
        return replace(plan, mutants=msgspec.json.decode(plan._mutants.read_bytes(), type=tuple[Mutant, ...]))

    @property
    def _mutants(self) -> Path:
        return self.folder / "mutants"
