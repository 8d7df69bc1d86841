"""Query parameters of lists: reading them, refusing or ignoring what is wrong with them."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import NoReturn, TypeVar

from tests.stranger.breaks import Break
from tests.stranger.calls import Call, is_uuid
from tests.stranger.problems import invalid

_RFC_3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:)(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LOCAL = timezone(timedelta(hours=2))
_DEFAULT_LIMIT, _MAX_LIMIT = 20, 100
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}
PAGING = ("cursor", "limit")
Value = TypeVar("Value")
Keep = Callable[[datetime], bool]


def refuse_unknown(call: Call, known: Iterable[str]) -> None:
    """Refuse parameters that the list does not have, if the server does that."""
    unknown = call.query.keys() - set(known)
    if unknown and call.choices.unknown_query_parameter == "refused":
        refuse(call, "is not a parameter of this list", min(unknown))


def refuse(call: Call, message: str, name: str) -> NoReturn:
    """Refuse a parameter, with the status that the server uses for that."""
    invalid(message, name, int(call.choices.query_refusal))


def uuid_filter(call: Call, name: str) -> str | None:
    """Return the id that a filter has, None where it has none or a malformed one is ignored."""
    text = call.query.get(name)
    return text.lower() if text is not None and _is_valid(call, name, is_uuid(text)) else None


def bool_filter(call: Call, name: str) -> bool | None:
    """Return the value of a filter that is true or false."""
    text = call.query.get(name)
    return _BOOLEANS[text] if text is not None and _is_valid(call, name, text in _BOOLEANS) else None


def enum_filter(call: Call, name: str, known: Sequence[str]) -> str | None:
    """Return the value of a filter with fixed values; an unknown one matches nothing where it is not ignored."""
    text = call.query.get(name)
    if text is None or text in known:
        return text
    if call.choices.unknown_enum_value == "refused":
        refuse(call, f"is not one of {', '.join(known)}", name)
    return None if call.choices.unknown_enum_value == "ignored" else text


def date_filter(call: Call) -> Keep:
    """Return a predicate: whether a time lies within date_from and date_to."""
    since, until = (_instant(call, name) for name in ("date_from", "date_to"))
    if call.broken(Break.DATE_TO_IGNORED):
        until = None
    beyond = call.choices.date_bounds == "half_open"

    def keep(at: datetime) -> bool:
        if since is not None and at < since:
            return False
        return until is None or at < until or (at == until and not beyond)

    return keep


def limit(call: Call, default: int = _DEFAULT_LIMIT, highest: int = _MAX_LIMIT) -> int:
    """Return how many items a page has."""
    text = call.query.get("limit")
    if text is None:
        return default
    if not re.fullmatch(r"[+-]?\d{1,9}", text, re.ASCII):
        if call.choices.limit_out_of_range == "refused":
            refuse(call, "is not a whole number", "limit")
        return default
    if not 1 <= int(text) <= highest and call.choices.limit_out_of_range == "refused":
        refuse(call, f"is not from 1 to {highest}", "limit")
    return min(max(int(text), 1), highest)


def _is_valid(call: Call, name: str, valid: bool) -> bool:
    """Return whether a value is valid; refuse it if it is not and the server does not ignore that."""
    if not valid and call.choices.malformed_filter == "refused":
        refuse(call, "is malformed", name)
    return valid


def _instant(call: Call, name: str) -> datetime | None:
    text = call.query.get(name)
    if text is None:
        return None
    found = _plain_date(call, name, text) if _DATE.fullmatch(text) else _rfc_3339(text)
    refused = (call.broken(Break.PLAIN_DATE_REFUSED) and name == "date_to" and _DATE.fullmatch(text)) or (
        call.broken(Break.OFFSET_REFUSED) and name == "date_from" and text[-6:-5] in ("+", "-")
    )
    if refused:
        refuse(call, "is malformed", name)
    return found if _is_valid(call, name, found is not None) else None


def _rfc_3339(text: str) -> datetime | None:
    """Return an RFC 3339 time; a leap second counts as the second before it."""
    found = _RFC_3339.fullmatch(text)
    if found is None:
        return None
    day, minute, second, fraction, zone = found.groups()
    try:
        found_at = datetime.fromisoformat(f"{day}T{minute}{'59' if second == '60' else second}{zone.upper()}")
    except ValueError:
        return None
    return found_at.replace(microsecond=int((fraction or ".0")[1:7].ljust(6, "0")))


def _plain_date(call: Call, name: str, text: str) -> datetime | None:
    """Return the beginning of a day, or its end for date_to where that means the whole day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    zone = UTC if call.choices.plain_date_zone == "utc" else _LOCAL
    to_its_end = name == "date_to" and call.choices.plain_date_to == "whole_day"
    begin = datetime(day.year, day.month, day.day, tzinfo=zone)
    last = timedelta(days=1) if call.choices.date_bounds == "half_open" else timedelta(days=1, microseconds=-1)
    try:
        return begin + last if to_its_end else begin
    except OverflowError:
        return begin
