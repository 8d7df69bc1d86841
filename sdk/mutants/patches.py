"""How a mutant of the SDK is made: functions and classes are replaced for as long as a context is entered.

What is replaced is given as an object, not as a name in a string, so that mypy reports a mutant of something that no
longer exists. It is replaced in every module and class of the SDK that holds it, under whichever name.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cache, partial, wraps
from inspect import Signature, isclass, signature
from types import ModuleType
from typing import Any

import novavms

Mutant = Callable[[], AbstractContextManager[object]]
Function = Callable[..., Any]
#: A module or class, and the name under which it holds something.
Place = tuple[Any, str]
_MISSING = object()


def mutant(mutants: dict[str, Mutant], id: str, function: Function) -> Callable[[Function], Function]:
    """Return a decorator that adds a mutant: the decorated function is called in place of one of the SDK.

    An id begins with the rules that the mutant breaks, then a slash: ``SDK-22,SDK-23/never``. Raises ValueError for one
    that exists.
    """

    def add(other: Function) -> Function:
        if id in mutants:
            raise ValueError(f"two mutants have the id {id}")
        mutants[id] = around(function, other)
        return other

    return add


def around(
    function: Function,
    other: Function,
    *,
    shape: Callable[[Signature], Signature] | None = None,
    within: ModuleType | None = None,
) -> Mutant:
    """Call ``other(function, *arguments)`` where the SDK calls ``function(*arguments)``.

    ``shape`` changes the signature that ``inspect`` shows; ``within`` limits the mutant to one module.
    """

    def wrap(original: Function) -> Function:
        @wraps(original)
        def wrapper(*arguments: Any, **fields: Any) -> Any:
            return other(original, *arguments, **fields)

        if shape:
            wrapper.__signature__ = shape(signature(original))  # type: ignore[attr-defined]
        return wrapper

    return together(*(attribute(*place, wrap) for place in places(function) if within in (None, place[0])))


def reshaped(function: Function, shape: Callable[[Signature], Signature]) -> Mutant:
    """Show another signature of a function that does the same as before."""
    return around(function, lambda original, *arguments, **fields: original(*arguments, **fields), shape=shape)


def replaced(thing: Any, value: Any) -> Mutant:
    """Put a value in the place of a function or class."""
    return together(*(attribute(*place, lambda _: value) for place in places(thing)))


def removed(*things: Any, name: str | None = None) -> Mutant:
    """Remove functions, methods or classes under all their names, or only under one name."""
    found = [place for thing in things for place in places(thing) if name in (None, place[1])]
    return together(*(attribute(*place, lambda _: _MISSING) for place in found))


def attribute(owner: Any, name: str, change: Callable[[Any], Any]) -> Mutant:
    """Change an attribute by its name, for those that Python itself names, such as ``__kwdefaults__``."""
    return partial(_changed, owner, name, change)


def entry(mapping: MutableMapping[str, Any], key: str, value: Any) -> Mutant:
    """Put another value into a mapping."""
    return partial(_entered, mapping, key, value)


def together(*parts: Mutant) -> Mutant:
    """Make several changes at once."""
    return partial(_all, parts)


def for_each(id: str, values: Iterable[Any], how: Callable[[Any], Mutant]) -> dict[str, Mutant]:
    """Return a mutant for each value, which stands in the id where the braces are."""
    return {id.format(value): how(value) for value in values}


def both(method: Function) -> tuple[Function, Function]:
    """Return a method of the blocking client and its counterpart in the asyncio client; that of iter is aiter."""
    (owner, name), *_ = places(method)
    counterparts = [each for each in _owners() if isclass(each) and each.__name__ == f"Async{owner.__name__}"]
    return method, getattr(counterparts[0], {"iter": "aiter"}.get(name, name))


def places(thing: Any) -> list[Place]:
    """Return the places in the SDK, or else in its own module, that hold a thing. Raises LookupError without any."""
    owners = [*_owners(), sys.modules[thing.__module__]]
    found = {(id(owner), name): owner for owner in owners for name, value in vars(owner).items() if value is thing}
    if not found:
        raise LookupError(f"{novavms.__name__} does not hold {thing!r}")
    return [(owner, name) for (_, name), owner in found.items()]


@cache
def _owners() -> tuple[Any, ...]:
    """Return the modules of the SDK, and the classes that are defined there."""
    modules = [module for name, module in sys.modules.items() if _is_of_sdk(name)]
    held = dict.fromkeys(value for module in modules for value in vars(module).values() if isclass(value))
    return (*modules, *(each for each in held if _is_of_sdk(each.__module__)))


def _is_of_sdk(module: str) -> bool:
    return module.partition(".")[0] == novavms.__name__


@contextmanager
def _changed(owner: Any, name: str, change: Callable[[Any], Any]) -> Iterator[None]:
    own, before = vars(owner).get(name, _MISSING), getattr(owner, name, _MISSING)
    value = change(before if own is _MISSING else own)
    if value is _MISSING:
        delattr(owner, name)
    else:
        setattr(owner, name, value)
    try:
        yield
    finally:
        if own is not _MISSING:
            setattr(owner, name, own)
        elif name in vars(owner):  # added by the mutant
            delattr(owner, name)
        else:  # kept outside vars(), such as the defaults of a function
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
