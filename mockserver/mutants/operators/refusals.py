"""Ways to make mutants of refusals: another status, code or body, another refusal, or none."""

from collections.abc import Awaitable, Callable
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
    """Return a function that only raises, to stand for any other: ``raising(Unauthenticated())``."""

    def refuse(*_: Any) -> Any:
        raise error

    return refuse


def failing(operation_id: str, error: Exception) -> Patch:
    """Let an operation do nothing but refuse: ``failing("getAlert", NotFound("alert"))``."""
    return serving(operation_id, raising(error))


def refused_as(refusal: type[ApiError], other: ApiError) -> AnyFunction:
    """Return a wrapper that refuses otherwise: ``refused_as(NotFound, Forbidden("No."))``."""

    async def defect(original: Original, *args: Any) -> Any:
        try:
            return await original(*args)
        except refusal:
            raise other from None

    return defect


def refusing(operation_id: str, refusal: type[ApiError], other: ApiError) -> Patch:
    """Let an operation refuse otherwise: ``refusing("getGateway", NotFound, Forbidden("Not yours."))``."""
    return serving(operation_id, refused_as(refusal, other))


def strangers(rule: str, operation_id: str, kind: Kind[Any]) -> list[Mutant]:
    """Return the mutants by which an object of another org is found, or refused with 403."""
    return [
        mutant(f"{rule}/all-orgs", of_any_org(operation_id, kind)),
        mutant(f"{rule}/forbidden", refusing(operation_id, NotFound, Forbidden("Not yours."))),
    ]


def tolerating(refusal: type[ApiError], answer: Callable[..., Awaitable[Any]] = nothing) -> AnyFunction:
    """Return a wrapper that answers instead of refusing, at first nothing: ``tolerating(NotFound)``."""

    async def defect(original: Original, *args: Any) -> Any:
        try:
            return await original(*args)
        except refusal:
            return await answer(*args)

    return defect


def before_refusing(refusal: type[ApiError], act: Callable[..., Awaitable[None]]) -> AnyFunction:
    """Return a wrapper that awaits ``act`` before it refuses; that may do something, or refuse otherwise."""

    async def defect(original: Original, *args: Any) -> Any:
        try:
            return await original(*args)
        except refusal:
            await act(*args)
            raise

    return defect


async def invalid_told_apart(original: Original, self: Pipeline, exchange: Exchange) -> Any:
    """Wrap ``Pipeline._perform``: an invalid credential gets a code of its own, a missing one does not."""
    try:
        return await original(self, exchange)
    except Unauthenticated as error:
        if header(exchange.scope, b"authorization") is not None:
            error.code = "invalid_token"  # type: ignore[misc]
        raise


async def refuse_viewers(call: Call) -> None:
    """Refuse viewers."""
    if call.caller.sites is not None:
        raise Forbidden("This is for operators.")


def without_header(name: bytes) -> Any:
    """Drop a header of an answer: ``without_header(b"retry-after")``."""

    def change(answer: Answer) -> Answer:
        answer.headers = [header for header in answer.headers if header[0] != name]
        return answer

    return change
