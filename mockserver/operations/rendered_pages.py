"""Pages of lists as JSON, so that a page that has not changed is rendered once."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from mockserver.domain.records import Record

MAX_PAGES = 256


class RenderedPage(NamedTuple):
    """A page as it was answered: its rows, the records that it quotes, by id, and its items as JSON."""

    rows: Sequence[Record]
    quoted: Mapping[str, Record]
    items: msgspec.Raw


class RenderedPages:
    """The pages rendered last, by the identity of their rows.

    A store that keeps pages in memory returns the same sequence until one of its rows changes. A page kept here keeps
    its rows, so no other sequence gets their identity. The oldest page is dropped for one more than ``MAX_PAGES``.
    """

    def __init__(self) -> None:
        self._pages: dict[int, RenderedPage] = {}

    def find(self, rows: Sequence[Record]) -> RenderedPage | None:
        """Return the page that was rendered of these very rows, or None."""
        return self._pages.get(id(rows))

    def keep(self, page: RenderedPage) -> None:
        """Keep a page, in the place of the one with the same rows."""
        self._pages.pop(id(page.rows), None)
        if len(self._pages) >= MAX_PAGES:
            del self._pages[next(iter(self._pages))]
        self._pages[id(page.rows)] = page
