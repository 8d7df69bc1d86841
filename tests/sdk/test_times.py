"""Times in headers, filters and answers, in every format and out of range."""

from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import httpx
import pytest

from novavms.errors import (
    RateLimitError,
    ResponseError,
    ValidationError,
)
from tests.sdk.clients import answering, json, page, problem, scripted

ID = "550e8400-e29b-41d4-a716-446655440000"
NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001 - is refused


@pytest.mark.parametrize(
    "until",
    [
        "Mon, 20 Apr 2026 08:30:09 GMT",
        "Monday, 20-Apr-26 08:30:09 GMT",
        "Mon Apr 20 08:30:09 2026",
        "Mon, 20 Apr 2026 10:30:09 +0200",
    ],
)
def test_retry_after_is_read_in_each_format_of_a_date(kind: str, until: str) -> None:
    headers = {"Retry_After": until, "Date": "Mon, 20 Apr 2026 08:30:00 GMT"}
    with scripted(kind, answering(problem(429, "x", headers=headers), page())) as client:
        client.do(lambda it: it.sites.list())
        assert client.delays == [9]


def test_leap_seconds_are_read_in_dates_of_headers(kind: str) -> None:
    headers = {"Retry_After": "Wed, 31 Dec 2031 23:59:60 GMT", "Date": "Wed, 31 Dec 2031 23:59:50 GMT"}
    with scripted(kind, answering(problem(429, "x", headers=headers), page())) as client:
        client.do(lambda it: it.sites.list())
        assert client.delays == [10]


@pytest.mark.parametrize("of_answer", [None, "nonsense", "Wed, 21 Oct 99999999999 07:28:00 GMT"])
def test_a_retry_after_is_compared_with_the_clock_where_the_answer_has_no_date(
    kind: str, of_answer: str | None
) -> None:
    headers = {"Retry_After": format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)}
    headers |= {"Date": of_answer} if of_answer else {}
    with scripted(kind, answering(problem(429, "x", headers=headers), page())) as client:
        client.do(lambda it: it.sites.list())
        assert len(client.delays) == 1
        assert 20 < client.delays[0] <= 30


@pytest.mark.parametrize(
    "odd",
    [
        "Wed, 21 Oct 99999999999 07:28:00 GMT",
        "Wed, 21 Oct 2015 07:28:00 +99999999999999",
        "Wed, 99 Oct 2015 07:28:00 GMT",
        "Fri, 31 Dec 9999 23:59:60 -2359",
        "٣",
        "1" * 5000,
        "1;2",
    ],
)
def test_an_absurd_retry_after_is_as_if_there_were_none(kind: str, odd: str) -> None:
    busy = httpx.Response(429, headers=[(b"retry-after", odd.encode())])
    with scripted(kind, answering(busy)) as client:
        with pytest.raises(RateLimitError) as caught:
            client.do(lambda it: it.sites.list())
        assert client.delays == [0.5, 1, 2]
        assert caught.value.retry_after == 1.0


@pytest.mark.parametrize(("asked", "seconds"), [("1234567890", 1234567890.0), ("9" * 18, 9e9), ("2.5", 2.5)])
def test_any_number_of_seconds_is_read_and_can_be_slept(kind: str, asked: str, seconds: float) -> None:
    with scripted(kind, answering(problem(429, "x", headers={"Retry_After": asked})), max_retries=0) as client:
        with pytest.raises(RateLimitError) as caught:
            client.do(lambda it: it.sites.list())
        assert caught.value.retry_after == seconds


@pytest.mark.parametrize(
    ("at", "sent"),
    [
        (datetime(1900, 1, 1, tzinfo=ZoneInfo("Europe/Amsterdam")), "1899-12-31T23:41:43+00:00"),
        (datetime(2026, 4, 20, 12, tzinfo=timezone(timedelta(hours=2))), "2026-04-20T12:00:00+02:00"),
        (datetime(2026, 4, 20, 12, tzinfo=timezone(-timedelta(seconds=30))), "2026-04-20T12:00:30+00:00"),
        (date(2026, 4, 20), "2026-04-20"),
    ],
)
def test_a_time_is_sent_with_an_offset_that_the_api_can_read(kind: str, at: date, sent: str) -> None:
    empty = json(200, {"data": [], "next_cursor": None, "total": 0})
    with scripted(kind, answering(empty)) as client:
        client.do(lambda it: it.events.list(date_from=at))
        found = client.requests[0].url.params["date_from"]
        assert found == sent.replace("23:41:43", found[11:19])
        if isinstance(at, datetime):
            assert datetime.fromisoformat(found) == at


def test_a_time_that_utc_cannot_hold_is_refused(kind: str) -> None:
    with scripted(kind, answering(page())) as client:
        for at in (datetime.min.replace(tzinfo=timezone(timedelta(seconds=30))), NAIVE):
            with pytest.raises(ValidationError, match="date_from"):
                client.do(lambda it: it.events.list(date_from=at))  # noqa: B023 - called at once
        assert client.requests == []


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2016-12-31T23:59:60.5Z", datetime(2017, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)),
        ("2017-01-01T08:59:60+09:00", datetime(2017, 1, 1, tzinfo=UTC)),
    ],
)
def test_leap_seconds_are_read_in_answers(kind: str, text: str, at: datetime) -> None:
    site = {"id": ID, "name": "at 12:60", "timezone": "UTC", "created_at": text}
    with scripted(kind, answering(json(200, site))) as client:
        found = client.do(lambda it: it.sites.get(ID))
        assert (found.created_at, found.name) == (at, "at 12:60")


def test_a_time_that_does_not_exist_is_a_response_error(kind: str) -> None:
    for text in ("9999-12-31T23:59:60Z", "2016-12-31T23:60:00Z", "soon:60Z"):
        site = {"id": ID, "name": "x", "timezone": "UTC", "created_at": text}
        with scripted(kind, answering(json(200, site))) as client, pytest.raises(ResponseError, match="created_at"):
            client.do(lambda it: it.sites.get(ID))
