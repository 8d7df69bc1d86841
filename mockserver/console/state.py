"""The state as a whole: what an org can begin with, snapshots, and resets."""

from functools import partial
from urllib.parse import quote

from starlette.responses import Response

from mockserver.asgi import Message, Receive, Scope, Send, base_url
from mockserver.console import CONSOLE
from mockserver.console.calls import CallFailed, Calls
from mockserver.console.visit import PAGE_ROWS, Handler, Visit

PATH = f"{CONSOLE}/state"
_FILE = (b"content-disposition", b'attachment; filename="novavms-mock-snapshot.json"')


class Passed(Response):
    """The answer of a call of the control plane, which is passed on part by part, as are the bytes that it takes."""

    def __init__(self, calls: Calls, method: str, path: str, *headers: tuple[bytes, bytes]) -> None:
        super().__init__()
        self._calls, self._method, self._path, self._added = calls, method, path, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Make the call in place of the request."""
        await self._calls.pass_on(scope, receive, partial(self._send, send), self._method, self._path)

    async def _send(self, send: Send, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            message["headers"] = [*message["headers"], *self._added]
        await send(message)


async def show(visit: Visit) -> Response:
    """Show what there is to begin with, and what to do with the state."""
    return await _page(visit)


async def make_org(visit: Visit) -> Response:
    """Make an org from a fixture or scenario, and show it."""
    form = await visit.form()
    body = {name: form[name] for name in ("fixture", "scenario", "name") if name in form}
    try:
        org = await visit.calls.control("POST", "/orgs", json=body)
    except CallFailed as error:
        return await _page(visit, error)
    return visit.to(f"{CONSOLE}/orgs/{org['org_id']}")


async def reset(visit: Visit) -> Response:
    """Reset the org of the form, or the whole mock."""
    org = (await visit.form()).get("org")
    try:
        await visit.calls.control("POST", f"/orgs/{quote(org, safe='')}/reset" if org else "/reset")
    except CallFailed as error:
        return await _page(visit, error)
    return visit.to(f"{PATH}?done=reset")


async def download(visit: Visit) -> Response:
    """Send a snapshot as a file."""
    return Passed(visit.calls, "GET", "/snapshot", _FILE)


async def upload(visit: Visit) -> Response:
    """Restore the snapshot that is the body, and answer as the control plane does."""
    return Passed(visit.calls, "PUT", "/snapshot")


async def _page(visit: Visit, error: CallFailed | None = None) -> Response:
    calls = visit.calls
    orgs = (await calls.control("GET", "/orgs"))["data"]
    return visit.page(
        "state.html",
        error.status if error else 200,
        place=PATH,
        offered=await calls.control("GET", "/scenarios"),
        orgs=orgs[:PAGE_ROWS],
        address=base_url(visit.request.scope),
        error=error,
    )


PAGES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", PATH, show),
    ("POST", f"{PATH}/orgs", make_org),
    ("POST", f"{PATH}/reset", reset),
    ("GET", f"{PATH}/snapshot", download),
    ("POST", f"{PATH}/snapshot", upload),
)
