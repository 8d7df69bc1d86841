"""Requests and answers over plain ASGI: reading a body, rendering JSON and errors, sending an answer."""

import asyncio
import hmac
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping
from typing import Any

import msgspec

from mockserver.domain.errors import ApiError, InvalidInput, MethodNotAllowed, RateLimited, TooLarge, Unauthenticated

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

#: The ASGI extension by which the application closes the connection at any time: a function without arguments.
CLOSE_CONNECTION = "novavms.close_connection"
#: The ASGI extensions with what stands before every path, and whether a proxy names the address that was called.
BASE_PATH, BEHIND_PROXY = "novavms.base_path", "novavms.behind_proxy"
_FORWARDED_SCHEME = re.compile(r"https?")
_PORT = r"(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])"
_FORWARDED_HOST = re.compile(rf"(?:[A-Za-z0-9._-]{{1,253}}|\[[0-9A-Fa-f:.]{{2,45}}\])(?::{_PORT})?", re.ASCII)
_FORWARDED_PORT = re.compile(_PORT, re.ASCII)
_FORWARDED_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]{1,100}){1,10}/?", re.ASCII)
_HAS_PORT = re.compile(r":\d+$")

encode = msgspec.json.Encoder().encode


class Answer(msgspec.Struct):
    """An HTTP response: a status, headers, and a body in one piece or in parts."""

    status: int
    headers: Headers = []
    body: bytes | Iterable[bytes] = b""


class Disconnected(Exception):
    """The client disconnected before its request was complete."""


def header(scope: Scope, name: bytes) -> bytes | None:
    """Return a request header by its lower-case name."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return None


def bearer_token(scope: Scope) -> str | None:
    """Return the bearer token of the request, or None when it has no such credential."""
    value = header(scope, b"authorization")
    if value is None or value[:7].lower() != b"bearer ":
        return None
    return value[7:].decode("latin-1").strip()


def base_url(scope: Scope) -> str:
    """Return the address by which the mock was called: what stands before every path.

    Behind a proxy that is the address by which the proxy was called, as far as it says so.
    """
    extensions = scope.get("extensions", {})
    sent = {name: value.decode("latin-1").split(",")[0].strip() for name, value in scope["headers"]}
    scheme, host, prefix = scope["scheme"], sent.get(b"host") or "localhost", ""
    if extensions.get(BEHIND_PROXY):
        scheme = _forwarded(_FORWARDED_SCHEME, sent, b"x-forwarded-proto") or scheme
        host = _forwarded(_FORWARDED_HOST, sent, b"x-forwarded-host") or host
        port = _forwarded(_FORWARDED_PORT, sent, b"x-forwarded-port")
        if port and not _HAS_PORT.search(host) and port != ("443" if scheme == "https" else "80"):
            host = f"{host}:{port}"
        prefix = _forwarded(_FORWARDED_PREFIX, sent, b"x-forwarded-prefix").rstrip("/")
    return f"{scheme}://{host}{prefix}{extensions.get(BASE_PATH, '')}"


def _forwarded(form: re.Pattern[str], sent: dict[bytes, str], name: bytes) -> str:
    """Return what a proxy says, or nothing if it has another form."""
    value = sent.get(name, "")
    return value if form.fullmatch(value) else ""


def token_matches(token: str, sent: str | None) -> bool:
    """Whether a token that was sent is the one that is required, found out in the same time for all."""
    return hmac.compare_digest((sent or "").encode("latin-1"), token.encode())


async def read_body(scope: Scope, receive: Receive, max_bytes: int) -> bytes:
    """Return the request body. Raises TooLarge if it has more than ``max_bytes``, Disconnected."""
    announced = (header(scope, b"content-length") or b"").lstrip(b"0")
    parts, size = [], int(announced[:18]) if announced.isdigit() else 0
    received = 0
    while size <= max_bytes:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        parts.append(message.get("body", b""))
        received += len(parts[-1])
        size = max(size, received)
        if not message.get("more_body", False):
            return b"".join(parts)
    raise TooLarge(f"The body is larger than {max_bytes} bytes.")


def decode_json(scope: Scope, body: bytes) -> Any:
    """Return the JSON value of a body. Raises InvalidInput when it is something else or holds a NUL."""
    require_json(scope)
    return parse_json(body)


def require_json(scope: Scope) -> None:
    """Raise InvalidInput for a body that is not sent as JSON."""
    media_type = (header(scope, b"content-type") or b"").split(b";")[0].strip().lower()
    if media_type != b"application/json":
        raise InvalidInput({"body": ["must be sent as application/json"]})


def parse_json(body: bytes) -> Any:
    """Return the JSON value of a body. Raises InvalidInput when it is something else or holds a NUL."""
    try:
        value = msgspec.json.decode(body)
        if b"\\u0000" in body and _holds_nul(value):
            raise InvalidInput({"body": ["a string holds a NUL character"]})
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidInput({"body": [f"is not JSON: {error}"]}) from None
    except RecursionError:
        raise InvalidInput({"body": ["is nested too deeply"]}) from None
    return value


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_holds_nul(key) or _holds_nul(item) for key, item in value.items())
    return isinstance(value, list) and any(_holds_nul(item) for item in value)


def json_answer(status: int, value: Any) -> Answer:
    """Return an answer with a JSON body."""
    return Answer(status, [(b"content-type", b"application/json")], encode(value))


def error_answer(error: ApiError, request_id: str | None = None) -> Answer:
    """Return the answer of an error: code, message and request id as JSON, and the headers that its status needs."""
    body: dict[str, Any] = {"error": error.code, "message": error.message}
    if request_id is not None:
        body["request_id"] = request_id
    if error.status == InvalidInput.status:
        body["field_errors"] = error.field_errors if isinstance(error, InvalidInput) else {}
    answer = json_answer(error.status, body)
    if error.status == RateLimited.status:
        seconds = error.retry_after if isinstance(error, RateLimited) else 1
        answer.headers.append((b"retry-after", b"%d" % seconds))
    if isinstance(error, MethodNotAllowed):
        answer.headers.append((b"allow", ", ".join(error.allow).encode()))
    if isinstance(error, Unauthenticated):
        answer.headers.append((b"www-authenticate", b"Bearer"))
    return answer


async def until_disconnected(receive: Receive) -> None:
    """Return when the client has left; its request has been read."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def transmit_live(headers: Headers, parts: AsyncIterator[bytes], receive: Receive, send: Send) -> None:
    """Send parts as they come until they end or the client leaves; one that does not read them holds them up."""

    async def pass_on() -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        async for part in parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    sending, watching = asyncio.create_task(pass_on()), asyncio.create_task(until_disconnected(receive))
    try:
        await asyncio.wait((sending, watching), return_when=asyncio.FIRST_COMPLETED)
    finally:
        sending.cancel()
        watching.cancel()
        await asyncio.gather(sending, watching, return_exceptions=True)
    if not sending.cancelled() and (error := sending.exception()):
        raise error


async def transmit(answer: Answer, scope: Scope, send: Send) -> None:
    """Send the answer, part by part when its body comes in parts and the client knows chunks."""
    body = answer.body if scope["http_version"] != "1.0" or isinstance(answer.body, bytes) else b"".join(answer.body)
    if isinstance(body, bytes) and answer.status != 204:
        answer.headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    if isinstance(body, bytes):
        await send({"type": "http.response.body", "body": body})
        return
    for part in body:
        await send({"type": "http.response.body", "body": part, "more_body": True})
        await asyncio.sleep(0)  # other calls go on, also while the client takes all at once
    await send({"type": "http.response.body", "body": b""})
