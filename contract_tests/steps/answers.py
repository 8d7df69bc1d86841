"""What checks of several families ask of an answer."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from contract_tests.actors import Actor, Answer
from contract_tests.verdicts import Unavailable, Violation

JSON = dict[str, Any]
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z", re.ASCII)
_MOST_PAGES = 1000


def is_time(value: object) -> bool:
    """Whether the value is an RFC 3339 time in UTC, written with Z."""
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_id(value: object) -> bool:
    """Whether the value is a UUID as text."""
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False


def refused(answer: Answer) -> bool:
    """Whether the target refused the call, with whatever client error."""
    return 400 <= answer.status < 500


def rows(answer: Answer) -> list[JSON]:
    """Return the objects of a list answer. Raises Violation when it is none."""
    found = answer["data"] if answer.status == 200 else None
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise Violation("", "200 and a list of objects in data", answer)
    return found


def walk(actor: Actor, path: str, **params: Any) -> list[list[JSON]]:
    """Follow next_cursor from the first page to the last and return all pages. Raises Violation without an end."""
    pages: list[list[JSON]] = []
    cursor = None
    while len(pages) < _MOST_PAGES:
        answer = actor.get(path, cursor=cursor, **params)
        pages.append(rows(answer))
        cursor = answer["next_cursor"]
        if cursor is None:
            return pages
    raise Violation("", f"a last page within {_MOST_PAGES}", f"{path} with {params} goes on")


def shown(body: JSON, field: str) -> Any:
    """Return a field that an answer may leave out. Raises Unavailable when it does."""
    if field not in body:
        raise Unavailable(f"no answer shows {field}")
    return body[field]
