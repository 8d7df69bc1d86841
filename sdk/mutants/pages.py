"""Mutants of pages and of walks along them."""

import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

from mutants.operators import change_answer, change_call, change_query, in_both, updated
from mutants.patches import Function, Mutant, around, both, mutant, removed, together
from novavms import _awaiting, _blocking
from novavms._awaiting import AsyncChannel
from novavms._blocking import Channel
from novavms._core.call import Call
from novavms._core.pages import next_page
from novavms.async_client import AsyncEvents
from novavms.client import Alerts, Cameras, Events, Rules, Sites, Users, Webhooks

AnyCall = Call[Any]
WALKS: dict[str, Function] = {
    "cameras": Cameras.iter,
    "events": Events.iter,
    "alerts": Alerts.iter,
    "rules": Rules.iter,
    "sites": Sites.iter,
    "users": Users.iter,
    "webhooks": Webhooks.iter,
}


def _next_page(
    change: Callable[[AnyCall | None, AnyCall, Any], AnyCall | None], within: ModuleType | None = None
) -> Mutant:
    """Change the call of the next page: ``change`` gets it, the call of the page before, and that page."""
    return around(next_page, lambda original, call, page: change(original(call, page), call, page), within=within)


def _end_where(condition: Callable[[AnyCall, Any], bool]) -> Mutant:
    """End walks after a page that meets a condition, too."""
    return _next_page(lambda following, call, page: None if condition(call, page) else following)


def _further_pages_without(name: str, within: ModuleType) -> Mutant:
    """Drop a query parameter from the second page on."""
    return _next_page(lambda following, *_: following and _drop(following, name), within)


def _walk_without(walk: Function, name: str) -> Mutant:
    """Drop a query parameter from all pages of a walk."""
    return around(walk, lambda original, channel, call: original(channel, _drop(call, name)))


def _drop(call: AnyCall, name: str) -> AnyCall:
    return replace(call, query={key: value for key, value in call.query.items() if key != name})


def _cursor(change: Callable[[str], Any]) -> Mutant:
    """Send another cursor than the page had."""
    return change_query("GET *", cursor=lambda cursor: cursor and change(cursor))


def _next_cursor(change: Callable[[Any], Any]) -> Mutant:
    """Return pages with another cursor."""
    return change_answer("GET *s", updated(next_cursor=change))


def _default_query(**query: str) -> Mutant:
    return change_call("GET *s", lambda call: replace(call, query={**query, **call.query}))


def _items(change: Callable[[Iterator[Any]], Any]) -> Mutant:
    """Change the items that a walk of the blocking client yields."""
    return around(Channel.walk, lambda original, channel, call: change(original(channel, call)))


def _items_async(change: Callable[[AsyncIterator[Any]], Any]) -> Mutant:
    """Change the items that a walk of the asyncio client yields."""
    return around(AsyncChannel.walk, lambda original, channel, call: change(original(channel, call)))


def _prefetched(items: Iterator[Any]) -> Iterator[Any]:
    """Fetch two items more than were asked for."""
    held = list(itertools.islice(items, 2))
    for item in items:
        held.append(item)
        yield held.pop(0)
    yield from held


async def _prefetched_async(items: AsyncIterator[Any]) -> AsyncIterator[Any]:
    held: list[Any] = []
    async for item in items:
        held.append(item)
        if len(held) > 2:
            yield held.pop(0)
    for item in held:
        yield item


def _all_fetched(items: Iterator[Any]) -> Iterator[Any]:
    """Fetch all pages at the first item."""
    yield from list(items)


async def _all_fetched_async(items: AsyncIterator[Any]) -> AsyncIterator[Any]:
    for item in await _as_list(items):
        yield item


async def _without_last_async(items: AsyncIterator[Any]) -> AsyncIterator[Any]:
    for item in (await _as_list(items))[:-1]:
        yield item


async def _as_list(items: AsyncIterator[Any]) -> list[Any]:
    return [item async for item in items]


class _PlainIterator:
    """An iterator that is not a generator."""

    def __init__(self, items: Iterator[Any]) -> None:
        self.items = items

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return next(self.items)


def _renamed(**names: str) -> Callable[[Any], Any]:
    """Return a change of the names of a page's attributes."""

    def change(page: Any) -> Any:
        if not hasattr(page, "data"):
            return page
        fields = {names.get(name) or name: value for name, value in vars(page).items()}
        return type("Page", (), fields)()

    return change


def _cursor_only(original: Function, namespace: Any, *, cursor: str | None = None) -> Any:
    """Take no other argument than a cursor."""
    return original(namespace, cursor=cursor)


MUTANTS: dict[str, Mutant] = {
    "SDK-63/lower-case": _cursor(str.lower),
    "SDK-63/stripped": _cursor(str.strip),
    "SDK-63/padding-cut": _cursor(lambda cursor: cursor.rstrip("=")),
    "SDK-63/encoded-twice": _cursor(lambda cursor: cursor.replace("%", "%25")),
    "SDK-63/plus-is-a-blank": _cursor(lambda cursor: cursor.replace("+", " ")),
    "SDK-63/ascii-alone": _cursor(lambda cursor: cursor.encode("ascii", "ignore").decode()),
    "SDK-63/cut": _cursor(lambda cursor: cursor[:16]),
    "SDK-64/first-page-alone": _next_page(lambda *_: None, _blocking),
    "SDK-64/no-last-item": _items(lambda items: iter(list(items)[:-1])),
    "SDK-64/every-item-twice": _items(lambda items: (item for item in items for _ in range(2))),
    "SDK-64/backwards": _items(lambda items: iter(list(items)[::-1])),
    "SDK-64/filter-on-the-first-page-alone": _further_pages_without("trigger_type", _blocking),
    "SDK-64/limit-on-the-first-page-alone": _further_pages_without("limit", _blocking),
    "SDK-64/no-limit": _walk_without(Channel.walk, "limit"),
    "SDK-64/no-filter": _walk_without(Channel.walk, "trigger_type"),
    **{f"SDK-64/no-iter-of-{name}": removed(walk) for name, walk in WALKS.items()},
    "SDK-65/a-list": _items(list),
    "SDK-65/an-iterator": _items(_PlainIterator),
    "SDK-65/a-chain": _items(itertools.chain),
    "SDK-66/all-at-once": together(_items(_all_fetched), _items_async(_all_fetched_async)),
    "SDK-66/all-at-once-by-the-async-client": _items_async(_all_fetched_async),
    "SDK-66/one-page-ahead": together(_items(_prefetched), _items_async(_prefetched_async)),
    "SDK-66/a-page-an-item": change_query("GET /events", limit="1"),
    "SDK-67/a-short-page": _end_where(lambda call, page: len(page.data) < int(call.query.get("limit", 1))),
    "SDK-67/an-empty-page": _end_where(lambda call, page: not page.data),
    "SDK-67/total": _end_where(lambda call, page: len(page.data) >= page.total),
    "SDK-67/no-end": _next_page(lambda following, call, page: following or _drop(call, "cursor")),
    "SDK-67/three-pages": _end_where(lambda call, page: call.query.get("cursor") == "2"),
    "SDK-69/none-is-text": _default_query(cursor="None"),
    "SDK-69/none-is-empty": _default_query(cursor=""),
    "SDK-69/no-cursor": change_query("GET *s", cursor=None),
    "SDK-69/no-limit": change_query("GET *s", limit=None),
    "SDK-69/always-a-limit": change_query("GET *s", limit=lambda limit: limit and "100"),
    "SDK-70/items": change_answer("GET *s", _renamed(data="items")),
    "SDK-70/next": change_answer("GET *s", _renamed(next_cursor="next")),
    "SDK-70/empty-in-place-of-none": _next_cursor(lambda cursor: cursor or ""),
    "SDK-70/a-number": _next_cursor(lambda cursor: cursor and len(cursor)),
    "SDK-70/none-at-once": _next_cursor(lambda cursor: None),
    "SDK-71/no-end": _next_cursor(lambda cursor: cursor or "MQ"),
    "SDK-71/empty-in-place-of-none": _next_cursor(lambda cursor: cursor or ""),
    "SDK-71/none-at-once": _next_cursor(lambda cursor: None),
    "SDK-71/same-page": change_query("GET *s", cursor=None),
    **{f"SDK-72/no-aiter-of-{name}": removed(both(walk)[1]) for name, walk in WALKS.items()},
    "SDK-72/first-page-alone": _next_page(lambda *_: None, _awaiting),
    "SDK-72/to-be-awaited": _items_async(_as_list),
    "SDK-72/no-last-item": _items_async(_without_last_async),
    "SDK-73/ignored": _walk_without(AsyncChannel.walk, "limit"),
    "SDK-73/on-the-first-page-alone": _further_pages_without("limit", _awaiting),
    "SDK-73/refused": around(AsyncEvents.aiter, _cursor_only),
    "SDK-74/fifty-at-most": change_query("GET /events", limit=lambda limit: limit and str(min(int(limit), 50))),
    "SDK-74/dropped": change_query("GET /events", limit=None),
    "SDK-74/refused": in_both(Events.list, _cursor_only),
}


@mutant(MUTANTS, "SDK-67/one-request-more", Channel.walk)
def _send_after_the_end(original: Function, channel: Channel, call: AnyCall) -> Iterator[Any]:
    yield from original(channel, call)
    channel.send(replace(call, query={}))


@mutant(MUTANTS, "SDK-69/everything", Channel.send)
def _send_for_all_pages(original: Function, channel: Channel, call: AnyCall) -> Any:
    page = original(channel, call)
    while hasattr(page, "data") and (following := next_page(call, page)):
        more = original(channel, following)
        page = more.model_copy(update={"data": [*page.data, *more.data]})
    return page


@mutant(MUTANTS, "SDK-72/whole-pages", AsyncChannel.walk)
async def _yield_pages(original: Function, channel: AsyncChannel, call: AnyCall) -> AsyncIterator[Any]:
    following: AnyCall | None = call
    while following is not None:
        page = await channel.send(following)
        yield page.data
        following = next_page(following, page)
