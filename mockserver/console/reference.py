"""The API reference: the document of the API in a viewer, which makes calls as any actor."""

from starlette.responses import JSONResponse, Response

from mockserver.console import REFERENCE
from mockserver.console.visit import PAGE_ROWS, Handler, Visit

_DOCUMENT = f"{REFERENCE}/openapi.json"


async def show(visit: Visit) -> Response:
    """Show the viewer with the actors of the first orgs, that of the query in front."""
    chosen = visit.query.get("org")
    orgs = (await visit.calls.control("GET", "/orgs"))["data"]
    orgs.sort(key=lambda org: org["org_id"] != chosen)
    return visit.page(
        "reference.html",
        document=_DOCUMENT,
        orgs=orgs[:PAGE_ROWS],
        left_out=len(orgs[PAGE_ROWS:]),
        actor=visit.query.get("actor", "owner"),
    )


async def document(visit: Visit) -> Response:
    """Return the document with the address by which this page was called as its server."""
    served = await visit.calls.control("GET", "/document")
    return JSONResponse(served | {"servers": [{"url": visit.root or "/"}]})


PAGES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", REFERENCE, show),
    ("GET", _DOCUMENT, document),
)
