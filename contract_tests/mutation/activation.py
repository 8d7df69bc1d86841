"""How a mutant is activated: in the mock through its control plane, or in the SDK within this process."""

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Protocol

from contract_tests import catalogue
from contract_tests.actors import TargetError
from contract_tests.config import CONTROL_PREFIX
from contract_tests.mutation.mutant_table import rules_broken_by
from contract_tests.sdk.driver_process import DriverFailure
from contract_tests.sdk.driver_sdk import DriverSdk
from contract_tests.session import Session
from contract_tests.shared_target.world import SharedSession
from contract_tests.target import Target
from contract_tests.verdicts import Unavailable
from contract_tests.world import NO_RATE_LIMIT

#: Returns a context manager within which the SDK is mutated.
MutantFactory = Callable[[], AbstractContextManager[object]]


class MutantError(ValueError):
    """A mutant of the SDK, or the file that defines it, cannot be used; the text names it."""


class Activation(Protocol):
    """Activates mutants.

    ``lost`` is whether activating has failed, so that no further mutant can be activated in this process. ``recheck``
    is whether a mutant may leave traces in this process, so that a kill has to be checked again without the mutant.
    """

    lost: bool
    recheck: bool

    def active(self, mutant_id: str) -> AbstractContextManager[object]:
        """Have the mutant active until the block ends. Raises MutantError."""

    def ensure_active(self, session: Session) -> Session:
        """Activate it in the mock, if it is not active there yet, and return the session to use from then on.

        Raises Unavailable, TargetError.
        """


class MockMutants:
    """Mutants of the mock: it restarts with each of them, just before the first check that uses the mock."""

    recheck = False

    def __init__(self) -> None:
        self.lost = False
        self._wanted, self._active = "", False

    @contextmanager
    def active(self, mutant_id: str) -> Iterator[None]:
        """Have the mutant active until the block ends."""
        self._wanted, self._active = mutant_id, False
        yield

    def ensure_active(self, session: Session) -> Session:
        """Let the mock restart with the mutant, if it has not, and return the session. Raises Unavailable, TargetError.

        The restart restores the seed data too.
        """
        if not self._active:
            try:
                self._restart(session, self._wanted)
            except (Unavailable, TargetError):
                self.lost = True
                raise
            self._active = True
        return session

    def _restart(self, session: Session, mutant_id: str) -> None:
        session.control("PUT", "/mutants", {"ids": [mutant_id]})


class StagingMutants(MockMutants):
    """Mutants of a mock whose control plane only the kill run knows: the checks call it as a target of a user."""

    _session: Session

    def ensure_active(self, session: Session) -> Session:
        """Let the mock restart with the mutant, if it has not, and return a session that has learnt nothing before.

        Raises Unavailable, TargetError.
        """
        super().ensure_active(session)
        return self._session

    def _restart(self, session: Session, mutant_id: str) -> None:
        with_control = replace(session.target.config, control=CONTROL_PREFIX)
        outside = Session(Target(with_control), session.prefix, session.http)
        super()._restart(outside, mutant_id)
        for org in outside.control("GET", "/orgs")["data"]:
            outside.control("PUT", f"/orgs/{org['org_id']}/settings", NO_RATE_LIMIT)
        if isinstance(session, SharedSession):
            self._session = session.renewed()


class SdkMutants:
    """Mutants of the installed SDK: each changes the modules that this process has imported."""

    lost = False
    recheck = True

    def __init__(self, factories: Mapping[str, MutantFactory]) -> None:
        self._factories = factories

    @contextmanager
    def active(self, mutant_id: str) -> Iterator[None]:
        """Have the mutant active until the block ends. Raises MutantError when it cannot be activated."""
        with ExitStack() as stack:
            try:
                stack.enter_context(self._factories[mutant_id]())
            except Exception as error:
                raise MutantError(f"{mutant_id}: {type(error).__name__}: {error}") from error
            yield

    def ensure_active(self, session: Session) -> Session:
        """Return the session as it is: the mock runs without mutants."""
        return session


class DriverMutants(SdkMutants):
    """Mutants of an SDK in another process, each activated by the driver."""

    def __init__(self, sdk: DriverSdk, table: Mapping[str, str]) -> None:
        super().__init__({mutant_id: partial(self._activated, text) for mutant_id, text in table.items()})
        self._sdk = sdk

    @contextmanager
    def _activated(self, text: str) -> Iterator[None]:
        self._sdk.activate(text)
        try:
            yield
        finally:
            with suppress(DriverFailure):
                self._sdk.activate(None)


def load(path: Path, *, generated: bool = False) -> Mapping[str, MutantFactory]:
    """Return the mutants of a Python file, or of the package in a folder, by id. Raises MutantError.

    They are the mapping MUTANTS, or GENERATED for those that operators have generated; an id begins with the rules that
    the mutant must break, separated by commas, and a slash.
    """
    name = "GENERATED" if generated else "MUTANTS"
    found = getattr(_import(path), name, None)
    if not isinstance(found, Mapping) or not found:
        raise MutantError(f"{path}: {name} must be a mapping of ids to functions that return context managers")
    testable = {rule.id for rule in catalogue.load().testable(sdk=True)}
    for mutant_id, factory in found.items():
        rules = rules_broken_by(str(mutant_id))
        if not rules or not set(rules) <= testable:
            raise MutantError(f"{path}: {mutant_id!r}: must begin with rules of the SDK and a slash, as SDK-21/never")
        if not callable(factory):
            raise MutantError(f"{path}: {mutant_id}: {factory!r} must be a function that returns a context manager")
    return found


def undocumented(path: Path) -> Mapping[str, str]:
    """Return what operators could generate that breaks no rule, and why it breaks none. Raises MutantError."""
    return dict(getattr(_import(path), "UNDOCUMENTED", {}))


def operator_of(mutant_id: str) -> str:
    """Return the operator of a generated mutant of the SDK: ``SDK-22/not-repeated:awaited:sites.get:429``."""
    return mutant_id.partition("/")[2].partition(":")[0]


def _import(path: Path) -> ModuleType:
    """Import a file or a package folder under its own name, by which its modules import each other.

    Raises MutantError.
    """
    file = path / "__init__.py" if os.path.isdir(path) else path
    name = path.resolve().stem
    if name in sys.modules:
        if Path(sys.modules[name].__file__ or "").resolve() == file.resolve():
            return sys.modules[name]
        raise MutantError(f"{path}: another module {name} is imported already")
    places = [str(path.resolve())] if os.path.isdir(path) else None
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=places)
    if spec is None or spec.loader is None:
        raise MutantError(f"{path}: is not a Python file")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise MutantError(f"{path}: {type(error).__name__}: {error}") from error
    return module
