"""Times and dates as the API writes and reads them."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, NamedTuple

from msgspec import Meta

from mockserver.domain.errors import InvalidInput

_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):\d{2}:)(\d{2})((?:\.\d+)?(?:Z|[+-]\d{2}:\d{2}))", re.ASCII | re.IGNORECASE
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_EXPECTED = "must be an RFC 3339 timestamp or a date YYYY-MM-DD"
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


#: A time in a record, with its time zone; the mock itself uses UTC alone.
Instant = Annotated[datetime, Meta(tz=True)]


class Window(NamedTuple):
    """A span of time: from ``since`` (included) to ``until`` (excluded); None leaves that side open."""

    since: datetime | None = None
    until: datetime | None = None


ALWAYS = Window()


def window(date_from: str | None, date_to: str | None) -> Window:
    """Return the span that two filters ask for; both bounds are inclusive (EV-18).

    A date without a time is a day in UTC (AS-56); ``date_to`` includes the whole of it (AS-57). Raises InvalidInput.
    """
    if date_from is None and date_to is None:
        return ALWAYS
    since = None if date_from is None else _instant("date_from", date_from, end=False)
    until = None if date_to is None else _instant("date_to", date_to, end=True)
    return Window(since, until)


def parse(text: str) -> datetime:
    """Return an RFC 3339 timestamp in UTC. Raises ValueError."""
    found = _INSTANT.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no RFC 3339 timestamp, or has no time zone")
    before, second, after = found.groups()
    leap = second == "60"
    instant = datetime.fromisoformat(f"{before}{'59' if leap else second}{after}".upper()).astimezone(UTC)
    return instant + timedelta(seconds=1) if leap else instant


def text(instant: datetime) -> str:
    """Return the instant as the API writes it: RFC 3339, UTC, ``Z``."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def whole_seconds(instant: datetime) -> datetime:
    """Return the instant without its fraction of a second: records hold the time that the API shows."""
    return instant.replace(microsecond=0)


def _instant(field: str, text: str, *, end: bool) -> datetime:
    try:
        if not _DAY.fullmatch(text):
            return parse(text) + (timedelta(microseconds=1) if end else timedelta())
        day = date.fromisoformat(text)
        return datetime.combine(day + timedelta(days=1) if end else day, time(), UTC)
    except OverflowError:
        return _FIRST if text.startswith("0001") else _LAST
    except ValueError:
        raise InvalidInput({field: [_EXPECTED]}) from None
