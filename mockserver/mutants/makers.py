"""Ways to make mutants of operations and their answers, beside those of ``base``."""

import asyncio
from typing import Any

from msgspec.structs import replace

from mockserver.domain import errors
from mockserver.mutants.base import Original, patch, setting
from mockserver.operations import gateways as operations
from mockserver.operations.call import Call
from mockserver.store.kinds import GATEWAYS


def with_(**fields: Any) -> Any:
    """Return a change that sets fields of an answer."""
    return lambda answer: {**answer, **fields}


def without(*names: str) -> Any:
    """Return a change that drops fields of an answer."""
    return lambda answer: {name: value for name, value in answer.items() if name not in names}


def named(**rules: Any) -> Any:
    """Return a change of the properties of a schema that gives ``name`` a schema of its own."""
    return setting(name={"type": "string", "minLength": 1, "maxLength": 100, **rules})


def success(status: str) -> Any:
    """Return a change of the status of an operation's success."""

    def change(node: Any) -> None:
        former = min(node["responses"])
        node["responses"] = {status: node["responses"][former], **node["responses"]}
        del node["responses"][former]

    return change


def now_and_then(often: int, other: Any) -> Any:
    """Return a wrapper that calls ``other`` instead of the original, once in so many calls."""

    def wrap(original: Original) -> Any:
        calls = 0

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            return (original if calls % often else other(original))(*args, **kwargs)

        return wrapped

    return wrap


def first(check: Any) -> Any:
    """Return a wrapper that awaits ``check(call)`` before an operation."""

    def wrap(original: Original) -> Any:
        async def wrapped(call: Call) -> Any:
            await check(call)
            return await original(call)

        return wrapped

    return wrap


def instead_of(refusal: type[errors.ApiError], other: errors.ApiError) -> Any:
    """Return a wrapper of an operation that refuses otherwise."""

    def wrap(original: Original) -> Any:
        async def wrapped(call: Call) -> Any:
            try:
                return await original(call)
            except refusal:
                raise other from None

        return wrapped

    return wrap


def slowly(kind: Any) -> Any:
    """Return a wrapper of a store's read that lets others in before what was read is used."""

    def wrap(original: Original) -> Any:
        async def wrapped(self: Any, read: Any, *args: Any) -> Any:
            found = await original(self, read, *args)
            if read is kind:
                await asyncio.sleep(0.02)
            return found

        return wrapped

    return wrap


def everywhere(name: str) -> Any:
    """Return a patch of an operation by which a gateway is found in whatever org."""

    def wrap(original: Original) -> Any:
        async def wrapped(call: Call) -> Any:
            for org in await call.tx.orgs():
                if await call.tx.get(GATEWAYS, org, call.params["id"]):
                    call = replace(call, caller=replace(call.caller, org_id=org, sites=None))
            return await original(call)

        return wrapped

    return patch(operations, name, wrap)


def not_found_as(name: str, other: errors.ApiError) -> Any:
    """Return a patch of an operation by which what is not there is refused otherwise."""
    return patch(operations, name, instead_of(errors.NotFound, other))
