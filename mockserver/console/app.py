"""The console as an ASGI application: who may see its pages, which there are, and the headers of all of them."""

import base64
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote, unquote

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.staticfiles import StaticFiles

from mockserver import CONTROL_PREFIX
from mockserver.asgi import (
    Application,
    Disconnected,
    Message,
    Receive,
    Scope,
    Send,
    base_url,
    bearer_token,
    token_matches,
)
from mockserver.browsers import OwnHosts
from mockserver.console import (
    CONSOLE,
    HOME,
    REFERENCE,
    faults,
    gateways,
    journal,
    mutants,
    orgs,
    overview,
    recordings,
    reference,
    state,
    webhooks,
)
from mockserver.console.calls import CallFailed, Calls
from mockserver.console.visit import Handler, Section, Visit, environment
from mockserver.domain.errors import ApiError, Forbidden

COOKIE = "novavms_mock_console"
_PORT = re.compile(r":(\d{1,5})$")
LOGIN, LOGOUT, STATIC = f"{CONSOLE}/login", f"{CONSOLE}/logout", f"{CONSOLE}/static"
#: The pages that the navigation leads to, in its order.
SECTIONS = (
    Section("Overview", HOME),
    Section("Gateways", gateways.GATEWAYS),
    Section("Journal", journal.JOURNAL),
    Section("Webhooks", webhooks.PATH),
    Section("Faults", faults.PATH),
    Section("State", state.PATH),
    Section("Mutants", mutants.PATH),
    Section("API reference", REFERENCE),
)
#: Every page, as method, path and handler.
PAGES: tuple[tuple[str, str, Handler], ...] = (
    *overview.PAGES,
    *orgs.PAGES,
    *recordings.PAGES,
    *gateways.PAGES,
    *journal.PAGES,
    *webhooks.PAGES,
    *faults.PAGES,
    *state.PAGES,
    *mutants.PAGES,
    *reference.PAGES,
)
_SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # without any, browsers name "null" as the origin of forms
    "Cache-Control": "no-store",
}
_STATIC_CACHE = "private, max-age=3600"
_log = logging.getLogger(__name__)


class Console:
    """Answers the pages; with a ``token`` those who gave it once, by a form, or who send it as a bearer token.

    ``application`` is the mock, which the pages call.
    """

    def __init__(self, application: Application, token: str | None, own_hosts: OwnHosts) -> None:
        self._application = application
        self._token = token
        self._own_hosts = own_hosts
        self._templates = environment()
        self._templates.globals.update(
            sections=SECTIONS, prefix=CONTROL_PREFIX, console=CONSOLE, home=HOME, has_token=token is not None
        )
        self._router = Router(
            [
                Route(CONTROL_PREFIX, self._redirect),
                Route(LOGIN, self._log_in, methods=["GET", "POST"]),
                Route(LOGOUT, self._log_out, methods=["POST"]),
                Mount(STATIC, StaticFiles(directory=Path(__file__).parent / "static")),
                *(Route(path, self._endpoint(handler), methods=[method]) for method, path, handler in PAGES),
            ],
            redirect_slashes=False,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        send = partial(_send_with_headers, send, static=scope["path"].startswith(f"{STATIC}/"))
        try:
            self._own_hosts.check(scope, links=True)
            _require_same_origin(scope)
            await self._router({**scope, "app": self}, receive, send)
        except HTTPException as error:
            phrase = HTTPStatus(error.status_code).phrase
            await self._error(scope, error.status_code, phrase, error.headers)(scope, receive, send)
        except (ApiError, CallFailed) as error:
            await self._error(scope, error.status, error.message)(scope, receive, send)
        except Disconnected:
            return
        except Exception:
            _log.exception("%s %s failed", scope["method"], scope["path"])
            await self._error(scope, 500, "The console failed; the log of the mock says why.")(scope, receive, send)

    def _visit(self, request: Request) -> Visit:
        host = request.headers.get("host", "localhost")
        calls = Calls(self._application, host, self._token_of(request))
        return Visit(request, calls, _root(request.scope), self._templates)

    def _error(self, scope: Scope, status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
        answer = self._visit(Request(scope)).page("error.html", status, message=message)
        answer.headers.update(headers or {})
        return answer

    def _endpoint(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            visit = self._visit(request)
            if self._token is not None and self._token_of(request) is None:
                return self._login_page(visit, _asked_for(visit), 401)
            return await handler(visit)

        return answer

    async def _redirect(self, request: Request) -> Response:
        return RedirectResponse(_root(request.scope) + HOME, 307)

    async def _log_in(self, request: Request) -> Response:
        """Show the form, or keep the token that it sent in a cookie and go to the page that asked for it."""
        visit = self._visit(request)
        if request.method != "POST":
            return self._login_page(visit, visit.root + HOME)
        form = await visit.form()
        token, after = form.get("token", ""), form.get("after", "")
        if self._token is None or not token_matches(self._token, _latin(token)):
            return self._login_page(visit, after, 401, wrong=True)
        inside = _is_below(f"{visit.root}{CONTROL_PREFIX}/", after)
        answer = RedirectResponse(after if inside else visit.root + HOME, 303)
        secure = base_url(request.scope).startswith("https:")
        path = visit.root + CONTROL_PREFIX
        answer.set_cookie(_cookie(request), _encoded(token), path=path, secure=secure, httponly=True, samesite="strict")
        return answer

    async def _log_out(self, request: Request) -> Response:
        visit = self._visit(request)
        answer = visit.to(HOME)
        answer.delete_cookie(_cookie(request), path=visit.root + CONTROL_PREFIX, httponly=True, samesite="strict")
        return answer

    def _token_of(self, request: Request) -> str | None:
        """Return the control token if the request has it, in its cookie or as its bearer token."""
        cookie = request.cookies.get(_cookie(request))
        sent = (_decoded(cookie) if cookie else None, bearer_token(request.scope))
        return next((one for one in sent if self._token is not None and token_matches(self._token, one)), None)

    def _login_page(self, visit: Visit, after: str, status: int = 200, *, wrong: bool = False) -> Response:
        return visit.page("login.html", status, after=after, wrong=wrong)


def _cookie(request: Request) -> str:
    """Return the name of the cookie: with the port, as a browser sends cookies to all ports of a host."""
    port = _PORT.search(request.headers.get("host", ""))
    return COOKIE + (f"_{port[1]}" if port else "")


def _root(scope: Scope) -> str:
    """Return what stands before every path, whatever the request calls its host."""
    _, slash, path = base_url(scope).partition("://")[2].partition("/")
    return slash + path


def _asked_for(visit: Visit) -> str:
    """Return the address of the page that was asked for; for a form that was sent the first page."""
    if visit.request.method not in ("GET", "HEAD"):
        return visit.root + HOME
    query = visit.request.url.query
    return visit.root + quote(visit.request.scope["path"]) + (f"?{query}" if query else "")


def _is_below(start: str, address: str) -> bool:
    """Whether a browser that goes to an address stays below a path."""
    path = unquote(re.split("[?#]", address)[0])
    return address.startswith(start) and "\\" not in address and ".." not in path.split("/")


def _latin(token: str) -> str:
    """Return a token as a header carries it."""
    return token.encode().decode("latin-1")


def _encoded(token: str) -> str:
    return base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")


def _decoded(value: str) -> str:
    """Return the token of a cookie as a header carries it; one that is none is wrong like any other."""
    try:
        return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode("latin-1")
    except ValueError:
        return ""


def _require_same_origin(scope: Scope) -> None:
    """Raise Forbidden for a form of another page than the console's own, which a browser sends without asking."""
    if scope["method"] in ("GET", "HEAD"):
        return
    headers = Headers(scope=scope)
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site not in (None, "same-origin", "none") or (not site and origin and not _is_own(origin, scope)):
        raise Forbidden("Only the pages of the console may send its forms.")


def _is_own(origin: str, scope: Scope) -> bool:
    scheme, _, address = base_url(scope).partition("://")
    return origin == f"{scheme}://{address.partition('/')[0]}"


async def _send_with_headers(send: Send, message: Message, *, static: bool) -> None:
    """Pass on what is sent, with the headers of all pages, or of static files."""
    if message["type"] == "http.response.start":
        headers = MutableHeaders(raw=message["headers"])
        for name, value in _SECURITY_HEADERS.items():
            headers.setdefault(name, value)
        if static and message["status"] in (200, 304):
            headers["Cache-Control"] = _STATIC_CACHE
    await send(message)
