"""The application below a path, and behind a proxy that names the address by which it was called."""

from mockserver.asgi import BASE_PATH, BEHIND_PROXY, Application, Receive, Scope, Send, error_answer, transmit
from mockserver.domain.errors import NotFound

_REQUEST_ID = "req_elsewhere"


class Elsewhere(NotFound):
    """The path is not below that of the mock."""

    def __init__(self, base_path: str) -> None:
        super().__init__("path")
        self.message = f"{self.message} The mock is below {base_path}."


class Mounted:
    """An application whose paths begin with ``base_path``; with ``forwarded`` it believes X-Forwarded headers."""

    def __init__(self, application: Application, base_path: str, *, forwarded: bool) -> None:
        self._application = application
        self._base_path = base_path
        self._segments = base_path.count("/")
        self._forwarded = forwarded

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is below the path."""
        if scope["type"] != "lifespan":
            if self._base_path and not self._strip(scope):
                await self._refuse(scope, send)
                return
            extensions = scope.setdefault("extensions", {})
            extensions[BASE_PATH], extensions[BEHIND_PROXY] = self._base_path, self._forwarded
        await self._application(scope, receive, send)

    def _strip(self, scope: Scope) -> bool:
        """Remove the base path from that of the request, and return whether it began with it."""
        path = scope["path"]
        if path != self._base_path and not path.startswith(f"{self._base_path}/"):
            return False
        scope["path"] = path[len(self._base_path) :] or "/"
        scope["raw_path"] = b"/" + b"".join(scope["raw_path"].split(b"/", self._segments + 1)[self._segments + 1 :])
        return True

    async def _refuse(self, scope: Scope, send: Send) -> None:
        if scope["type"] == "http":
            await transmit(error_answer(Elsewhere(self._base_path), _REQUEST_ID), scope, send)
        else:
            await send({"type": "websocket.close"})
