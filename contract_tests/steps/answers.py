"""Reading answers: the rows and pages of lists, ids, times, refusals."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import repeat
from typing import Any

from contract_tests.actors import Actor, Answer
from contract_tests.expectations import MAX_LIMIT, Expect, require_limit
from contract_tests.verdicts import Unavailable, Violation
from contract_tests.world import ALERTS, EVENTS, World

JSON = dict[str, Any]
#: A UUID that is the id of no object on any target.
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_UTC_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z", re.ASCII)
#: How many rows of a list are read where the first ones are enough; fewer may arrive from others meanwhile.
_FEW_ROWS = 10
#: The rules about the cursor of a list, by its path.
_PAGE_RULES = {EVENTS: "EV-25", ALERTS: "AL-12"}
#: About how many small pages a list is read in.
_SMALL_PAGES = 5
#: A list with more pages than this counts as one without an end.
_MAX_PAGES = 1000
#: How far the clock that writes ``Date``, or is read later, may be from that of the API, and that of this machine.
_CLOCKS_DIFFER, _MACHINES_DIFFER = timedelta(seconds=30), timedelta(minutes=5)


def is_uuid(value: object) -> bool:
    """Whether the value is the canonical text of a UUID: 8-4-4-4-12 hexadecimal digits, without braces or prefix.

    Capital digits are accepted: the pages say ``uuid``, a format whose digits may have either case (RFC 9562).
    """
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def is_time(value: object) -> bool:
    """Whether the value is an RFC 3339 time in UTC, written with Z."""
    if not isinstance(value, str) or not _UTC_TIME.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_time_with_zone(value: object) -> bool:
    """Whether the value is an RFC 3339 time, with whatever zone."""
    try:
        return isinstance(value, str) and parse_time(value) is not None
    except Violation:
        return False


def parse_time(value: object) -> datetime:
    """Return the RFC 3339 time in a field, with its zone. Raises Violation."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Violation("", "an RFC 3339 time", repr(value))
    return found


def is_present(world: World, time: datetime, answer: Answer) -> bool:
    """Whether a time is that of an answer, by the clock of the target as far as it can be seen."""
    if not world.shared:
        return abs(time - parse_time(world.now())) <= _CLOCKS_DIFFER
    shown = answer.headers.get("date")
    clock, off = (parsedate_to_datetime(shown), _CLOCKS_DIFFER) if shown else (datetime.now(UTC), _MACHINES_DIFFER)
    return abs(time - clock) <= off


def is_instant(world: World, time: datetime, frozen: datetime) -> bool:
    """Whether a time is the one at which the clock is frozen; about that time on a shared target, whose clock runs."""
    return abs(time - frozen) <= (_MACHINES_DIFFER if world.shared else timedelta())


def format_time(time: datetime) -> str:
    """Return a UTC time as the API writes it: whole seconds and Z."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def refused(answer: Answer) -> bool:
    """Whether the target refused the call with any 4xx."""
    return 400 <= answer.status < 500


def refuses_fields(answer: Answer, *fields: str) -> bool:
    """Whether the answer is a 400 validation_error whose field_errors name exactly these fields."""
    return answer.is_(400, "validation_error") and set(answer.json.get("field_errors", {})) == set(fields)


def rows(answer: Answer, *fields: str) -> list[JSON]:
    """Return the objects in ``data`` of a list, each of which has the fields. Raises Violation."""
    found = answer.rows
    if not all(row.keys() >= set(fields) for row in found):
        raise Violation("", f"objects with {', '.join(fields)} in data", answer)
    return found


def pages(actor: Actor, path: str, limits: Iterator[int] | None = None, **params: Any) -> Iterator[Answer]:
    """Yield the pages of a list from the first to the last, along next_cursor.

    ``limits`` gives each page a limit of its own. Raises Violation where a page is none or the list has no end.
    """
    cursor, known, cursors = None, set[object](), set[object]()
    for number in range(1, _MAX_PAGES + 1):
        if limits is not None:
            params["limit"] = next(limits)
        answer = actor.get(path, cursor=cursor, **params)
        require_limit(path, params.get("limit"), answer)
        ids = {row.get("id") for row in rows(answer)}
        yield answer
        cursor = answer["next_cursor"]
        if cursor is None:
            return
        if ids <= known and (repr(cursor) in cursors or number == _MAX_PAGES):
            actual = f"{path} with {params} shows nothing new on page {number}, and has one more: {cursor!r}"
            raise Violation(_PAGE_RULES.get(path, ""), "a list that ends", actual)
        known |= ids
        cursors.add(repr(cursor))
    raise Unavailable(f"{path} has more than {_MAX_PAGES} pages, and the check reads all of them")


def first_page(actor: Actor, path: str, limit: int = MAX_LIMIT, **params: Any) -> Answer:
    """Return the first page of a list. Raises Violation where it is none."""
    return next(pages(actor, path, repeat(limit), **params))


def walk(actor: Actor, path: str, **params: Any) -> list[list[JSON]]:
    """Return the rows of every page of a list. Raises Violation where the list has no end."""
    return [rows(page) for page in pages(actor, path, **params)]


def expect_first_page(expect: Expect, rule: str, actor: Actor, path: str) -> None:
    """State that a list without a cursor begins where its first page does, after a later page was read too.

    Raises Unavailable for a list with a single page.
    """
    first = first_page(actor, path, _FEW_ROWS)
    cursor, shown = first["next_cursor"], ids_of(first)
    if cursor is None:
        raise Unavailable(f"{path} has a single page")
    later = ids_of(actor.get(path, limit=_FEW_ROWS, cursor=cursor))
    expect(rule, later - shown, "other objects on the second page", later)
    again = first_page(actor, path, _FEW_ROWS)
    expect(rule, ids_of(again) & shown, "the first page when no cursor is given", again)


def expect_same_pages(expect: Expect, rule: str, actor: Actor, path: str) -> None:
    """State that small pages of a list show together what large ones do, and each of them nothing twice.

    What comes and goes meanwhile is tolerated. Raises Unavailable for a list with a single object.
    """
    count = len(_ids_on_pages(expect, rule, actor, path, MAX_LIMIT))
    if count < 2:
        raise Unavailable(f"{path} has a single page")
    small = max(1, count // _SMALL_PAGES)
    for _ in range(2):
        shown = (_ids_on_pages(expect, rule, actor, path, limit) for limit in (MAX_LIMIT, small))
        missing = next(shown) - next(shown)
        if not missing:
            break
    expect.equal(rule, missing, set(), f"with limit={small}, what the pages leave out is")


def _ids_on_pages(expect: Expect, rule: str, actor: Actor, path: str, limit: int) -> set[Any]:
    found: set[Any] = set()
    for page in pages(actor, path, repeat(limit)):
        ids = ids_of(page)
        expect.equal(rule, len(rows(page)), len(ids), "the number of objects on a page, and of different ones,")
        found |= ids
    return found


def ids_of(answer: Answer) -> set[Any]:
    """Return the ids in a list. Raises Violation."""
    return {row["id"] for row in rows(answer, "id")}


def all_rows(actor: Actor, path: str, **params: Any) -> list[JSON]:
    """Return the rows of all pages of a list together. Raises Violation where the list has no end."""
    return [row for page in walk(actor, path, **params) for row in page]


def wrongly_selected(
    before: list[JSON],
    selected: list[JSON],
    matches: Callable[[JSON], bool | None],
    read_again: Callable[[], list[JSON]],
) -> list[Any]:
    """Return the ids that a filtered list has or lacks wrongly.

    These are the ids of rows that do not match, and of rows that it lacks although they match ``before`` and when read
    again: what others add or change meanwhile is no error. ``matches`` returns None for a row that may be in it or not.
    """
    wrong = [row.get("id") for row in selected if matches(row) is False]
    missing = {row.get("id") for row in before if matches(row)} - {row.get("id") for row in selected}
    if missing:
        wrong += [row.get("id") for row in read_again() if matches(row) and row.get("id") in missing]
    return wrong


def require_values(found: list[JSON], name: str, *values: Any) -> None:
    """Raise Unavailable unless each of the values is in a field of some row: else nothing shows that it is selected."""
    missing = [value for value in values if all(row.get(name) != value for row in found)]
    if missing:
        raise Unavailable(f"nothing listed has the {name} {' or '.join(map(repr, missing))}")


def optional_field(body: JSON, name: str) -> Any:
    """Return a field that an answer may leave out. Raises Unavailable when it does."""
    if name not in body:
        raise Unavailable(f"no answer shows {name}")
    return body[name]
