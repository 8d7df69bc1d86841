"""Ways to break refusals: another status, code or body, another refusal, or none."""

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any, cast

import msgspec

from mockserver import asgi
from mockserver.asgi import Answer, header
from mockserver.domain.errors import ApiError, Forbidden, NotFound, Unauthenticated
from mockserver.http import pipeline
from mockserver.http.pipeline import Exchange, Pipeline
from mockserver.mutants.operators.isolation import of_any_org
from mockserver.mutants.operators.operations import serving
from mockserver.mutants.operators.patches import (
    AnyFunction,
    Change,
    Mutant,
    Original,
    Patch,
    mutant,
    nothing,
    replaced,
    returning,
)
from mockserver.operations.call import Call
from mockserver.store.base import Kind


def status_of(refusal: type[ApiError], status: int) -> Patch:
    """Give a refusal another status: ``status_of(Forbidden, 404)``."""
    return replaced(lambda: refusal.status, status)


def code_of(refusal: type[ApiError], code: str) -> Patch:
    """Give a refusal another error code: ``code_of(NotFound, "rule_not_found")``."""
    return replaced(lambda: refusal.code, code)


def error_body(change: Change) -> Patch:
    """Change the bodies of all errors: ``error_body(lacking("message"))``."""

    def rendered(answer: Answer) -> Answer:
        answer.body = msgspec.json.encode(change(msgspec.json.decode(cast("bytes", answer.body))))
        return answer

    return returning(asgi.error_answer, rendered, within=pipeline)


def raising(error: Exception) -> Any:
    """Return a function that only raises, to take the place of any other: ``raising(Unauthenticated())``."""

    def refuse(*_: Any) -> Any:
        raise error

    return refuse


def failing(operation_id: str, error: Exception) -> Patch:
    """Let an operation refuse every call: ``failing("getAlert", NotFound("alert"))``."""
    return serving(operation_id, raising(error))


def refused_as(refusal: type[ApiError], other: ApiError) -> AnyFunction:
    """Return a defect that raises another refusal instead: ``refused_as(NotFound, Forbidden("No."))``."""

    async def later(found: Awaitable[Any]) -> Any:
        try:
            return await found
        except refusal:
            raise other from None

    def defect(original: Original, *args: Any) -> Any:
        try:
            found = original(*args)
        except refusal:
            raise other from None
        return later(found) if isawaitable(found) else found

    return defect


def refusing(operation_id: str, refusal: type[ApiError], other: ApiError) -> Patch:
    """Let an operation raise another refusal instead: ``refusing("getGateway", NotFound, Forbidden("Not yours."))``."""
    return serving(operation_id, refused_as(refusal, other))


def foreign_object(rule: str, operation_id: str, kind: Kind[Any]) -> list[Mutant]:
    """Return the mutants of an operation that finds an object of another org, or refuses it with 403."""
    return [
        mutant(f"{rule}/all-orgs", of_any_org(operation_id, kind)),
        mutant(f"{rule}/forbidden", refusing(operation_id, NotFound, Forbidden("Not yours."))),
    ]


def tolerating(refusal: type[ApiError], answer: Callable[..., Awaitable[Any]] = nothing) -> AnyFunction:
    """Return a defect that answers instead of refusing, by default with nothing: ``tolerating(NotFound)``."""

    async def defect(original: Original, *args: Any) -> Any:
        try:
            return await original(*args)
        except refusal:
            return await answer(*args)

    return defect


def before_refusing(refusal: type[ApiError], action: Callable[..., Awaitable[None]]) -> AnyFunction:
    """Return a defect that awaits ``action`` before it refuses; the action may raise another refusal."""

    async def defect(original: Original, *args: Any) -> Any:
        try:
            return await original(*args)
        except refusal:
            await action(*args)
            raise

    return defect


async def distinguish_invalid_credentials(original: Original, self: Pipeline, exchange: Exchange) -> Any:
    """Answer an invalid credential with a code other than that of a missing one; a defect of ``Pipeline._perform``."""
    try:
        return await original(self, exchange)
    except Unauthenticated as error:
        if header(exchange.scope, b"authorization") is not None:
            error.code = "invalid_token"  # type: ignore[misc]
        raise


async def refuse_viewers(call: Call) -> None:
    """Refuse a call of a viewer; a check for ``first``."""
    if call.caller.sites is not None:
        raise Forbidden("This is for operators.")


def without_header(name: bytes) -> Any:
    """Return a change of an answer that drops a header: ``without_header(b"retry-after")``."""

    def change(answer: Answer) -> Answer:
        answer.headers = [header for header in answer.headers if header[0] != name]
        return answer

    return change
