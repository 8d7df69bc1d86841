"""A Starlette application that returns fixed bytes; its file lists [method, path, status, body] for each route.

python benchmarks/bare_starlette.py FILE PORT
"""

import json
import sys
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def answering(status: int, body: bytes) -> Any:
    """Return an endpoint that always returns this response."""

    async def endpoint(request: Request) -> Response:
        return Response(body, status, media_type="application/json")

    return endpoint


if __name__ == "__main__":
    file, port = sys.argv[1:]
    with open(file, encoding="utf-8") as table:
        routes = [
            Route(path.partition("?")[0], answering(status, body.encode()), methods=[method])
            for method, path, status, body in json.load(table)
        ]
    routes.append(Route("/healthz", answering(200, b"{}")))
    uvicorn.run(Starlette(routes=routes), port=int(port), log_level="error", access_log=False)
