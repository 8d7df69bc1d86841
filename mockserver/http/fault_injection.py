"""What a fault does to one call: it answers an error, or delays, slows, cuts or garbles the answer."""

import asyncio
import re
from collections.abc import Mapping
from http.client import responses

import msgspec

from mockserver.asgi import CLOSE_CONNECTION, Answer, Receive, Scope, Send, header, token_matches
from mockserver.domain.errors import ApiError, Forbidden, InvalidInput
from mockserver.openapi.operations import Operation
from mockserver.runtime import faults
from mockserver.runtime.faults import EFFECTS, Fault, FaultError

_HEADER, _PREFER, _TOKEN = "X-Mock-Fault", "Prefer", "X-Mock-Control-Token"
_PREFERENCE = re.compile(r'(?:[^,"]|"[^"]*")+')
_MAX_PREFER_LENGTH = 1000
_DRIP_PARTS = 20
_ERROR_CODES = {cls.status: cls.code for cls in ApiError.__subclasses__()}


class InjectedError(ApiError):
    """An error that a fault asks for, with the code that the API has for the status."""

    def __init__(self, status: int) -> None:
        super().__init__("A fault was injected here.")
        self.status = status  # type: ignore[misc]
        self.code = _ERROR_CODES.get(status) or responses.get(status, f"status {status}").lower().replace(" ", "_")  # type: ignore[misc]


class FaultHeaders:
    """The headers by which a caller asks for a fault; if there is a ``token``, a third header must carry it."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def read(self, scope: Scope, operation: Operation | None) -> Fault | None:
        """Return the fault that a caller asks for. Raises InvalidInput, Forbidden.

        ``X-Mock-Fault: status=503; delay_ms=200`` names effects, ``Prefer: code=409`` a documented error of the
        operation; without the token the former is refused and the latter ignored.
        """
        for name, value in scope["headers"]:
            if name == b"x-mock-fault":
                if not self._may_ask(scope):
                    raise Forbidden(f"{_HEADER} needs the token of the control plane in {_TOKEN}.")
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


def _parse_effects(text: str) -> Fault:
    pairs = (part.strip().partition("=") for part in text.split(";"))
    fields = {name: value or "true" for name, _, value in pairs}
    if unknown := fields.keys() - set(EFFECTS):
        raise InvalidInput({_HEADER: [f"{min(unknown)!r} is not one of {', '.join(EFFECTS)}"]})
    try:
        fault = msgspec.convert(_convert_flags(fields), Fault, strict=False)
        faults.check(fault, ())
    except (msgspec.ValidationError, FaultError) as error:
        raise InvalidInput({_HEADER: [str(error)]}) from None
    return fault


def _convert_flags(fields: Mapping[str, str]) -> dict[str, object]:
    return {name: value == "true" if name in ("drop", "malformed") else value for name, value in fields.items()}


def _documented_error(code: str, operation: Operation) -> Fault | None:
    documented = [status for status in operation.raw["responses"] if status.isdigit()]
    if code not in documented:
        raise InvalidInput({_PREFER: [f"{operation.id} documents {', '.join(documented)}, not {code}"]})
    return Fault(status=int(code)) if code >= "400" else None


async def transmit(fault: Fault, answer: Answer, scope: Scope, receive: Receive, send: Send) -> None:
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
