"""Walking along the pages of a list."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from novavms._core.call import Call

T_co = TypeVar("T_co", covariant=True)
PageT = TypeVar("PageT")


class Page(Protocol[T_co]):
    """What every list has; lists that come in one piece have no ``next_cursor``."""

    @property
    def data(self) -> Sequence[T_co]:
        """The items."""
        ...


def following(call: Call[PageT], page: PageT) -> Call[PageT] | None:
    """Return the call of the page after this one, None at the end (SDK-67)."""
    cursor = getattr(page, "next_cursor", None)
    return replace(call, query={**call.query, "cursor": cursor}) if cursor else None
