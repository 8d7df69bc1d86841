"""Lists of a shared target: the objects of all pages, and their names."""

from collections.abc import Iterator
from typing import Any

from contract_tests import document
from contract_tests.actors import Actor
from contract_tests.verdicts import Unavailable

_PAGE_SIZE, _MAX_PAGES = 100, 100


def paged_rows(actor: Actor, path: str, **filters: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of a list, page by page if it has pages. Raises Violation, Unavailable, TargetError."""
    listing, cursor = document.operation_at("GET", path), None
    limit = _PAGE_SIZE if listing and "limit" in listing.query else None
    for _ in range(_MAX_PAGES):
        answer = actor.get(path, limit=limit, cursor=cursor, **filters)
        yield from answer.rows
        cursor = answer.json.get("next_cursor")
        if not cursor:
            return
    raise Unavailable(f"{path} has more than {_MAX_PAGES} pages")


def name_of(fields: Any) -> str | None:
    """Return the name in the fields of an object, or in a body that creates one; None if there is no name."""
    name = fields.get("name", fields.get("display_name")) if isinstance(fields, dict) else None
    return name if isinstance(name, str) else None
