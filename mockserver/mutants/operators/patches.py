"""What a mutant is, and how a function is wrapped to make one; the document is changed in ``documents``."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

from mockserver.openapi.document import Document

JSON = dict[str, Any]
Change = Callable[[Any], Any]
Original = Callable[..., Any]
Wrap = Callable[[Original], Any]


@dataclass(frozen=True)
class Patch:
    """One attribute of a module or class, replaced by what ``wrap`` makes of the original."""

    owner: Any
    name: str
    wrap: Wrap

    def __post_init__(self) -> None:
        self.current()  # raises AttributeError or KeyError for a name that is not there

    @contextmanager
    def apply(self, document: Document) -> Iterator[None]:
        """Replace the attribute until the context ends."""
        original = self.current()
        self._replace(self.wrap(original))
        try:
            yield
        finally:
            self._replace(original)

    def current(self) -> Any:
        """Return the attribute as it is now."""
        return getattr(self.owner, self.name)

    def _replace(self, value: Any) -> None:
        setattr(self.owner, self.name, value)


class Entry(Patch):
    """One entry of a table, replaced by what ``wrap`` makes of the original."""

    def current(self) -> Any:
        """Return the entry as it is now."""
        return self.owner[self.name]

    def _replace(self, value: Any) -> None:
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
    """Changes that only together make a wrong law."""

    parts: tuple[Patch | Edit, ...]

    @contextmanager
    def apply(self, document: Document) -> Iterator[None]:
        """Make all the changes until the context ends."""
        with ExitStack() as stack:
            for part in self.parts:
                stack.enter_context(part.apply(document))
            yield


How = Patch | Edit | Together


@dataclass(frozen=True)
class Mutant:
    """A wrong law: its name (the rule, a slash, what is wrong), the rules it must break, and the change."""

    id: str
    breaks: tuple[str, ...]
    how: How

    def apply(self, document: Document) -> Any:
        """Put the mutant in force until the context ends."""
        return self.how.apply(document)


def mutant(name: str, how: How, *also: str) -> Mutant:
    """Return a mutant that breaks the rule in front of the slash, and the others named."""
    return Mutant(name, (name.partition("/")[0], *also), how)


def for_each(name: str, values: Iterable[Any], how: Callable[[Any], How], *also: str) -> list[Mutant]:
    """Return a mutant for each value, which stands in the name where the braces are."""
    return [mutant(name.format(value), how(value), *also) for value in values]


def patch(owner: Any, name: str, wrap: Wrap) -> Patch:
    """Wrap a function: ``patch(pairing, "active", lambda original: lambda code, now: True)``."""
    return Patch(owner, name, wrap)


def returning(owner: Any, name: str, change: Change) -> Patch:
    """Change what a function returns, or what it yields when it is awaited."""
    return Patch(owner, name, on_result(change))


def on_result(change: Change) -> Wrap:
    """Return a wrapper that changes what a function returns, or what it yields when it is awaited."""

    async def later(found: Any) -> Any:
        return change(await found)

    def wrap(original: Original) -> Any:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            found = original(*args, **kwargs)
            return later(found) if isawaitable(found) else change(found)

        return wrapped

    return wrap


def instead(owner: Any, name: str, replacement: Any) -> Patch:
    """Put something else in the place of a function or constant."""
    return Patch(owner, name, lambda original: replacement)


def together(*parts: Patch | Edit) -> Together:
    """Make several changes at once."""
    return Together(parts)
