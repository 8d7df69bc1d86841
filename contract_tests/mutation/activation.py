"""How a mutant is put in force: in the mock by its control plane, or in the SDK of this process by itself."""

import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Protocol

import httpx

from contract_tests import catalogue
from contract_tests.session import Session
from contract_tests.verdicts import Unavailable

#: Makes what is a wrong law while it is entered.
Law = Callable[[], AbstractContextManager[object]]


class LawError(ValueError):
    """A mutant of an SDK, or the file that they are in, cannot be used; the text says which."""


class Laws(Protocol):
    """Puts mutants in force; ``lost`` is whether that could not be done and never can be again.

    ``lasting`` is whether a mutant, or what was wrong before it, could still be there when the block has ended.
    """

    lost: bool
    lasting: bool

    def under(self, mutant: str) -> AbstractContextManager[object]:
        """Have a mutant in force until the block ends. Raises LawError."""

    def met(self, session: Session) -> None:
        """See to it that the mock obeys, before a check asks it. Raises Unavailable, HTTPError."""


class MockLaws:
    """Mutants of the mock: it starts over under each, but not before a check asks it something."""

    lasting = False

    def __init__(self) -> None:
        self.lost = False
        self._wanted, self._in_force = "", False

    @contextmanager
    def under(self, mutant: str) -> Iterator[None]:
        """Have a mutant in force until the block ends."""
        self._wanted, self._in_force = mutant, False
        yield

    def met(self, session: Session) -> None:
        """Let the mock start over with the mutant in force, unless it has. Raises Unavailable, HTTPError."""
        if not self._in_force:
            try:
                session.control("PUT", "/mutants", {"ids": [self._wanted]})
            except (Unavailable, httpx.HTTPError):
                self.lost = True
                raise
            self._in_force = True


class SdkLaws:
    """Mutants of the installed SDK, each of which changes it in this process."""

    lost = False
    lasting = True

    def __init__(self, known: Mapping[str, Law]) -> None:
        self._known = known

    @contextmanager
    def under(self, mutant: str) -> Iterator[None]:
        """Have a mutant in force until the block ends. Raises LawError when it cannot be."""
        with ExitStack() as stack:
            try:
                stack.enter_context(self._known[mutant]())
            except Exception as error:
                raise LawError(f"{mutant}: {type(error).__name__}: {error}") from error
            yield

    def met(self, session: Session) -> None:
        """Leave the mock alone: it is to obey the laws as they are."""


def read(path: Path) -> Mapping[str, Law]:
    """Return the mutants of a Python file, or of the package in a folder, by name. Raises LawError.

    They stand in MUTANTS; a name begins with the rules that the mutant must break, with commas between, and a slash.
    """
    known = getattr(_module(path), "MUTANTS", None)
    if not isinstance(known, Mapping) or not known:
        raise LawError(f"{path}: MUTANTS must be a mapping of names to functions that make context managers")
    testable = {rule.id for rule in catalogue.load().testable(sdk=True)}
    for mutant, law in known.items():
        rules = broken(str(mutant))
        if not rules or not set(rules) <= testable:
            raise LawError(f"{path}: {mutant!r}: must begin with rules of the SDK and a slash, such as SDK-21/never")
        if not callable(law):
            raise LawError(f"{path}: {mutant}: {law!r} is no function that makes a context manager")
    return known


def broken(mutant: str) -> tuple[str, ...]:
    """Return the rules that a mutant of an SDK must break: those that its name begins with."""
    rules, slash, _ = mutant.partition("/")
    return tuple(rules.split(",")) if slash else ()


def _module(path: Path) -> ModuleType:
    """Return the module of a file or folder, under whose name its parts import each other. Raises LawError."""
    file = path / "__init__.py" if path.is_dir() else path
    name = path.resolve().stem
    if name in sys.modules:
        if Path(sys.modules[name].__file__ or "").resolve() == file.resolve():
            return sys.modules[name]
        raise LawError(f"{path}: there is another module {name} already")
    places = [str(path.resolve())] if path.is_dir() else None
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=places)
    if spec is None or spec.loader is None:
        raise LawError(f"{path}: is no Python file")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise LawError(f"{path}: {type(error).__name__}: {error}") from error
    return module
