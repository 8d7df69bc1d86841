"""What a mutant of the SDK is, and how one is made: something is replaced for as long as a context is entered."""

from collections.abc import Callable, Iterable, Iterator, MutableMapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from typing import Any

Mutant = Callable[[], AbstractContextManager[object]]
Original = Callable[..., Any]
_NONE = object()


def patch(owner: Any, name: str, wrap: Callable[[Any], Any]) -> Mutant:
    """Put what ``wrap`` makes of an attribute in its place."""
    return partial(_changed, owner, name, wrap)


def instead(owner: Any, name: str, value: Any) -> Mutant:
    """Put something else in the place of an attribute, whether there is one or not."""
    return partial(_changed, owner, name, lambda _: value)


def lacking(*where: tuple[Any, str]) -> Mutant:
    """Take attributes away."""
    return together(*(partial(_changed, owner, name, lambda _: _NONE) for owner, name in where))


def entry(mapping: MutableMapping[str, Any], key: str, value: Any) -> Mutant:
    """Put another value into a mapping."""
    return partial(_entered, mapping, key, value)


def together(*parts: Mutant) -> Mutant:
    """Make several changes at once."""
    return partial(_all, parts)


def for_each(name: str, values: Iterable[Any], how: Callable[[Any], Mutant]) -> dict[str, Mutant]:
    """Return a mutant for each value, which stands in the name where the braces are."""
    return {name.format(value): how(value) for value in values}


@contextmanager
def _changed(owner: Any, name: str, wrap: Callable[[Any], Any]) -> Iterator[None]:
    own, before = vars(owner).get(name, _NONE), getattr(owner, name, _NONE)
    value = wrap(before if own is _NONE else own)
    if value is _NONE:
        delattr(owner, name)
    else:
        setattr(owner, name, value)
    try:
        yield
    finally:
        if own is not _NONE:
            setattr(owner, name, own)
        elif name in vars(owner):  # what had been inherited, or not there
            delattr(owner, name)
        else:  # what is kept elsewhere, such as the defaults of a function
            setattr(owner, name, before)


@contextmanager
def _entered(mapping: MutableMapping[str, Any], key: str, value: Any) -> Iterator[None]:
    before = mapping[key]
    mapping[key] = value
    try:
        yield
    finally:
        mapping[key] = before


@contextmanager
def _all(parts: Iterable[Mutant]) -> Iterator[None]:
    with ExitStack() as stack:
        for part in parts:
            stack.enter_context(part())
        yield
