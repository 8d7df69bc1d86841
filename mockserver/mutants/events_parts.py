"""What the wrong laws about events are made of."""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

import msgspec
from msgspec.structs import replace

from mockserver.domain.access import Caller, Role
from mockserver.domain.errors import ApiError, Forbidden
from mockserver.http.pipeline import Exchange, Pipeline
from mockserver.mutants.base import Edit, Original, Patch, patch, returning, returning_later
from mockserver.operations import events as feed
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import EVENTS

JSON = dict[str, Any]
LIST, EXPORT, ONE = "/api/v1/events", "/api/v1/events/export", "/api/v1/events/{id}"


def called(name: str, change: Callable[[Call], Call]) -> Patch:
    """Change the call that a function of the event operations gets."""
    return patch(feed, name, lambda original: lambda call: original(change(call)))


def without(*names: str) -> Callable[[Call], Call]:
    """Return a change of a call that loses query parameters."""
    return lambda call: replace(call, params={key: call.params[key] for key in call.params if key not in names})


def query(change: Callable[[Mapping[str, Any], Query[Any]], Query[Any]]) -> Patch:
    """Change the query that the parameters of list and export are turned into."""

    def wrap(original: Original) -> Any:
        async def wrapped(call: Call) -> Any:
            return change(call.params, await original(call))

        return wrapped

    return patch(feed, "_query", wrap)


def where(**values: Any) -> Callable[[Query[Any]], Query[Any]]:
    """Return a change of a query that sets conditions, or lifts those that are None."""

    def change(old: Query[Any]) -> Query[Any]:
        both = {**old.where, **values}
        return replace(old, where={name: value for name, value in both.items() if value is not None})

    return change


def page(change: Callable[[Call, list[Any], JSON], tuple[list[Any], JSON]]) -> Patch:
    """Change the rows and the envelope of a page of events."""

    def wrap(original: Original) -> Any:
        async def wrapped(call: Call, asked: Query[Any]) -> Any:
            rows, envelope = await original(call, asked)
            return change(call, list(rows), envelope)

        return wrapped

    return patch(feed, "page", wrap)


def listed(change: Callable[[JSON], Any]) -> Patch:
    """Change every item of the list, but not the single event."""

    def each(answer: JSON) -> JSON:
        return answer | {"data": [change(msgspec.json.decode(item)) for item in answer["data"]]}

    return returning_later(feed, "list_events", each)


def item(change: Callable[[JSON], JSON]) -> Patch:
    """Change an event, in the list and on its own."""
    return returning(feed, "_item", change)


def detail(change: Callable[[JSON], JSON]) -> Patch:
    """Change an event as it is read on its own."""
    return returning_later(feed, "detail", change)


def having(**values: Any) -> Callable[[JSON], JSON]:
    """Return a change that sets fields."""
    return lambda fields: fields | values


def lacking(*names: str) -> Callable[[JSON], JSON]:
    """Return a change that takes fields away."""
    return lambda fields: {name: value for name, value in fields.items() if name not in names}


def sometimes(change: Callable[[Any], Any], every: int = 20) -> Callable[[Any], Any]:
    """Return a change that strikes once in so many times."""
    calls = count(1)
    return lambda value: change(value) if next(calls) % every == 0 else value


def caller(call: Call, **fields: Any) -> Call:
    """Return the call as another caller's."""
    return replace(call, caller=replace(call.caller, **fields))


def of_any_org(name: str) -> Patch:
    """Let an operation on one event reach into the org that has it."""

    def wrap(original: Original) -> Any:
        async def wrapped(call: Call) -> Any:
            for org_id in await call.tx.orgs():
                if await call.tx.get(EVENTS, org_id, call.params["id"]):
                    call = caller(call, org_id=org_id, sites=None)
            return await original(call)

        return wrapped

    return patch(feed, name, wrap)


def refusing(owner: Any, name: str, error: type[ApiError], other: Callable[[], ApiError]) -> Patch:
    """Refuse in another way what a function refuses."""

    def wrap(original: Original) -> Any:
        async def wrapped(*args: Any) -> Any:
            try:
                return await original(*args)
            except error:
                raise other() from None

        return wrapped

    return patch(owner, name, wrap)


def done_yet_refused(operation_id: str, *roles: Role) -> Patch:
    """Do what an operation does for roles that it is refused to, and refuse it then."""

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


def moved(path: str, to: str) -> Edit:
    """Serve a path of the document elsewhere."""
    return Edit(("paths",), lambda paths: paths.update({to: paths.pop(path)}))


def served(path: str, method: str, operation_id: str) -> Edit:
    """Serve one more operation."""
    operation = {
        "operationId": operation_id,
        "x-min-role": "viewer",
        "parameters": [{"$ref": "#/components/parameters/Id"}],
        "responses": {"204": {"description": "Done."}},
    }
    return Edit(("paths",), lambda paths: paths.update({path: {method: operation}}))


def is_viewer(who: Caller) -> bool:
    """Whether the caller sees granted sites only."""
    return who.sites is not None
