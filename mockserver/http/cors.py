"""Calls that a browser makes for a page of another origin: preflight requests, and the headers that let it read."""

from mockserver.asgi import Answer, Application, Headers, Message, Receive, Scope, Send, error_answer, header, transmit
from mockserver.browsers import Origins, is_origin
from mockserver.domain.errors import Forbidden
from mockserver.openapi.document import Document

#: All of them wherever they are asked for, so that the page reads the 405 and not an error without a reason.
_METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE"
_MAX_AGE_SECONDS = 600
_ALWAYS_EXPOSED = ("X-Request-Id", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After")
#: Headers that every page may read.
_READABLE = frozenset({b"content-type", b"content-length"})
_VARY = (b"vary", b"Origin")


class CrossOrigin:
    """The API for calls with an ``Origin``.

    Pages of allowed origins can read every header of the answer. They send bearer tokens themselves and need no
    cookies, so credentials are not allowed: a browser then never adds those of a user to the calls of a page.
    """

    def __init__(self, api: Application, origins: Origins, document: Document) -> None:
        self._api = api
        self._origins = origins
        self._exposed = {name.lower().encode("latin-1"): name for name in (*_ALWAYS_EXPOSED, *_declared(document))}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        origin = header(scope, b"origin") or b""
        allowed = self._origins.allow(origin.decode("latin-1"))
        if scope["method"] == "OPTIONS" and header(scope, b"access-control-request-method"):
            await transmit(_preflight(scope, origin) if allowed else _refusal(origin), scope, send)
            return

        async def send_to_page(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = message["headers"]
                own = {name for name, _ in answered} - {b"vary"}
                added = self._headers(origin, answered) if allowed else [_VARY]
                message["headers"] = [*answered, *(pair for pair in added if pair[0] not in own)]
            await send(message)

        await self._api(scope, receive, send_to_page)

    def _headers(self, origin: bytes, answered: Headers) -> Headers:
        others = {name: name.decode("latin-1") for name, _ in answered if name not in _READABLE}
        exposed = ", ".join({**others, **self._exposed}.values()).encode("latin-1")
        return [
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", exposed),
            _VARY,
        ]


def _preflight(scope: Scope, origin: bytes) -> Answer:
    headers = [
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-methods", _METHODS),
        (b"access-control-max-age", b"%d" % _MAX_AGE_SECONDS),
        (b"vary", b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
    ]
    if asked := header(scope, b"access-control-request-headers"):
        headers.append((b"access-control-allow-headers", asked))
    if header(scope, b"access-control-request-private-network") == b"true":
        headers.append((b"access-control-allow-private-network", b"true"))
    return Answer(204, headers)


def _refusal(origin: bytes) -> Answer:
    page = origin.decode("latin-1")
    option = f"--cors {page}` allows it" if is_origin(page) else "--cors '*'` allows all"
    answer = error_answer(Forbidden(f"Pages of {page} may not call the API; `novavms-mock serve {option}."))
    answer.headers.append(_VARY)
    return answer


def _declared(document: Document) -> list[str]:
    """Return the names of all headers that an answer of the document declares."""
    responses = [
        document.resolve(response)
        for *_, raw in document.operations()
        for response in raw.get("responses", {}).values()
    ]
    return [name for response in responses for name in response.get("headers", {})]
