"""Wrong laws about pages and walks along them."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mutants.base import Mutant, Original, for_each, instead, lacking, patch, together
from mutants.parts import answering, asking, namespaces, sending
from novavms import _awaiting, _blocking
from novavms._awaiting import AsyncChannel
from novavms._blocking import Channel
from novavms._core.pages import following

NAMESPACES = ("cameras", "events", "alerts", "rules", "sites", "users", "webhooks")


def _follow(law: Callable[[Any, Any], Any]) -> Mutant:
    """Go on from page to page by another law: it gets the call and the page and returns the next call, or None."""
    return together(instead(_blocking, "following", law), instead(_awaiting, "following", law))


def _follow_in(module: Any, law: Callable[[Any, Any], Any]) -> Mutant:
    return instead(module, "following", law)


def _walk(law: Callable[[Original, Channel, Any], Any]) -> Mutant:
    """Walk by another law in the blocking client."""

    def wrap(original: Original) -> Any:
        return lambda self, call: law(original, self, call)

    return patch(Channel, "walk", wrap)


def _walk_too(law: Callable[[Original, AsyncChannel, Any], Any]) -> Mutant:
    """Walk by another law in the client for asyncio."""

    def wrap(original: Original) -> Any:
        return lambda self, call: law(original, self, call)

    return patch(AsyncChannel, "walk", wrap)


def _cursor(change: Callable[[str], Any]) -> Mutant:
    """Send another cursor than came."""
    return asking("GET *", cursor=lambda cursor: cursor and change(cursor))


def _by_default(**query: str) -> Mutant:
    """Send query parameters that nobody chose."""
    return sending("GET *s", lambda call: replace(call, query={**query, **call.query}))


def _next_cursor(change: Callable[[Any], Any]) -> Mutant:
    """Show another cursor than came."""
    return answering("GET *s", _having("next_cursor", lambda page: change(page.next_cursor)))


def _having(name: str, value: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def change(answer: Any) -> Any:
        return answer.model_copy(update={name: value(answer)}) if hasattr(answer, name) else answer

    return change


def _later(**changed: Any) -> Callable[[Any, Any], Any]:
    """Return a law by which pages after the first are asked for with another query."""

    def law(call: Any, page: Any) -> Any:
        ahead = following(call, page)
        if ahead is None:
            return None
        query = {name: value for name, value in {**ahead.query, **changed}.items() if value is not None}
        return replace(ahead, query=query)

    return law


def _unless(law: Callable[[Any, Any], bool]) -> Callable[[Any, Any], Any]:
    """Return a law by which a walk ends where it is so, too."""
    return lambda call, page: None if law(call, page) else following(call, page)


def _circling(call: Any, page: Any) -> Any:
    """Begin anew after the last page."""
    return following(call, page) or replace(call, query={**call.query, "cursor": None})


def _ahead(original: Original, channel: Channel, call: Any) -> Any:
    """Fetch one page more than is needed."""
    walk = original(channel, call)
    held = list(itertools.islice(walk, 2))
    for item in walk:
        held.append(item)
        yield held.pop(0)
    yield from held


async def _ahead_too(original: Original, channel: AsyncChannel, call: Any) -> Any:
    held: list[Any] = []
    async for item in original(channel, call):
        held.append(item)
        if len(held) > 2:
            yield held.pop(0)
    for item in held:
        yield item


def _eager(original: Original, channel: Channel, call: Any) -> Any:
    """Fetch all pages at the first item."""
    yield from list(original(channel, call))


async def _eager_too(original: Original, channel: AsyncChannel, call: Any) -> Any:
    for item in [item async for item in original(channel, call)]:
        yield item


def _doubled(original: Original, channel: Channel, call: Any) -> Any:
    for item in original(channel, call):
        yield item
        yield item


def _short(original: Original, channel: Channel, call: Any) -> Any:
    yield from list(original(channel, call))[:-1]


async def _short_too(original: Original, channel: AsyncChannel, call: Any) -> Any:
    for item in [item async for item in original(channel, call)][:-1]:
        yield item


async def _whole_pages(original: Original, channel: AsyncChannel, call: Any) -> Any:
    ahead = call
    while ahead is not None:
        page = await channel.send(ahead)
        yield page.data
        ahead = following(ahead, page)


async def _at_once(original: Original, channel: AsyncChannel, call: Any) -> Any:
    return [item async for item in original(channel, call)]


class _Walk:
    """An iterator that is no generator."""

    def __init__(self, items: Any) -> None:
        self.items = items

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> Any:
        return next(self.items)


def _everything(original: Original) -> Any:
    """Let lists hold all pages."""

    def send(self: Channel, call: Any) -> Any:
        page = original(self, call)
        while hasattr(page, "data") and (ahead := following(call, page)):
            more = original(self, ahead)
            page = more.model_copy(update={"data": [*page.data, *more.data]})
        return page

    return send


def _without(call: Any, name: str) -> Any:
    return replace(call, query={key: value for key, value in call.query.items() if key != name})


def _asking_on(original: Original, channel: Channel, call: Any) -> Any:
    yield from original(channel, call)
    channel.send(replace(call, query={}))


def _named(page: Any, **names: str) -> Any:
    if not hasattr(page, "data"):
        return page
    fields: dict[str, Any] = {names.get(name) or name: value for name, value in dict(page).items()}
    return type("Page", (), fields)()


def _refusing_limits(name: str, *owners: type) -> Mutant:
    def wrap(original: Original) -> Any:
        return lambda self, *, cursor=None: original(self, cursor=cursor)

    return together(*(patch(owner, name, wrap) for owner in owners))


MUTANTS: dict[str, Mutant] = {
    "SDK-63/lower-case": _cursor(str.lower),
    "SDK-63/stripped": _cursor(str.strip),
    "SDK-63/padding-cut": _cursor(lambda cursor: cursor.rstrip("=")),
    "SDK-63/encoded-twice": _cursor(lambda cursor: cursor.replace("%", "%25")),
    "SDK-63/plus-is-a-blank": _cursor(lambda cursor: cursor.replace("+", " ")),
    "SDK-63/ascii-alone": _cursor(lambda cursor: cursor.encode("ascii", "ignore").decode()),
    "SDK-63/cut": _cursor(lambda cursor: cursor[:16]),
    "SDK-64/first-page-alone": _follow_in(_blocking, lambda call, page: None),
    "SDK-64/no-last-item": _walk(_short),
    "SDK-64/every-item-twice": _walk(_doubled),
    "SDK-64/backwards": _walk(lambda original, self, call: (it for it in list(original(self, call))[::-1])),
    "SDK-64/filter-on-the-first-page-alone": _follow_in(_blocking, _later(trigger_type=None)),
    "SDK-64/limit-on-the-first-page-alone": _follow_in(_blocking, _later(limit=None)),
    "SDK-64/no-limit": _walk(lambda original, self, call: original(self, _without(call, "limit"))),
    "SDK-64/no-filter": _walk(lambda original, self, call: original(self, _without(call, "trigger_type"))),
    **for_each("SDK-64/no-iter-of-{}", NAMESPACES, lambda name: lacking((namespaces(name)[0], "iter"))),
    "SDK-65/a-list": _walk(lambda original, self, call: list(original(self, call))),
    "SDK-65/an-iterator": _walk(lambda original, self, call: _Walk(original(self, call))),
    "SDK-65/a-chain": _walk(lambda original, self, call: itertools.chain(original(self, call))),
    "SDK-66/all-at-once": together(_walk(_eager), _walk_too(_eager_too)),
    "SDK-66/all-at-once-by-the-async-client": _walk_too(_eager_too),
    "SDK-66/one-page-ahead": together(_walk(_ahead), _walk_too(_ahead_too)),
    "SDK-66/a-page-an-item": asking("GET /events", limit="1"),
    "SDK-67/a-short-page": _follow(_unless(lambda call, page: len(page.data) < int(call.query.get("limit", 1)))),
    "SDK-67/an-empty-page": _follow(_unless(lambda call, page: not page.data)),
    "SDK-67/total": _follow(_unless(lambda call, page: len(page.data) >= page.total)),
    "SDK-67/no-end": _follow(_circling),
    "SDK-67/three-pages": _follow(_unless(lambda call, page: call.query.get("cursor") == "2")),
    "SDK-67/one-request-more": _walk(_asking_on),
    "SDK-69/none-is-text": _by_default(cursor="None"),
    "SDK-69/none-is-empty": _by_default(cursor=""),
    "SDK-69/everything": patch(Channel, "send", _everything),
    "SDK-69/no-cursor": asking("GET *s", cursor=None),
    "SDK-69/no-limit": asking("GET *s", limit=None),
    "SDK-69/always-a-limit": asking("GET *s", limit=lambda limit: limit and "100"),
    "SDK-70/items": answering("GET *s", lambda page: _named(page, data="items")),
    "SDK-70/next": answering("GET *s", lambda page: _named(page, next_cursor="next")),
    "SDK-70/empty-in-place-of-none": _next_cursor(lambda cursor: cursor or ""),
    "SDK-70/a-number": _next_cursor(lambda cursor: cursor and len(cursor)),
    "SDK-70/none-at-once": _next_cursor(lambda cursor: None),
    "SDK-71/no-end": _next_cursor(lambda cursor: cursor or "MQ"),
    "SDK-71/empty-in-place-of-none": _next_cursor(lambda cursor: cursor or ""),
    "SDK-71/none-at-once": _next_cursor(lambda cursor: None),
    "SDK-71/same-page": asking("GET *s", cursor=None),
    **for_each("SDK-72/no-aiter-of-{}", NAMESPACES, lambda name: lacking((namespaces(name)[1], "aiter"))),
    "SDK-72/first-page-alone": _follow_in(_awaiting, lambda call, page: None),
    "SDK-72/whole-pages": _walk_too(_whole_pages),
    "SDK-72/to-be-awaited": _walk_too(_at_once),
    "SDK-72/no-last-item": _walk_too(_short_too),
    "SDK-73/ignored": _walk_too(lambda original, self, call: original(self, _without(call, "limit"))),
    "SDK-73/on-the-first-page-alone": _follow_in(_awaiting, _later(limit=None)),
    "SDK-73/refused": _refusing_limits("aiter", namespaces("events")[1]),
    "SDK-74/fifty-at-most": asking("GET /events", limit=lambda limit: limit and str(min(int(limit), 50))),
    "SDK-74/dropped": asking("GET /events", limit=None),
    "SDK-74/refused": _refusing_limits("list", *namespaces("events")),
}
