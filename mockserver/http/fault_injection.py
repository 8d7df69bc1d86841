"""What a fault does to one call: who asked for it, how its answer is spoilt, dripped or cut."""

import asyncio
import re
from collections.abc import Mapping

import msgspec

from mockserver.asgi import HANG_UP, Answer, Receive, Scope, Send
from mockserver.domain.errors import InvalidInput
from mockserver.openapi.operations import Operation
from mockserver.runtime import faults
from mockserver.runtime.faults import EFFECTS, Fault, FaultError

_HEADER, _PREFER = "X-Mock-Fault", "Prefer"
_CODE = re.compile(r"(?:^|[,;\s])code=([0-9]+)")
_DRIPS = 20


def from_headers(scope: Scope, operation: Operation | None) -> Fault | None:
    """Return the fault that a caller asks for in a header. Raises InvalidInput.

    ``X-Mock-Fault: status=503; delay_ms=200`` names effects, ``Prefer: code=409`` a documented error of the operation.
    """
    for name, value in scope["headers"]:
        if name == b"x-mock-fault":
            return _described(value.decode("latin-1"))
        if name == b"prefer" and operation and (code := _CODE.search(value.decode("latin-1"))):
            return _documented(code[1], operation)
    return None


def _described(text: str) -> Fault:
    pairs = (part.strip().partition("=") for part in text.split(";"))
    fields = {name: value or "true" for name, _, value in pairs}
    if unknown := fields.keys() - set(EFFECTS):
        raise InvalidInput({_HEADER: [f"{min(unknown)!r} is not one of {', '.join(EFFECTS)}"]})
    try:
        fault = msgspec.convert(_typed(fields), Fault, strict=False)
        faults.check(fault, ())
    except (msgspec.ValidationError, FaultError) as error:
        raise InvalidInput({_HEADER: [str(error)]}) from None
    return fault


def _typed(fields: Mapping[str, str]) -> dict[str, object]:
    return {name: value == "true" if name in ("drop", "malformed") else value for name, value in fields.items()}


def _documented(code: str, operation: Operation) -> Fault | None:
    documented = [status for status in operation.raw["responses"] if status.isdigit()]
    if code not in documented:
        raise InvalidInput({_PREFER: [f"{operation.id} documents {', '.join(documented)}, not {code}"]})
    return Fault(status=int(code)) if code >= "400" else None


async def transmit(fault: Fault, answer: Answer, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the answer as the fault has it, or hang up before (drop) or amid (truncate) its body."""
    if not fault.drop:
        body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
        body = body[: len(body) // 2] if fault.malformed else body
        length = [(b"content-length", b"%d" % len(body))] if answer.status != 204 else []
        await send({"type": "http.response.start", "status": answer.status, "headers": [*answer.headers, *length]})
        if fault.truncate is None:
            await _drip(body, (fault.drip_ms or 0) / 1000, send)
            return
        await send({"type": "http.response.body", "body": body[: fault.truncate], "more_body": True})
    scope.get("extensions", {}).get(HANG_UP, _cannot_hang_up)()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _drip(body: bytes, seconds: float, send: Send) -> None:
    """Send the body in equal parts, spread over so many seconds."""
    size = max(1, -(-len(body) // _DRIPS)) if seconds else max(1, len(body))
    for start in range(0, len(body), size):
        await asyncio.sleep(seconds / _DRIPS)
        await send({"type": "http.response.body", "body": body[start : start + size], "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _cannot_hang_up() -> None:
    raise ConnectionAbortedError("a fault cut this connection")
