"""Pages of a list: the call of the next one, and the pages that walk on by themselves when they are iterated."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

from pydantic import PrivateAttr

from novavms._core.call import Call, Trail
from novavms._core.values import Model
from novavms.errors import ConfigurationError, ResponseError, UnsupportedOperationError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
PageT = TypeVar("PageT")
SelfT = TypeVar("SelfT", bound="_Page[Any]")


class Listed(Protocol[T_co]):
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


@dataclass(frozen=True, repr=False)
class Origin:
    """How a page was fetched: ``send`` fetches another one. Neither a pickle nor a deep copy of a page has it."""

    send: Callable[[Call[Any]], Any] | None = None
    call: Call[Any] | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Origin)  # pages are equal by what they hold

    def __hash__(self) -> int:
        return hash(Origin)

    def __reduce__(self) -> tuple[type["Origin"], tuple[()]]:
        return Origin, ()


class _Page(Model, Generic[T]):
    _origin: Origin = PrivateAttr(default_factory=Origin)

    @property
    def has_next(self) -> bool:
        """Whether there is another page."""
        return bool(getattr(self, "next_cursor", None))

    def _fetch(self) -> Any:
        """Start the call of the next page."""
        if self._origin.send is None or self._origin.call is None:
            raise ConfigurationError(
                "This page is a copy, which belongs to no client: pass its next_cursor to list(cursor=...)"
            )
        call = next_page(self._origin.call, self)
        if call is None:
            raise UnsupportedOperationError("This is the last page: call next_page() only while has_next is true")
        return self._origin.send(call)

    def _items(self) -> Sequence[T]:
        found: Sequence[T] = self.__dict__["data"]
        return found


class Page(_Page[T], Generic[T]):
    """A page of a list. Iterated, it yields its items and those of all pages after it, which are fetched as needed."""

    def __iter__(self) -> Iterator[T]:  # type: ignore[override]
        page = self
        yield from page._items()
        while page.has_next:
            page = page.next_page()
            yield from page._items()

    def next_page(self: SelfT) -> SelfT:
        """Return the page after this one. Raises UnsupportedOperationError on the last, where ``has_next`` is false."""
        page: SelfT = self._fetch()
        return page


class AsyncPage(_Page[T], Generic[T]):
    """A page of a list. ``async for`` yields its items and those of all pages after it, which are fetched as needed."""

    def __iter__(self) -> Any:
        raise UnsupportedOperationError("A page of the asyncio client is iterated with `async for`; `data` is its list")

    async def __aiter__(self) -> AsyncIterator[T]:
        page = self
        for item in page._items():
            yield item
        while page.has_next:
            page = await page.next_page()
            for item in page._items():
                yield item

    def next_page(self: SelfT) -> Awaitable[SelfT]:
        """Await the page after this one. Raises UnsupportedOperationError on the last, where ``has_next`` is false."""
        page: Awaitable[SelfT] = self._fetch()
        return page


def attached(answer: T, send: Callable[[Call[Any]], Any], call: Call[Any]) -> T:
    """Return an answer; a page gets to know how the next one is fetched."""
    if isinstance(answer, _Page):
        answer._origin = Origin(send, call)
    return answer
