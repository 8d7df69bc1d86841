"""Calls of the mock from inside its process, which pass the same checks as those of a script."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec

from mockserver import CONTROL_PREFIX
from mockserver.asgi import Application, Receive, Scope, Send

TIMEOUT_SECONDS = 60
_USER_AGENT = b"novavms-mock-console"
#: A path whose segments are what a page put together: none leads elsewhere, begins a query or has to be escaped.
_PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~%:-]*)+")


class CallFailed(Exception):
    """A call was refused or not answered: ``status`` is that of the answer, 502 without one."""

    def __init__(self, status: int, message: str, field_errors: Mapping[str, list[str]] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.field_errors = field_errors or {}


@dataclass(frozen=True)
class Reply:
    """What a call was answered."""

    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def request_id(self) -> str | None:
        """The id of an API call, by which the journal has it."""
        found: str | None = self.headers.get("x-request-id")
        return found

    def json(self) -> Any:
        """Return the body. Raises CallFailed for one that is not JSON."""
        try:
            return msgspec.json.decode(self.body)
        except msgspec.DecodeError:
            raise CallFailed(502, f"The answer, {self.status}, is not JSON.") from None


class Calls:
    """Makes calls under the name by which the mock was called, with the control token that the visitor gave."""

    def __init__(self, application: Application, host: str, control_token: str | None) -> None:
        self._application = application
        self._transport = httpx.ASGITransport(application)
        self._host = host
        self._control_token = control_token

    async def control(
        self, method: str, path: str, *, json: Any = None, params: Mapping[str, Any] | None = None
    ) -> Any:
        """Call the control plane and return the value of its answer, None without a body. Raises CallFailed."""
        reply = await self._send(method, CONTROL_PREFIX + path, self._control_token, json, params)
        if reply.status >= 400:
            raise _refusal(reply)
        return reply.json() if reply.body else None

    async def send(
        self,
        method: str,
        path: str,
        token: str | None = None,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Make a call of the API with a bearer token, or none, and return its answer, whatever it is.

        Parameters that are None or empty are left out. Raises CallFailed without an answer in time.
        """
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                return await self._send(method, path, token, json, params)
        except TimeoutError:
            raise CallFailed(502, f"{method} {path} was not answered within {TIMEOUT_SECONDS} s.") from None
        except ConnectionAbortedError:
            raise CallFailed(502, f"{method} {path}: a fault closed the connection.") from None

    async def _send(
        self, method: str, path: str, token: str | None, json: Any, params: Mapping[str, Any] | None
    ) -> Reply:
        if not _PATH.fullmatch(path):
            raise CallFailed(400, f"{path} is not the path of a call.")
        headers = {b"host": self._host.encode("latin-1"), b"user-agent": _USER_AGENT}
        if token:
            headers[b"authorization"] = f"Bearer {token}".encode("latin-1", "replace")
        sent = {name: value for name, value in (params or {}).items() if value not in (None, "")}
        request = httpx.Request(method, f"http://mock{path}", params=sent, headers=headers, json=json)
        response = await self._transport.handle_async_request(request)
        # The bytes themselves: what the answer says of their encoding may be a fault's, and none was asked for.
        body = b"".join([part async for part in response.aiter_raw()])
        return Reply(response.status_code, response.headers, body)

    async def pass_on(self, scope: Scope, receive: Receive, send: Send, method: str, path: str) -> None:
        """Make a request of a page a call of the control plane, whose bodies are passed on part by part."""
        passed = (b"host", b"content-type", b"content-length")
        headers = [(name, value) for name, value in scope["headers"] if name in passed]
        if self._control_token:
            headers.append((b"authorization", f"Bearer {self._control_token}".encode("latin-1", "replace")))
        path = CONTROL_PREFIX + path
        call = {"method": method, "path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers}
        await self._application({**scope, **call}, receive, send)


def _refusal(reply: Reply) -> CallFailed:
    """Return an answer that is an error as the error that it names."""
    body = reply.json()
    return CallFailed(reply.status, str(body.get("message", body)), body.get("field_errors"))
