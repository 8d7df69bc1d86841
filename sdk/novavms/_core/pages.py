"""Pages of a list: their interface, and the call of the next one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from novavms._core.call import Call, Trail
from novavms.errors import ResponseError

T_co = TypeVar("T_co", covariant=True)
PageT = TypeVar("PageT")


class Page(Protocol[T_co]):
    """What every list answer has; lists without pages have no ``next_cursor``."""

    @property
    def data(self) -> Sequence[T_co]:
        """The items."""
        ...


def next_page(call: Call[PageT], page: PageT) -> Call[PageT] | None:
    """Return the call of the next page, or None after the last one (SDK-67).

    Raises ResponseError for a cursor that repeats: the walk would never end.
    """
    cursor = getattr(page, "next_cursor", None)
    if not cursor:
        return None
    trail = call.trail
    if cursor in (trail.cursor, call.query.get("cursor")):
        raise ResponseError(f"GET {call.path} answered with a cursor that it has answered before: the list has no end")
    if trail.pages == 0:
        trail = Trail(cursor, pages=2 * trail.length, length=2 * trail.length)
    following = replace(trail, pages=trail.pages - 1)
    return replace(call, query={**call.query, "cursor": cursor}, trail=following)
