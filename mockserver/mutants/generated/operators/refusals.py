"""Refusals of one operation: to the wrong role, in the wrong form, or telling what they must not tell."""

import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import msgspec
from msgspec.structs import replace

from mockserver.asgi import Answer, error_answer
from mockserver.domain.access import Role
from mockserver.domain.errors import ApiError, Forbidden, NotFound
from mockserver.http.pipeline import Exchange
from mockserver.mutants.generated import sentences
from mockserver.mutants.generated.boundary import Defect, Generated, Perform, generated, performing
from mockserver.mutants.generated.conditions import roles
from mockserver.mutants.generated.surface import Surface, Surfaces

_KEYS = ("error", "message", "request_id")
_AnswerChange = Callable[[Answer], Answer]


def mutants(surface: Surface, surfaces: Surfaces) -> Iterator[Generated]:
    """Yield the mutants of one operation."""
    for role in roles(surface):
        yield generated("refused", surface.id, role, performing(surface.id, partial(_refused, role)), sentences.ROLE)
    for role in roles(surface, allowed=False):
        patch = performing(surface.id, partial(_permitted, role))
        yield generated("permitted", surface.id, role, patch, sentences.ROLE)
    if "{id}" in surface.path:
        for what, changed in (("header", _extra_header), ("message", _other_message)):
            patch = performing(surface.id, partial(_telling, changed))
            yield generated("foreign-id-told-by", surface.id, what, patch, sentences.ORG)
    for status in map(int, surface.errors):
        key = _KEYS[zlib.crc32(f"{surface.id}{status}".encode()) % len(_KEYS)]
        patch = performing(surface.id, partial(_body_without, key, status))
        yield generated("error-without", surface.id, f"{key},{status}", patch, key)
        patch = performing(surface.id, partial(_as_text, status))
        yield generated("error-as-text", surface.id, str(status), patch, sentences.ERROR, sentences.CONTENT_TYPE)


def _refused(role: Role) -> Defect:
    """Refuse a role that may make the call."""

    async def defect(perform: Perform, exchange: Exchange) -> Answer:
        if exchange.caller.role == role:
            raise Forbidden("This needs a higher role.")
        return await perform(exchange)

    return defect


def _permitted(role: Role) -> Defect:
    """Let a role make the call that may not."""

    async def defect(perform: Perform, exchange: Exchange) -> Answer:
        if exchange.caller.role == role:
            exchange.caller = replace(exchange.caller, role=Role.OWNER)
        return await perform(exchange)

    return defect


def _telling(change: _AnswerChange) -> Defect:
    """Answer otherwise for an id that another org has."""
    known: dict[str, str] = {}

    async def defect(perform: Perform, exchange: Exchange) -> Answer:
        path = exchange.scope["path"]
        try:
            answer = await perform(exchange)
        except NotFound as error:
            answer = error_answer(error, exchange.request_id)
            return change(answer) if known.get(path, exchange.caller.org_id) != exchange.caller.org_id else answer
        known[path] = exchange.caller.org_id
        return answer

    return defect


def _extra_header(answer: Answer) -> Answer:
    return Answer(answer.status, [*answer.headers, (b"x-found", b"elsewhere")], answer.body)


def _other_message(answer: Answer) -> Answer:
    return _rewritten(answer, lambda body: {**body, "message": f"{body['message']} It belongs to another org."})


def _body_without(key: str, status: int) -> Defect:
    return _refusing(
        status, lambda answer: _rewritten(answer, lambda body: {name: body[name] for name in body if name != key})
    )


def _as_text(status: int) -> Defect:
    """Answer with the error code as plain text."""

    def change(answer: Answer) -> Answer:
        others = [each for each in answer.headers if each[0] != b"content-type"]
        code = msgspec.json.decode(answer.body)["error"] if isinstance(answer.body, bytes) else ""
        return Answer(answer.status, [*others, (b"content-type", b"text/plain")], code.encode())

    return _refusing(status, change)


def _refusing(status: int, change: _AnswerChange) -> Defect:
    """Change the answers of one error status."""

    async def defect(perform: Perform, exchange: Exchange) -> Answer:
        try:
            return await perform(exchange)
        except ApiError as error:
            if error.status != status:
                raise
            return change(error_answer(error, exchange.request_id))

    return defect


def _rewritten(answer: Answer, change: Any) -> Answer:
    body = msgspec.json.decode(answer.body) if isinstance(answer.body, bytes) else {}
    return Answer(answer.status, answer.headers, msgspec.json.encode(change(body)))
