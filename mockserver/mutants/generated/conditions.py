"""When a defect takes effect: on some calls, for some callers, or after some time."""

import zlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from mockserver.domain.access import Role
from mockserver.http.pipeline import Exchange
from mockserver.mutants.generated.surface import Surface
from mockserver.mutants.operators.patches import once_in

#: Makes a function that says of each call whether the defect takes effect.
Condition = Callable[[], Callable[[Exchange], bool]]
HOUR = timedelta(hours=1)


def always() -> Callable[[Exchange], bool]:
    """Take effect on every call."""
    return lambda exchange: True


def one_in(interval: int) -> Condition:
    """Take effect on every ``interval``-th call."""

    def make() -> Callable[[Exchange], bool]:
        due = once_in(interval)
        return lambda exchange: due()

    return make


def some_orgs() -> Callable[[Exchange], bool]:
    """Take effect in one org of two."""
    return lambda exchange: bool(zlib.crc32(exchange.caller.org_id.encode()) & 1)


def role(name: str) -> Condition:
    """Take effect for callers of one role alone."""
    return lambda: lambda exchange: exchange.caller.role == name


def keys() -> Callable[[Exchange], bool]:
    """Take effect for API keys, and not for access tokens."""
    return lambda exchange: exchange.caller.role is not None and exchange.caller.session_id is None


def an_hour_later() -> Callable[[Exchange], bool]:
    """Take effect from an hour after the first call on."""
    first: list[datetime] = []

    def due(exchange: Exchange) -> bool:
        first.append(exchange.now)
        return exchange.now >= first[0] + HOUR

    return due


def roles(surface: Surface, *, allowed: bool = True) -> Iterator[Role]:
    """Yield the roles that may call an operation, or those that may not."""
    if surface.min_role == "public":
        return
    lowest = Role(surface.min_role)
    yield from (each for each in Role if each.includes(lowest) is allowed)


def of_callers(surface: Surface) -> Iterator[tuple[str, Condition]]:
    """Yield the conditions that single out callers, by name."""
    if surface.min_role == "public":
        return
    yield "org", some_orgs
    yield "keys", keys
    for each in roles(surface):
        yield each.value, role(each.value)
