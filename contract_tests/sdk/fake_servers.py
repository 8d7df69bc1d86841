"""Servers that are functions, for answers that the mock does not give on request."""

from typing import Any

import httpx

from contract_tests.sdk.traffic import Server

REQUEST_ID = "req_5f3c9a1e7b2d"


def refusing(
    status: int, code: str, message: str = "No.", headers: dict[str, str] | None = None, **more: Any
) -> Server:
    """Return a server that answers everything with an error, as the API gives it."""
    body = {"error": code, "message": message, "request_id": REQUEST_ID, **more}
    return lambda _: httpx.Response(status, json=body, headers=headers)


def nothing(_: httpx.Request) -> httpx.Response:
    """Answer any list with an empty one."""
    return page([], None)


def page(items: list[Any], cursor: str | None) -> httpx.Response:
    """Return a page of a list."""
    return httpx.Response(200, json={"data": items, "next_cursor": cursor, "total": len(items)})
