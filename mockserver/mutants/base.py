"""What a mutant is, and the two ways to make one: wrap a function, or change the document."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from mockserver.openapi.document import Document

Original = Callable[..., Any]


@dataclass(frozen=True)
class Patch:
    """One attribute of a module or class, replaced by what ``wrap`` makes of the original."""

    owner: Any
    name: str
    wrap: Callable[[Original], Any]

    @contextmanager
    def apply(self, document: Document) -> Iterator[None]:
        """Replace the attribute until the context ends."""
        original = getattr(self.owner, self.name)
        setattr(self.owner, self.name, self.wrap(original))
        try:
            yield
        finally:
            setattr(self.owner, self.name, original)


@dataclass(frozen=True)
class Edit:
    """A change of the document: ``change`` gets the node that the path leads to, references followed."""

    path: tuple[str, ...]
    change: Callable[[Any], None]

    @contextmanager
    def apply(self, document: Document) -> Iterator[None]:
        """Change the document, for good: it is the mutated server's own copy."""
        node: Any = document.raw
        for part in self.path:
            node = document.resolve(node[part])
        self.change(node)
        document.reread()
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


def patch(owner: Any, name: str, wrap: Callable[[Original], Any]) -> Patch:
    """Wrap a function: ``patch(pairing, "active", lambda original: lambda code, now: True)``."""
    return Patch(owner, name, wrap)


def returning(owner: Any, name: str, change: Callable[[Any], Any]) -> Patch:
    """Change what a plain function returns."""
    return Patch(owner, name, lambda original: lambda *args, **kwargs: change(original(*args, **kwargs)))


def returning_later(owner: Any, name: str, change: Callable[[Any], Any]) -> Patch:
    """Change what a coroutine function returns."""

    def wrap(original: Original) -> Any:
        async def wrapped(*args: Any, **kwargs: Any) -> Any:
            return change(await original(*args, **kwargs))

        return wrapped

    return Patch(owner, name, wrap)


def instead(owner: Any, name: str, replacement: Any) -> Patch:
    """Put something else in the place of a function or constant."""
    return Patch(owner, name, lambda original: replacement)


def together(*parts: Patch | Edit) -> Together:
    """Make several changes at once."""
    return Together(parts)


def operation(path: str, method: str, change: Callable[[Any], None]) -> Edit:
    """Change an operation object of the document."""
    return Edit(("paths", path, method), change)


def schema(name: str, change: Callable[[Any], None], *inside: str) -> Edit:
    """Change a component schema, or a node inside it: ``schema("NewRule", …, "properties", "name")``."""
    return Edit(("components", "schemas", name, *inside), change)


def parameter(name: str, change: Callable[[Any], None]) -> Edit:
    """Change the schema of a component parameter."""
    return Edit(("components", "parameters", name, "schema"), change)


def setting(**values: Any) -> Callable[[Any], None]:
    """Return a change that sets keys of a node."""
    return lambda node: node.update(values)


def role(least: str) -> Callable[[Any], None]:
    """Return a change of the least role of an operation."""
    return lambda node: node.update({"x-min-role": least})
