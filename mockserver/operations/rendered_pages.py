"""Pages of lists as JSON, so that a page that has not changed is rendered once."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from mockserver.domain.records import Record

MAX_PAGES, MAX_BYTES = 256, 2 * 1024 * 1024


class RenderedPage(NamedTuple):
    """A page as it was answered: its rows, the records that it quotes, by id, and its items as JSON."""

    rows: Sequence[Record]
    quoted: Mapping[str, Record]
    items: msgspec.Raw


class RenderedPages:
    """The pages rendered last, by the identity of their rows.

    A store that keeps pages in memory returns the same sequence until one of its rows changes. A page kept here keeps
    its rows, so no other sequence gets their identity. The oldest pages are dropped for more than ``MAX_PAGES``, or for
    more than ``MAX_BYTES`` of JSON.
    """

    def __init__(self) -> None:
        self._pages: dict[int, RenderedPage] = {}
        self._bytes = 0

    def find(self, rows: Sequence[Record]) -> RenderedPage | None:
        """Return the page that was rendered of these very rows, or None."""
        return self._pages.get(id(rows))

    def keep(self, page: RenderedPage) -> None:
        """Keep a page, in the place of the one with the same rows."""
        self._drop(id(page.rows))
        self._pages[id(page.rows)] = page
        self._bytes += len(memoryview(page.items))
        while len(self._pages) > MAX_PAGES or self._bytes > MAX_BYTES:
            self._drop(next(iter(self._pages)))

    def _drop(self, key: int) -> None:
        page = self._pages.pop(key, None)
        if page is not None:
            self._bytes -= len(memoryview(page.items))
