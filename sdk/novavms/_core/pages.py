"""Pages of a list: their interface, and the call of the next one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from novavms._core.call import Call

T_co = TypeVar("T_co", covariant=True)
PageT = TypeVar("PageT")


class Page(Protocol[T_co]):
    """What every list answer has; lists without pages have no ``next_cursor``."""

    @property
    def data(self) -> Sequence[T_co]:
        """The items."""
        ...


def next_page(call: Call[PageT], page: PageT) -> Call[PageT] | None:
    """Return the call of the next page, or None after the last one (SDK-67)."""
    cursor = getattr(page, "next_cursor", None)
    return replace(call, query={**call.query, "cursor": cursor}) if cursor else None
