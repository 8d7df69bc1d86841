"""What a fault does to one call: it answers something else, or changes, delays, slows, cuts or garbles the answer."""

import asyncio
import re
from datetime import timedelta
from email.utils import format_datetime
from http import HTTPStatus
from http.client import responses

import msgspec
from msgspec import UNSET

from mockserver.asgi import CLOSE_CONNECTION, Answer, Receive, Scope, Send, header, json_answer, token_matches
from mockserver.domain.errors import ApiError, Forbidden, InvalidInput
from mockserver.openapi.operations import Operation
from mockserver.runtime.clock import wall_clock_now
from mockserver.runtime.faults import EFFECTS, Effects, FaultAnswer, FaultError, check_effects

_HEADER, _PREFER, _TOKEN = "X-Mock-Fault", "Prefer", "X-Mock-Control-Token"
_PREFERENCE = re.compile(r'(?:[^,"]|"[^"]*")+')
_MAX_PREFER_LENGTH = 1000
#: What X-Mock-Fault has as pairs: effects, and fields of an answer.
_PAIRS = tuple(name for name in EFFECTS if name not in ("answer", "change"))
_ANSWER_PAIRS = ("retry_after", "retry_after_as")
_DRIP_PARTS = 20
_ERROR_CODES = {cls.status: cls.code for cls in ApiError.__subclasses__()}


class InjectedError(ApiError):
    """An error that a fault asks for, with the code that the API has for the status."""

    def __init__(self, status: int) -> None:
        super().__init__("A fault was injected here.")
        self.status = status  # type: ignore[misc]
        reason = responses.get(status, f"status {status}").lower()
        self.code = _ERROR_CODES.get(status) or re.sub(r"\W+", "_", reason)  # type: ignore[misc]


class FaultForbidden(Forbidden):
    """The caller may not ask for faults."""

    def __init__(self) -> None:
        super().__init__(f"{_HEADER} needs the token of the control plane in {_TOKEN}.")


class InvalidFault(InvalidInput):
    """There is no fault such as the caller asks for."""


class FaultHeaders:
    """The headers by which a caller asks for a fault; if there is a ``token``, a third header must carry it."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def read(self, scope: Scope, operation: Operation | None) -> Effects | None:
        """Return the fault that a caller asks for. Raises InvalidFault, FaultForbidden.

        ``X-Mock-Fault: status=503; delay_ms=200`` names effects, or has them as a JSON object; ``Prefer: code=409``
        names a documented error of the operation; without the token the former is refused and the latter ignored.
        """
        for name, value in scope["headers"]:
            if name == b"x-mock-fault":
                if not self._may_ask(scope):
                    raise FaultForbidden
                return _parse_effects(value.decode("latin-1"))
            if (
                name == b"prefer"
                and operation
                and operation.is_ours
                and (code := _preferred_code(value.decode("latin-1")))
            ):
                return _documented_error(code, operation) if self._may_ask(scope) else None
        return None

    def _may_ask(self, scope: Scope) -> bool:
        sent = header(scope, _TOKEN.lower().encode())
        return self._token is None or token_matches(self._token, (sent or b"").decode("latin-1"))


def _preferred_code(preferences: str) -> str | None:
    """Return the number that the first preference ``code`` asks for, quoted or not, or None (RFC 7240, section 2)."""
    for preference in _PREFERENCE.findall(preferences[:_MAX_PREFER_LENGTH]):
        name, _, value = preference.partition(";")[0].partition("=")
        if name.strip().lower() == "code":
            number = value.strip().removeprefix('"').removesuffix('"')
            return number if number.isascii() and number.isdigit() else None
    return None


def _parse_effects(text: str) -> Effects:
    try:
        if text.lstrip().startswith("{"):
            effects = msgspec.json.decode(text.encode("latin-1"), type=Effects)
        else:
            effects = msgspec.convert(_fields(text), Effects, strict=False)
        check_effects(effects)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, FaultError) as error:
        raise InvalidFault({_HEADER: [str(error)]}) from None
    if not effects.given():
        raise InvalidFault({_HEADER: [f"one of {', '.join(EFFECTS)} is required"]})
    return effects


def _fields(text: str) -> dict[str, object]:
    """Return the effects of pairs ``name=value``; those of an answer make one together with its status."""
    pairs = (part.strip().partition("=") for part in text.split(";"))
    fields: dict[str, object] = {name: value or "true" for name, _, value in pairs}
    if unknown := fields.keys() - {*_PAIRS, *_ANSWER_PAIRS}:
        raise InvalidFault({_HEADER: [f"{min(unknown)!r} is not one of {', '.join((*_PAIRS, *_ANSWER_PAIRS))}"]})
    fields |= {name: fields[name] == "true" for name in ("drop", "malformed") if name in fields}
    answer = {name: fields.pop(name) for name in _ANSWER_PAIRS if name in fields}
    if answer:
        fields["answer"] = {**answer, "status": fields.pop("status", None)}
    return fields


def _documented_error(code: str, operation: Operation) -> Effects | None:
    documented = [status for status in operation.raw["responses"] if status.isdigit()]
    if code not in documented:
        raise InvalidFault({_PREFER: [f"{operation.id} documents {', '.join(documented)}, not {code}"]})
    return Effects(status=int(code)) if code >= "400" else None


def answer_instead(fault: Effects) -> Answer | None:
    """Return what the fault answers in place of the call, or None. Raises InjectedError for an error of the API."""
    if fault.status:
        raise InjectedError(fault.status)
    if fault.answer is None:
        return None
    body = fault.answer.body
    if body is UNSET and fault.answer.status >= HTTPStatus.BAD_REQUEST:
        raise InjectedError(fault.answer.status)
    if body is UNSET:
        return Answer(fault.answer.status)
    if isinstance(body, str):
        return Answer(fault.answer.status, [(b"content-type", b"text/plain; charset=utf-8")], body.encode())
    return json_answer(fault.answer.status, body)


def set_headers(answer: Answer, fault: Effects) -> None:
    """Set or remove the headers that the fault names."""
    wanted: dict[str, str | None] = {}
    if fault.answer:
        wanted = {**fault.answer.headers, **_written_headers(fault.answer)}
    elif fault.change:
        wanted = fault.change.headers
    if wanted:
        replaced = {name.lower().encode() for name in wanted}
        kept = [line for line in answer.headers if line[0] not in replaced]
        added = [(name.lower().encode(), text.encode("latin-1")) for name, text in wanted.items() if text is not None]
        answer.headers = [*kept, *added]


def _written_headers(answer: FaultAnswer) -> dict[str, str | None]:
    headers: dict[str, str | None] = {}
    if answer.content_type is not None:
        headers["content-type"] = answer.content_type
    if answer.retry_after is not None:
        at = wall_clock_now() + timedelta(seconds=answer.retry_after)
        date = answer.retry_after_as == "date"
        headers["retry-after"] = format_datetime(at, usegmt=True) if date else str(answer.retry_after)
    return headers


async def transmit(fault: Effects, answer: Answer, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the answer with the effects of the fault: malformed, slowly, truncated, or not at all (drop)."""
    if not fault.drop:
        body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
        body = body[: len(body) // 2] if fault.malformed else body
        length = [(b"content-length", b"%d" % len(body))] if answer.status != 204 else []
        await send({"type": "http.response.start", "status": answer.status, "headers": [*answer.headers, *length]})
        if fault.truncate is None:
            await _send_slowly(body, (fault.drip_ms or 0) / 1000, send)
            return
        await send({"type": "http.response.body", "body": body[: fault.truncate], "more_body": True})
    scope.get("extensions", {}).get(CLOSE_CONNECTION, _abort)()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_slowly(body: bytes, seconds: float, send: Send) -> None:
    """Send the body in equal parts over ``seconds``."""
    size = max(1, -(-len(body) // _DRIP_PARTS)) if seconds else max(1, len(body))
    for start in range(0, len(body), size):
        await asyncio.sleep(seconds / _DRIP_PARTS)
        await send({"type": "http.response.body", "body": body[start : start + size], "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _abort() -> None:
    raise ConnectionAbortedError("a fault closed this connection")
