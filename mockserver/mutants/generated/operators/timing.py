"""Answers that come too late: stale for some seconds, or for ever once something was used."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from mockserver.asgi import Answer, bearer_token
from mockserver.domain.access import Caller, Role
from mockserver.domain.errors import ApiError
from mockserver.http.pipeline import Exchange
from mockserver.mutants.generated import sentences
from mockserver.mutants.generated.boundary import Defect, Generated, Perform, generated, performing, watching
from mockserver.mutants.generated.conditions import HOUR
from mockserver.mutants.generated.surface import Surface, Surfaces

_STALE = timedelta(seconds=5)
_Key = tuple[str | None, str, bytes]


def mutants(surface: Surface, surfaces: Surfaces) -> Iterator[Generated]:
    """Yield the mutants of one operation."""
    if surface.min_role != "public":
        yield generated(
            "credential-works-once-used", surface.id, "", performing(surface.id, _known_callers), sentences.CREDENTIAL
        )
    if surface.reads and surface.min_role != "public":
        for who, writer in (("writer", True), ("others", False)):
            yield generated("stale", surface.id, who, watching(_Stale(surface.id, writer=writer).make))
        if _can_be_taken_away(surface):
            yield generated("found-once-used", surface.id, "", performing(surface.id, _remembered))
        yield generated("old-after-an-hour", surface.id, "", performing(surface.id, _old_after_an_hour))


def _can_be_taken_away(surface: Surface) -> bool:
    """Whether a caller may read at first and be refused later: with an object, a site, or a role that was lowered."""
    return "{id}" in surface.path or "site_id" in surface.query or surface.min_role != Role.VIEWER


class _Stale:
    """Answers a read as it was up to five seconds ago: to who changed something last in the org, or to the others."""

    def __init__(self, operation: str, *, writer: bool) -> None:
        self._operation = operation
        self._writer = writer

    def make(self) -> Defect:
        """Return the defect, with a memory of its own."""
        answers: dict[_Key, tuple[datetime, Answer]] = {}
        writers: dict[str, str | None] = {}

        async def defect(perform: Perform, exchange: Exchange) -> Answer:
            caller, operation = exchange.caller, exchange.operation
            if operation and operation.id == self._operation:
                at, known = answers.get(_key(exchange), (None, None))
                concerned = (writers.get(caller.org_id) == caller.key_id) is self._writer
                if known and at and concerned and exchange.now < at + _STALE:
                    return _copy(known)
                answer = await perform(exchange)
                answers[_key(exchange)] = exchange.now, _copy(answer)
                return answer
            answer = await perform(exchange)
            if operation and operation.method != "GET":
                writers[caller.org_id] = caller.key_id
            return answer

        return defect


def _known_callers() -> Defect:
    """Let a credential that was used for the operation open it for ever."""
    callers: dict[str, Caller] = {}

    async def defect(perform: Perform, exchange: Exchange) -> Answer:
        token = bearer_token(exchange.scope) or ""
        if exchange.caller.key_id is None:
            exchange.caller = callers.get(token, exchange.caller)
        answer = await perform(exchange)
        callers[token] = exchange.caller
        return answer

    return defect


def _remembered() -> Defect:
    """Answer what a caller has read before when it can be read no longer: deleted, moved or not granted any more."""
    answers: dict[_Key, Answer] = {}

    async def defect(perform: Perform, exchange: Exchange) -> Answer:
        try:
            answer = await perform(exchange)
        except ApiError as error:
            if error.status not in (403, 404) or _key(exchange) not in answers:
                raise
            return _copy(answers[_key(exchange)])
        answers[_key(exchange)] = _copy(answer)
        return answer

    return defect


def _old_after_an_hour() -> Defect:
    """Answer, from an hour after the first reading on, what was read first."""
    answers: dict[_Key, tuple[datetime, Answer]] = {}

    async def defect(perform: Perform, exchange: Exchange) -> Answer:
        answer = await perform(exchange)
        at, first = answers.setdefault(_key(exchange), (exchange.now, _copy(answer)))
        return _copy(first) if exchange.now >= at + HOUR else answer

    return defect


def _key(exchange: Exchange) -> _Key:
    return exchange.caller.key_id, exchange.scope["path"], exchange.scope["query_string"]


def _copy(answer: Answer) -> Answer:
    """Return the answer with headers of its own, to which others are added; a streamed body is kept as bytes."""
    if not isinstance(answer.body, bytes):
        answer.body = b"".join(answer.body)
    return Answer(answer.status, list(answer.headers), answer.body)
