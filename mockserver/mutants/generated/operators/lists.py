"""Lists that are wrong on some pages, for some sizes, across a border between pages, or with some filters together."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from itertools import permutations
from typing import Any

from msgspec.structs import replace

from mockserver.http.pipeline import Exchange
from mockserver.mutants.generated import sentences
from mockserver.mutants.generated.boundary import Generated, Rewrite, Wrapper, calling, generated, rewriting
from mockserver.mutants.generated.surface import Surface, Surfaces
from mockserver.operations.call import Call, Function, Result

JSON = dict[str, Any]
_TIMES = ("triggered_at", "fired_at", "created_at")
_DATES = ("date_from", "date_to")
#: Lists without 51 items: a user has five sessions at most, an alert changes its status twice, no call makes keys.
_SHORT = ("listUserSessions", "getAlertTimeline", "listServiceAccountKeys")
#: Changes the rows of page three and later; it gets those of the page before, too.
_Rows = Callable[[list[Any], list[Any]], list[Any]]
_LATE: dict[str, _Rows] = {
    "item-lost": lambda rows, before: rows[1:],
    "item-doubled": lambda rows, before: before[-1:] + rows,
    "order-reversed": lambda rows, before: rows[::-1],
    "page-repeated": lambda rows, before: before,
}


def mutants(surface: Surface, surfaces: Surfaces) -> Iterator[Generated]:
    """Yield the mutants of one operation."""
    if surface.paged:
        yield from _of_pages(surface)
        yield from _of_sizes(surface)
    elif surface.rows and surface.id not in _SHORT:
        yield generated(
            "first-50-only", surface.id, "", rewriting(surface.id, lambda: _first_50(surface)), surface.rows
        )
    yield from _of_filters(surface)
    if surface.totalled and surface.reads and "{" not in surface.path:
        scopes = {"orgs": sentences.ORG} | ({"sites": sentences.SITES} if surface.site_scoped else {})
        for what, scope in scopes.items():
            yield generated("total-of-all", surface.id, what, calling(surface.id, _total(what)), "total", scope)


def _of_pages(surface: Surface) -> Iterator[Generated]:
    for what, change in _LATE.items():
        patch = rewriting(surface.id, partial(_from_page_3, change))
        yield generated("from-page-3", surface.id, what, patch, "data", "cursor", "next_cursor")
    yield generated("from-page-3", surface.id, "total-more", rewriting(surface.id, _late_total), "total")
    yield generated("from-page-3", surface.id, "ends", rewriting(surface.id, _ending), "next_cursor")
    for what, keep in (("lost", False), ("doubled", True)) if {*_TIMES} & surface.answer.keys() else ():
        patch = rewriting(surface.id, partial(_ties, doubled=keep))
        yield generated("ties-at-the-border", surface.id, what, patch, "data", "cursor", "next_cursor")


def _of_sizes(surface: Surface) -> Iterator[Generated]:
    for limit, other in ((1, 2), (2, 1), (100, 99), (100, 101), (7, 8)):
        patch = calling(surface.id, partial(_other_size, limit, other))
        yield generated("limit", surface.id, f"{limit}-as-{other}", patch, "limit")


def _of_filters(surface: Surface) -> Iterator[Generated]:
    """Yield the mutants of lists and exports whose filters are wrong together, later, or in a form of a date."""
    for kept, lost in permutations(surface.filters, 2):
        patch = calling(surface.id, partial(_without, lost, kept))
        yield generated("ignored-beside", surface.id, f"{lost}+{kept}", patch, lost)
    for name in surface.filters:
        if surface.paged and surface.rows:
            later = calling(surface.id, partial(_without, name, "cursor"))
            yield generated("ignored-on-later-pages", surface.id, name, later, name)
        if name in _DATES:
            patch = calling(surface.id, partial(_local, name))
            yield generated("offset-ignored", surface.id, name, patch, name)
    if surface.rows and {*_DATES} <= {*surface.filters}:
        yield generated("one-day-window-empty", surface.id, "", calling(surface.id, lambda: _one_day), *_DATES)


# ---------------------------------------------------------------- pages


class _Walks:
    """The pages that were answered: how many are before a page, and the last of them, by the cursor to it."""

    def __init__(self) -> None:
        self._pages: dict[str, tuple[int, list[Any]]] = {}

    def before(self, exchange: Exchange, body: JSON) -> tuple[int, list[Any]]:
        """Return how many pages are before this one, and the rows of the last of them; remember this one."""
        query = exchange.scope["query_string"].decode()
        cursor = next((part[7:] for part in query.split("&") if part.startswith("cursor=")), "")
        count, rows = self._pages.get(cursor, (0, []))
        if following := body.get("next_cursor"):
            self._pages[following] = count + 1, body["data"]
        return count, rows


def _from_page_3(change: _Rows) -> Rewrite:
    walks = _Walks()

    def rewrite(exchange: Exchange, body: JSON) -> JSON:
        count, rows = walks.before(exchange, body)
        return {**body, "data": change(body["data"], rows)} if count >= 2 else body

    return rewrite


def _late_total_of(count: int, body: JSON) -> JSON:
    return {**body, "total": body["total"] + 1} if count >= 2 else body


def _late_total() -> Rewrite:
    walks = _Walks()
    return lambda exchange, body: _late_total_of(walks.before(exchange, body)[0], body)


def _ending() -> Rewrite:
    walks = _Walks()

    def rewrite(exchange: Exchange, body: JSON) -> JSON:
        count, _ = walks.before(exchange, body)
        return {**body, "next_cursor": None} if count >= 2 else body

    return rewrite


def _ties(*, doubled: bool) -> Rewrite:
    """Lose, or repeat, what has the time of the last item of the page before."""
    walks = _Walks()

    def rewrite(exchange: Exchange, body: JSON) -> JSON:
        _, before = walks.before(exchange, body)
        rows = body["data"]
        name = next((each for each in _TIMES if rows and each in rows[0]), None)
        if name is None or not before or before[-1][name] != rows[0][name]:
            return body
        kept = before[-1:] + rows if doubled else [row for row in rows if row[name] != before[-1][name]]
        return {**body, "data": kept}

    return rewrite


def _first_50(surface: Surface) -> Rewrite:
    return lambda exchange, body: {**body, str(surface.rows): body[surface.rows][:50]}


# ---------------------------------------------------------------- calls


def _other_size(limit: int, other: int) -> Wrapper:
    return lambda function, call: function(_with(call, limit=other) if call.params.get("limit") == limit else call)


def _without(name: str, given: str) -> Wrapper:
    """Leave out a filter where another parameter is given; cursors are still those of all filters."""

    async def wrapper(function: Function, call: Call) -> Result:
        if not {name, given} <= call.params.keys():
            return await function(call)
        params = {key: value for key, value in call.params.items() if key != name}
        signer, other = call.cursor_signer(), replace(call, params=params).cursor_signer()
        if cursor := params.get("cursor"):
            params["cursor"] = other.encode(signer.decode(cursor))
        found = await function(replace(call, params=params))
        if isinstance(found, dict) and found.get("next_cursor"):
            found["next_cursor"] = signer.encode(other.decode(found["next_cursor"]))
        return found

    return wrapper


def _local(name: str) -> Wrapper:
    """Take the time of day in a date filter for UTC, whatever its offset is."""

    def wrapper(function: Function, call: Call) -> Awaitable[Result]:
        given = call.params.get(name)
        if not given or "T" not in given.upper():
            return function(call)
        local = datetime.fromisoformat(given.upper()).replace(tzinfo=None)
        return function(_with(call, **{name: f"{local.isoformat()}Z"}))

    return wrapper


async def _one_day(function: Function, call: Call) -> Result:
    found = await function(call)
    if call.params.get("date_from") == call.params.get("date_to") is not None and isinstance(found, dict):
        return {**found, "data": [], "next_cursor": None, "total": 0}
    return found


def _total(scope: str) -> Callable[[], Wrapper]:
    """Count the objects of all sites, or of two orgs."""

    def make() -> Wrapper:
        orgs: dict[str, None] = {}

        async def wrapper(function: Function, call: Call) -> Result:
            found = await function(call)
            orgs[call.org_id] = None
            if scope == "sites":
                others = [replace(call, caller=replace(call.caller, sites=None))]
            else:
                ids = [org for org in orgs if org != call.org_id][-1:]
                others = [replace(call, caller=replace(call.caller, org_id=org)) for org in ids]
            if not isinstance(found, dict) or "cursor" in call.params or not others:
                return found
            other = await function(others[0])
            counted = other["total"] if isinstance(other, dict) else 0
            return {**found, "total": counted if scope == "sites" else found["total"] + counted}

        return wrapper

    return make


def _with(call: Call, **params: Any) -> Call:
    merged: Mapping[str, Any] = {**call.params, **params}
    return replace(call, params=merged)
