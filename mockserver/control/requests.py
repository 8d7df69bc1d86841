"""The journal of the API's calls: those that match criteria, and emptying it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mockserver.control.context import Request
from mockserver.domain import dates
from mockserver.domain.errors import InvalidInput
from mockserver.runtime.call_criteria import CallCriteria
from mockserver.runtime.journal import Entry, UnknownCall

_SAME_NAME = ("operation", "actor", "method", "path", "status", "body", "after")


async def list_requests(request: Request) -> dict[str, Any]:
    """Return the newest calls that match the filters, and the number of all that match. Raises InvalidInput."""
    found, total = await search(request, request.params["limit"], criteria(request.params))
    return {"data": found, "total": total}


async def clear_requests(request: Request) -> None:
    """Empty the journal."""
    await request.context.journal.clear()


async def search(request: Request, limit: int, sought: CallCriteria) -> tuple[list[Entry], int]:
    """Return the newest calls that match, and the number of all that match. Raises InvalidInput."""
    try:
        return await request.context.journal.search(limit, sought)
    except UnknownCall:
        raise InvalidInput({"after": ["is not the id of a call that the journal has"]}) from None


def criteria(params: Mapping[str, Any]) -> CallCriteria:
    """Return the criteria that parameters name. Raises InvalidInput."""
    return CallCriteria(
        org_id=params.get("org"),
        headers=tuple(_pair(text, ":", lower=True) for text in params.get("header", ())),
        query=tuple(_pair(text, "=", lower=False) for text in params.get("query", ())),
        since=_instant(params, "since"),
        until=_instant(params, "until"),
        **{name: params.get(name) for name in _SAME_NAME},
    )


def _pair(text: str, separator: str, *, lower: bool) -> tuple[str, str | None]:
    """Return the name and the value of ``name: value`` or ``name=value``; None for the value if there is none."""
    name, given, value = text.partition(separator)
    name = name.strip().lower() if lower else name
    return name, (value.strip() if lower else value) if given else None


def _instant(params: Mapping[str, Any], name: str) -> datetime | None:
    if name not in params:
        return None
    try:
        return dates.parse(params[name])
    except (ValueError, OverflowError):
        raise InvalidInput({name: ["is not an instant the mock can handle"]}) from None
