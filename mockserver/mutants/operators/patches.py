"""What a mutant is, and how a function or constant is replaced to make one; ``document`` edits the document.

A defect is a function that takes the place of another one, which it gets as its first argument: ``lambda original,
code, now: code`` in place of ``redeem(code, now)``. Patches name what they replace by reference, so that type checkers
and refactorings see it.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from inspect import isawaitable
from itertools import count
from types import ModuleType
from typing import Any

from mockserver.openapi.document import Document
from mockserver.operations import registry

JSON = dict[str, Any]
Change = Callable[[Any], Any]
AnyFunction = Callable[..., Any]
Original = AnyFunction


@dataclass(frozen=True)
class Stateful:
    """A defect with a state: ``make`` returns a new one each time its mutant is activated."""

    make: Callable[[], AnyFunction]


Defect = AnyFunction | Stateful


def stateful(make: Callable[[], AnyFunction]) -> Stateful:
    """Mark a function that returns a defect with a state, such as a counter."""
    return Stateful(make)


@dataclass(frozen=True)
class Patch:
    """One attribute of a module or class, replaced by what ``replacement`` makes of the original."""

    owner: Any
    name: str
    replacement: Callable[[Any], Any]

    @contextmanager
    def apply(self, document: Document) -> Iterator[None]:
        """Replace it until the context ends."""
        original = self.current()
        self._set(self.replacement(original))
        try:
            yield
        finally:
            self._set(original)

    def current(self) -> Any:
        """Return what the name stands for now."""
        return getattr(self.owner, self.name)

    def _set(self, value: Any) -> None:
        setattr(self.owner, self.name, value)


class Entry(Patch):
    """One entry of a table, replaced by what ``replacement`` makes of the original."""

    def current(self) -> Any:
        """Return what the name stands for now."""
        return self.owner[self.name]

    def _set(self, value: Any) -> None:
        self.owner[self.name] = value


@dataclass(frozen=True)
class Edit:
    """A change of the document: ``change`` gets the node that ``find`` finds in it."""

    find: Callable[[Document], Any]
    change: Callable[[Any], object]

    @contextmanager
    def apply(self, document: Document) -> Iterator[None]:
        """Change the document, for good: it is the mutated server's own copy."""
        self.change(self.find(document))
        document.rebuild_registry()
        yield


@dataclass(frozen=True)
class Together:
    """Several changes that make one mutant."""

    parts: tuple[Patch | Edit, ...]

    @contextmanager
    def apply(self, document: Document) -> Iterator[None]:
        """Make all the changes until the context ends."""
        with ExitStack() as stack:
            for part in self.parts:
                stack.enter_context(part.apply(document))
            yield


Operator = Patch | Edit | Together


@dataclass(frozen=True)
class Mutant:
    """A deliberate defect: its id (the rule, a slash, what is wrong), the rules it must break, and what it changes."""

    id: str
    breaks: tuple[str, ...]
    operator: Operator

    def apply(self, document: Document) -> AbstractContextManager[None]:
        """Activate the mutant until the context ends."""
        return self.operator.apply(document)

    def listed(self) -> JSON:
        """Return what is listed of it."""
        return {"id": self.id, "breaks": self.breaks}


def mutant(id_: str, operator: Operator, *also: str) -> Mutant:
    """Return a mutant that breaks the rule in front of the slash, and the others named."""
    return Mutant(id_, (id_.partition("/")[0], *also), operator)


def for_each(id_: str, values: Iterable[Any], operator: Callable[[Any], Operator], *also: str) -> list[Mutant]:
    """Return a mutant for each value, which stands in the id where the braces are."""
    return [mutant(id_.format(value), operator(value), *also) for value in values]


class Mutants(list[Mutant]):
    """The mutants of one topic; the decorator ``defect`` adds one whose defect takes more than a line."""

    def defect(
        self, id_: str, *also: str, of: AnyFunction | property | str, within: ModuleType | None = None
    ) -> Callable[[Defect], Defect]:
        """Add a mutant with the decorated function in place of ``of``: a function, or an operation by its operationId.

        The other arguments are those of ``mutant`` and ``around``.
        """

        def add(defect: Defect) -> Defect:
            patch = entry(registry.OPERATIONS, of, defect) if isinstance(of, str) else around(of, defect, within)
            self.append(mutant(id_, patch, *also))
            return defect

        return add


def around(target: Any, defect: Defect, within: ModuleType | None = None) -> Patch:
    """Put a defect in place of a function, method or property: ``around(pairing.active, lambda original, *_: True)``.

    A function that another module has imported by name is replaced ``within`` that module alone. Raises TypeError if
    the module or class holds something else under the name of the target.
    """
    owner, name = _place(target, within)
    return Patch(owner, name, lambda original: _replacement(original, defect))


def returning(target: Any, change: Change, within: ModuleType | None = None) -> Patch:
    """Change what a function returns, or what it yields when it is awaited."""
    return around(target, on_result(change), within)


def entry(table: dict[str, Any], name: str, defect: Defect) -> Entry:
    """Put a defect in place of a function in a table. Raises KeyError when the table has no such name."""
    table[name]
    return Entry(table, name, lambda original: _replacement(original, defect))


def replaced(read: Callable[[], Any], value: Any, within: ModuleType | None = None) -> Patch:
    """Put another value in place of a constant or function: ``replaced(lambda: pairing.LIFETIME, timedelta())``."""
    owner, name = _attribute(read)
    return Patch(within or owner, name, lambda original: value)


def constant(read: Callable[[], Any], change: Change) -> Patch:
    """Change a constant: ``constant(lambda: webhooks.RETRY_DELAYS, backwards)``."""
    owner, name = _attribute(read)
    return Patch(owner, name, change)


def dropped(read: Callable[[], tuple[Any, ...]], *values: Any) -> Patch:
    """Take values out of a tuple: ``dropped(lambda: gateways._LISTED, "version")``."""
    return constant(read, lambda found: tuple(value for value in found if value not in values))


def together(*parts: Patch | Edit) -> Together:
    """Make several changes at once."""
    return Together(parts)


# ---------------------------------------------------------------- defects


def on_result(change: Change) -> AnyFunction:
    """Return a defect that changes what a function returns, or what it yields when it is awaited."""

    async def later(found: Any) -> Any:
        return change(await found)

    def defect(original: Original, *args: Any, **kwargs: Any) -> Any:
        found = original(*args, **kwargs)
        return later(found) if isawaitable(found) else change(found)

    return defect


def once_in(interval: int) -> Callable[[], bool]:
    """Return a function that returns True on every ``interval``-th call."""
    calls = count(1)
    return lambda: next(calls) % interval == 0


def occasionally(interval: int, defect: AnyFunction) -> Stateful:
    """Return a defect that takes effect on every ``interval``-th call: ``occasionally(20, nothing)``."""

    def make() -> AnyFunction:
        due = once_in(interval)

        def occasional(original: Original, *args: Any, **kwargs: Any) -> Any:
            return defect(original, *args, **kwargs) if due() else original(*args, **kwargs)

        return occasional

    return Stateful(make)


def calling(function: AnyFunction) -> AnyFunction:
    """Return a defect that calls another function instead, with the same arguments."""
    return lambda original, *args, **kwargs: function(*args, **kwargs)


async def nothing(*_: Any, **__: Any) -> None:
    """Do nothing, in place of a coroutine function that checks or changes something."""


# ---------------------------------------------------------------- places


def _replacement(original: Any, defect: Defect) -> Any:
    """Return the function, or property, that takes the place of the original."""
    made = defect.make() if isinstance(defect, Stateful) else defect
    if isinstance(original, property):
        getter = original.fget
        return property(lambda self: made(getter, self))
    return lambda *args, **kwargs: made(original, *args, **kwargs)


def _place(target: Any, within: ModuleType | None) -> tuple[Any, str]:
    """Return the module or class that holds a function, and its name there. Raises TypeError when it holds another."""
    function: Any = target.fget if isinstance(target, property) else target
    *classes, name = function.__qualname__.split(".")
    owner: Any = within or sys.modules[function.__module__]
    for each in classes if within is None else ():
        owner = getattr(owner, each)
    if getattr(owner, name) is not target:
        raise TypeError(f"{owner.__name__}.{name} is not {target!r}")
    return owner, name


def _attribute(read: Callable[[], Any]) -> tuple[Any, str]:
    """Return the module or class, and the name in it, that ``lambda: owner.name`` reads."""
    function: Any = read
    names = list(function.__code__.co_names)
    owner = function.__closure__[0].cell_contents if function.__closure__ else function.__globals__[names.pop(0)]
    for each in names[:-1]:
        owner = getattr(owner, each)
    return owner, names[-1]
