"""Ways to break an operation, by its operationId: the call it gets, what it does, its answer.

``values`` has changes of calls and answers.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from mockserver.domain.access import Role
from mockserver.domain.errors import Forbidden, InvalidInput
from mockserver.http.pipeline import Exchange, Pipeline
from mockserver.mutants.operators.patches import (
    AnyFunction,
    Change,
    Defect,
    Original,
    Patch,
    around,
    entry,
    on_result,
    stateful,
)
from mockserver.mutants.operators.values import without_parameters
from mockserver.openapi.validation import BodySchema, ParameterSchema
from mockserver.operations import registry
from mockserver.operations.call import Call
from mockserver.store.base import Kind


def serving(operation_id: str, defect: Defect) -> Patch:
    """Put a defect in place of an operation: ``serving("updateAlert", undone(ALERTS))``."""
    return entry(registry.OPERATIONS, operation_id, defect)


def answering(operation_id: str, change: Change) -> Patch:
    """Change the answer of an operation: ``answering("listAlerts", lacking("total"))``."""
    return serving(operation_id, on_result(change))


def asking(operation_id: str, change: Callable[[Call], Call]) -> Patch:
    """Change the call that an operation gets: ``asking("updateAlertRule", without_fields("enabled"))``."""
    return serving(operation_id, lambda original, call: original(change(call)))


def ignoring(operation_id: str, *parameters: str) -> Patch:
    """Let an operation ignore parameters: ``ignoring("exportEvents", "camera_id")``."""
    return asking(operation_id, without_parameters(*parameters))


def first(check: Callable[[Call], Any]) -> AnyFunction:
    """Return a defect that awaits ``check(call)`` before the operation."""

    async def defect(original: Original, call: Call) -> Any:
        await check(call)
        return await original(call)

    return defect


def receiving(change: Change) -> Patch:
    """Change the JSON objects in request bodies before they are validated: ``receiving(lacking("name"))``."""

    def defect(original: Original, self: Any, body: Any) -> Any:
        return original(self, change(body) if isinstance(body, dict) else body)

    return around(BodySchema.check, defect)


def malformed_ignored(*names: str) -> Patch:
    """Ignore malformed parameters instead of refusing them: ``malformed_ignored("camera_id")``."""

    def defect(original: Original, self: Any, path_values: Any, query: bytes, *others: Any) -> Any:
        try:
            return original(self, path_values, query, *others)
        except InvalidInput as error:
            if not error.field_errors.keys() <= set(names):
                raise
            parts = [part for part in query.split(b"&") if part.partition(b"=")[0].decode() not in names]
            return original(self, path_values, b"&".join(parts), *others)

    return around(ParameterSchema.read, defect)


def cached(operation_id: str) -> Patch:
    """Let an operation answer each caller what it answered to the same call the first time: a cache that never ends."""

    def make() -> AnyFunction:
        answers: dict[Any, Any] = {}

        async def defect(original: Original, call: Call) -> Any:
            key = call.org_id, call.caller.role, repr(sorted(call.params.items()))
            if key not in answers:
                answers[key] = await original(call)
            return answers[key]

        return defect

    return serving(operation_id, stateful(make))


def undone(kind: Kind[Any]) -> AnyFunction:
    """Return a defect that reverts what the operation did to its record: ``undone(ALERTS)``."""

    async def defect(original: Original, call: Call) -> Any:
        before = await call.tx.get(kind, call.org_id, call.params.get("id", ""))
        answer = await original(call)
        if before is not None:
            await call.tx.put(kind, before)
        else:
            await call.tx.remove(kind, await call.tx.get(kind, call.org_id, answer["id"]))
        return answer

    return defect


def answered_as_before(operation_id: str, reading_operation_id: str) -> Patch:
    """Let a change answer with the object before it: ``answered_as_before("updateEvent", "getEvent")``."""

    async def defect(original: Original, call: Call) -> Any:
        before = await registry.OPERATIONS[reading_operation_id](call)
        await original(call)
        return before

    return serving(operation_id, defect)


def done_yet_refused(operation_id: str, *roles: Role) -> Patch:
    """Do what these roles may not do, then refuse it: ``done_yet_refused("deleteEvent", Role.VIEWER)``."""

    async def defect(original: Original, self: Pipeline, exchange: Exchange) -> Any:
        operation, caller = exchange.operation, exchange.caller
        if operation is None or operation.id != operation_id or caller.role not in roles:
            return await original(self, exchange)
        exchange.caller = replace(caller, role=Role.OWNER, sites=None)
        await original(self, exchange)
        raise Forbidden("This needs a higher role.")

    return around(Pipeline._perform, defect)


def slowly(kind: Kind[Any]) -> AnyFunction:
    """Return a defect of a store's read that lets other requests run before the result is used: a race."""

    async def defect(original: Original, self: Any, read: Any, *args: Any) -> Any:
        found = await original(self, read, *args)
        if read is kind:
            await asyncio.sleep(0.02)
        return found

    return defect
