"""Ways to make mutants of operations, by their ids: what they are asked, do and answer; ``changes`` feeds them."""

import asyncio
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from mockserver.domain import dates
from mockserver.domain.access import Role
from mockserver.domain.errors import Forbidden, InvalidInput
from mockserver.http.pipeline import Exchange, Pipeline
from mockserver.mutants.operators.patches import JSON, Change, Entry, Original, Patch, Wrap, on_result, patch, returning
from mockserver.mutants.operators.values import caller, every, unasked
from mockserver.openapi.validation import BodySchema, ParameterSchema
from mockserver.operations import registry
from mockserver.operations.call import Call
from mockserver.store.base import Kind, Query


def _module(operation_id: str) -> Any:
    """Return the module of the function that answers an operation."""
    return sys.modules[registry.OPERATIONS[operation_id].__module__]


# ---------------------------------------------------------------- what an operation is asked, does and answers


def serving(operation_id: str, wrap: Wrap) -> Patch:
    """Wrap an operation: ``serving("updateAlert", undone(ALERTS))``."""
    return Entry(registry.OPERATIONS, operation_id, wrap)


def answering(operation_id: str, change: Change) -> Patch:
    """Change what an operation answers: ``answering("listAlerts", lacking("total"))``."""
    return serving(operation_id, on_result(change))


def asking(operation_id: str, change: Callable[[Call], Call]) -> Patch:
    """Change the call that an operation gets: ``asking("updateAlertRule", untold("enabled"))``."""
    return serving(operation_id, lambda original: lambda call: original(change(call)))


def ignoring(operation_id: str, *parameters: str) -> Patch:
    """Let an operation ignore parameters: ``ignoring("exportEvents", "camera_id")``."""
    return asking(operation_id, unasked(*parameters))


def first(check: Callable[[Call], Any]) -> Wrap:
    """Return a wrapper that awaits ``check(call)`` before an operation."""

    def wrap(original: Original) -> Any:
        async def wrapped(call: Call) -> Any:
            await check(call)
            return await original(call)

        return wrapped

    return wrap


def now_and_then(often: int, other: Wrap) -> Wrap:
    """Return a wrapper that calls ``other(original)`` instead of the original, once in so many calls."""

    def wrap(original: Original) -> Any:
        due = every(often)
        return lambda *args, **kwargs: (other(original) if due() else original)(*args, **kwargs)

    return wrap


def dropped(owner: Any, name: str, *values: Any) -> Patch:
    """Take values out of a tuple of a module: ``dropped(gateways, "_LISTED", "version")``."""
    return patch(owner, name, lambda original: tuple(value for value in original if value not in values))  # type: ignore[attr-defined]


async def nothing(*_: Any) -> None:
    """Take the place of a coroutine function that checks something, or does."""


def hearing(change: Change) -> Patch:
    """Take the JSON objects that are sent for other ones, before they are checked."""

    def wrap(original: Original) -> Any:
        return lambda self, body: original(self, change(body) if isinstance(body, dict) else body)

    return patch(BodySchema, "check", wrap)


def malformed_ignored(*names: str) -> Patch:
    """Leave parameters out that are malformed, instead of refusing them: ``malformed_ignored("camera_id")``."""

    def wrap(original: Original) -> Any:
        def read(self: Any, path_values: Any, query: bytes, *others: Any) -> Any:
            try:
                return original(self, path_values, query, *others)
            except InvalidInput as error:
                if not error.field_errors.keys() <= set(names):
                    raise
                parts = [part for part in query.split(b"&") if part.partition(b"=")[0].decode() not in names]
                return original(self, path_values, b"&".join(parts), *others)

        return read

    return patch(ParameterSchema, "read", wrap)


# ---------------------------------------------------------------- pages of a list


def paging(operation_id: str, wrap: Wrap) -> Patch:
    """Wrap what finds a page of a list: it gets call and query, and returns rows and the rest of the envelope."""
    return patch(_module(operation_id), "page", wrap)


def finding(operation_id: str, change: Callable[[Query[Any]], Query[Any]]) -> Patch:
    """Change the query of a list with pages: ``finding("listAlerts", where(status=None))``."""
    return paging(operation_id, lambda original: lambda call, query: original(call, change(query)))


def page(operation_id: str, change: Callable[[Call, list[Any], JSON], tuple[list[Any], JSON]]) -> Patch:
    """Change the rows and the rest of the envelope of a page, by what was asked."""

    def wrap(original: Original) -> Any:
        async def wrapped(call: Call, query: Query[Any]) -> Any:
            rows, envelope = await original(call, query)
            return change(call, list(rows), envelope)

        return wrapped

    return paging(operation_id, wrap)


def rows(operation_id: str, change: Change) -> Patch:
    """Change the rows of a page, which are records: ``rows("listEvents", backwards)``."""
    return page(operation_id, lambda call, found, rest: (change(found), rest))


def envelope(operation_id: str, change: Change) -> Patch:
    """Change next_cursor and total of a page: ``envelope("listEvents", changed(total=str))``."""
    return page(operation_id, lambda call, found, rest: (found, change(rest)))


def shifted(since: timedelta = timedelta(), until: timedelta = timedelta()) -> Patch:
    """Shift the bounds that date_from and date_to stand for: ``shifted(since=timedelta(seconds=-1))``."""

    def change(span: dates.Window) -> dates.Window:
        return dates.Window(span.since and span.since + since, span.until and span.until + until)

    return returning(dates, "window", change)


# ---------------------------------------------------------------- effects


def undone(kind: Kind[Any]) -> Wrap:
    """Return a wrapper that takes back what an operation did to its record: ``undone(ALERTS)``."""

    def wrap(original: Original) -> Any:
        async def wrapped(call: Call) -> Any:
            before = await call.tx.get(kind, call.org_id, call.params.get("id", ""))
            answer = await original(call)
            if before is not None:
                await call.tx.put(kind, before)
            else:
                await call.tx.remove(kind, await call.tx.get(kind, call.org_id, answer["id"]))
            return answer

        return wrapped

    return wrap


def told_as_before(operation_id: str, reading: str) -> Patch:
    """Let a change answer what the object was before it: ``told_as_before("updateEvent", "getEvent")``."""

    def wrap(original: Original) -> Any:
        async def wrapped(call: Call) -> Any:
            before = await registry.OPERATIONS[reading](call)
            await original(call)
            return before

        return wrapped

    return serving(operation_id, wrap)


def done_yet_refused(operation_id: str, *roles: Role) -> Patch:
    """Do what is refused to these roles, and refuse it then: ``done_yet_refused("deleteEvent", Role.VIEWER)``."""

    def wrap(original: Original) -> Any:
        async def perform(self: Pipeline, exchange: Exchange) -> Any:
            operation, who = exchange.operation, exchange.caller
            if operation is None or operation.id != operation_id or who.role not in roles:
                return await original(self, exchange)
            exchange.caller = replace(who, role=Role.OWNER, sites=None)
            await original(self, exchange)
            raise Forbidden("This needs a higher role.")

        return perform

    return patch(Pipeline, "_perform", wrap)


def slowly(kind: Kind[Any]) -> Wrap:
    """Return a wrapper of a store's read that lets others in before what was read is used: a race."""

    def wrap(original: Original) -> Any:
        async def wrapped(self: Any, read: Any, *args: Any) -> Any:
            found = await original(self, read, *args)
            if read is kind:
                await asyncio.sleep(0.02)
            return found

        return wrapped

    return wrap


# ---------------------------------------------------------------- tenancy


async def foreign(call: Call, kind: Kind[Any]) -> Any:
    """Return the record that the path names from whichever org has it, or None."""
    for org_id in await call.tx.orgs():
        record = await call.tx.get(kind, org_id, call.params["id"])
        if record is not None:
            return record
    return None


def found_anywhere(*kinds: Kind[Any]) -> Patch:
    """Let all operations find the objects of all orgs, of these kinds or of any: ``found_anywhere(ALERTS)``."""

    def wrap(original: Original) -> Any:
        async def get(self: Call, kind: Any, noun: str) -> Any:
            record = await foreign(self, kind) if kind in kinds or not kinds else None
            return record or await original(self, kind, noun)

        return get

    return patch(Call, "get", wrap)


def of_any_org(operation_id: str, kind: Kind[Any]) -> Patch:
    """Let an operation on one object reach into the org that has it: ``of_any_org("getGateway", GATEWAYS)``."""

    def wrap(original: Original) -> Any:
        async def wrapped(call: Call) -> Any:
            found = await foreign(call, kind)
            return await original(caller(call, org_id=found.org_id, sites=None) if found else call)

        return wrapped

    return serving(operation_id, wrap)


def listing_all_orgs(operation_id: str) -> Patch:
    """Let a list without pages hold what all orgs have: ``listing_all_orgs("listGateways")``."""

    def wrap(original: Original) -> Any:
        async def wrapped(call: Call) -> Any:
            answers = [await original(caller(call, org_id=org_id)) for org_id in await call.tx.orgs()]
            found = [row for answer in answers for row in answer["data"]]
            return {"data": found, "total": len(found)}

        return wrapped

    return serving(operation_id, wrap)
