from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain import dates
from mockserver.domain.dates import ALWAYS, Window, window
from mockserver.domain.errors import InvalidInput
from tests.factories import NOON

EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
TICK = timedelta(microseconds=1)


def test_no_filter_leaves_both_sides_open() -> None:
    assert window(None, None) == ALWAYS == Window(None, None)


def test_plain_days_are_included_whole() -> None:
    expected = Window(datetime(2026, 4, 20, tzinfo=UTC), datetime(2026, 4, 22, tzinfo=UTC))
    assert window("2026-04-20", "2026-04-21") == expected


def test_instants_are_included_exactly() -> None:
    assert window("2026-04-21T12:00:00Z", "2026-04-21T12:00:00Z") == Window(NOON, NOON + TICK)


def test_one_bound_leaves_the_other_open() -> None:
    assert window("2026-04-21T12:00:00Z", None) == Window(NOON, None)
    assert window(None, "2026-04-21T12:00:00Z") == Window(None, NOON + TICK)


@pytest.mark.parametrize("text", ["yesterday", "", "2026-02-30", "2026-13-01", "2026-04-21T25:00:00Z"])
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        window(text, None)
    assert list(caught.value.field_errors) == ["date_from"]
    with pytest.raises(InvalidInput) as caught:
        window(None, text)
    assert list(caught.value.field_errors) == ["date_to"]


@pytest.mark.parametrize("text", ["2026-04-21T12:00:00", "٢٠٢٦-٠٤-٢١", "2026-04-21\n"])
def test_time_without_zone_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        window(text, None)


def test_last_day_ends_at_the_latest_instant() -> None:
    assert window("9999-12-31", "9999-12-31") == Window(datetime(9999, 12, 31, tzinfo=UTC), LATEST)
    assert window(None, "9999-12-31T23:59:59.999999Z").until == LATEST


@pytest.mark.parametrize(
    ("text", "bound"), [("0001-01-01T00:00:00+05:00", EARLIEST), ("9999-12-31T23:59:59-05:00", LATEST)]
)
def test_instant_out_of_range_becomes_the_nearest_one(text: str, bound: datetime) -> None:
    assert window(text, text) == Window(bound, bound)


@pytest.mark.parametrize(
    "text", ["2026-04-21T12:00:00Z", "2026-04-21t12:00:00z", "2026-04-21T14:00:00+02:00", "2026-04-21T12:00:00.000Z"]
)
def test_timestamp_is_read_into_utc(text: str) -> None:
    assert dates.parse(text) == NOON
    assert dates.parse(text).tzinfo is UTC


def test_timestamp_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        dates.parse("2026-04-21T12:00:00")


@given(st.datetimes(timezones=st.just(UTC)))
def test_written_instant_reads_back(instant: datetime) -> None:
    assert dates.text(instant).endswith("Z")
    assert dates.parse(dates.text(instant)) == instant


def test_instant_is_written_in_utc() -> None:
    assert dates.text(NOON.astimezone(timezone(timedelta(hours=-7)))) == "2026-04-21T12:00:00Z"


def test_whole_seconds_drop_the_fraction() -> None:
    assert dates.whole_seconds(NOON + timedelta(microseconds=999_999)) == NOON
