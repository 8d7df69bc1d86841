"""Decisions about query parameters, ids in paths, dates, and deleting twice."""

import csv
import io
from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests import document
from contract_tests.actors import Answer
from contract_tests.document import Operation
from contract_tests.expectations import Expect
from contract_tests.steps.answers import UNKNOWN_ID, rows
from contract_tests.steps.calls import Call, permitted_actor, valid_body, valid_call
from contract_tests.steps.events import EXPORT
from contract_tests.world import ALERTS, EVENTS, RULES, World

_PATHS = (EVENTS, EXPORT, ALERTS)
_DATE_FILTERS = ("date_from", "date_to")
_LISTS = [found for found in document.operations(public=False) if found.method == "GET" and not found.takes_id]
_INVALID_IDS = (
    "x",
    "1",
    "550e8400",
    f"{UNKNOWN_ID}0",
    UNKNOWN_ID[:-1],
    UNKNOWN_ID.replace("0", "g"),
    f" {UNKNOWN_ID}",
    "null",
    "",
)
_BY_ID = document.operations(public=False, with_id=True)


def _ids(answer: Answer) -> list[str]:
    """Return the ids that a list or an export holds."""
    if answer.status == 200 and "csv" in answer.headers.get("content-type", ""):
        return sorted(str(row.get("id")) for row in csv.DictReader(io.StringIO(answer.text)))
    return sorted(str(row.get("id")) for row in rows(answer))


def _create_at(world: World, times: list[str]) -> dict[str, dict[str, str]]:
    """Raise one alert, for one event, at each time; return the ids by path and time."""
    rule = world.rule()["id"]
    found: dict[str, dict[str, str]] = {EVENTS: {}, ALERTS: {}}
    for at in times:
        alert = world.raise_alerts(**{"rule_id": rule, "from": at, "to": at})[0]
        found[ALERTS][at] = alert
        found[EVENTS][at] = str(world.operator.get(f"{ALERTS}/{alert}")["event_id"])
    return {**found, EXPORT: found[EVENTS]}


def _around(day: date) -> list[str]:
    """Return times before, at, within and after a day."""
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    return [f"{before}T23:59:59Z", f"{day}T00:00:00Z", f"{day}T12:00:00Z", f"{day}T23:59:59Z", f"{after}T00:00:00Z"]


@pytest.mark.rules("AS-56")
@given(day=st.dates(date(2020, 1, 2), date(2026, 8, 1)))
@example(day=date(2024, 2, 29))
@example(day=date(2026, 1, 1))
def test_a_date_without_time_as_date_from_is_the_beginning_of_the_day(world: World, expect: Expect, day: date) -> None:
    org = world.fresh()
    made = _create_at(org, _around(day))
    for path in _PATHS:
        found = _ids(org.operator.get(path, date_from=str(day)))
        wanted = sorted(made[path][at] for at in _around(day)[1:])
        expect("AS-56", found == wanted, f"the items of {path} from {day}T00:00:00Z on", found)
    org.close()


@pytest.mark.rules("AS-57")
@given(day=st.dates(date(2020, 1, 2), date(2026, 8, 1)))
@example(day=date(2024, 2, 29))
@example(day=date(2025, 12, 31))
def test_a_date_without_time_as_date_to_is_the_end_of_the_day(world: World, expect: Expect, day: date) -> None:
    org = world.fresh()
    made = _create_at(org, _around(day))
    for path in _PATHS:
        found = _ids(org.operator.get(path, date_to=str(day)))
        wanted = sorted(made[path][at] for at in _around(day)[:-1])
        expect("AS-57", found == wanted, f"the items of {path} until {day}T23:59:59Z", found)
        found = _ids(org.operator.get(path, date_from=str(day), date_to=str(day)))
        wanted = sorted(made[path][at] for at in _around(day)[1:-1])
        expect("AS-57", found == wanted, f"the items of {path} on {day}", found)
    org.close()


@pytest.mark.rules("AS-58")
def test_a_date_to_before_date_from_selects_nothing(world: World, expect: Expect) -> None:
    _create_at(world, _around(date(2026, 3, 5)))
    for path in _PATHS:
        for date_from, date_to in (
            ("2026-03-06", "2026-03-05"),
            ("2026-03-05T12:00:01Z", "2026-03-05T12:00:00Z"),
            ("2026-03-05T13:00:00Z", "2026-03-05T12:00:00Z"),
            ("2027-01-01", "2020-01-01"),
            ("2026-03-05T12:00:00Z", "2026-03-05T13:00:00+02:00"),
        ):
            answer = world.operator.get(path, date_from=date_from, date_to=date_to)
            expect("AS-58", answer.status == 200 and not _ids(answer), f"200 without items from {path}", answer)


@pytest.mark.rules("AS-211")
@given(second=st.integers(0, 86_399))
@example(second=0)
@example(second=86_399)
def test_a_time_as_date_from_or_date_to_is_within_the_span(world: World, expect: Expect, second: int) -> None:
    org = world.fresh()
    at = f"2026-03-05T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"
    made = _create_at(org, [at])
    for path in _PATHS:
        for bounds in ({"date_from": at}, {"date_to": at}, {"date_from": at, "date_to": at}):
            found = _ids(org.operator.get(path, **bounds))
            expect("AS-211", found == [made[path][at]], f"the item of {path} at {at} with {bounds}", found)
    org.close()


@pytest.mark.rules("AS-63")
@pytest.mark.parametrize("path", [EVENTS, ALERTS])
@given(limit=st.one_of(st.integers(-200, 300), st.integers()))
@example(limit=0)
@example(limit=1)
@example(limit=100)
@example(limit=101)
@example(limit=-1)
def test_a_limit_from_1_to_100_is_accepted_and_any_other_refused(
    world: World, expect: Expect, path: str, limit: int
) -> None:
    answer = world.viewer.get(path, limit=limit)
    if 1 <= limit <= 100:
        expect("AS-63", answer.status == 200, f"200 for {limit}", answer)
    else:
        expect("AS-63", answer.is_(400, "validation_error"), f"400 validation_error for {limit}", answer)


@pytest.mark.rules("AS-64")
@pytest.mark.parametrize("operation", [found for found in _LISTS if found.id_filters], ids=str)
def test_a_filter_by_id_must_be_a_uuid(world: World, expect: Expect, operation: Operation) -> None:
    reader = permitted_actor(world, operation)
    for name in operation.id_filters:
        for value in _INVALID_IDS:
            answer = reader.get(operation.path, **{name: value})
            expect("AS-64", answer.is_(400, "validation_error"), f"400 for {name}={value!r}", answer)
        answer = reader.get(operation.path, **{name: UNKNOWN_ID})
        expect("AS-64", answer.status == 200, f"200 for {name}={UNKNOWN_ID}", answer)


@pytest.mark.rules("AS-65")
@pytest.mark.parametrize("operation", _BY_ID, ids=str)
def test_an_id_in_a_path_must_be_a_uuid(world: World, expect: Expect, operation: Operation) -> None:
    literal = ("export",) if "events" in operation.path else ("pair", "generate-pairing-code")
    body = valid_body(world, operation)
    for value in (*filter(None, _INVALID_IDS), "%20", "0" * 300):
        if value in literal or value.startswith(" "):
            continue
        answer = Call(operation, value, body).send_as(world.admin)
        expect("AS-65", answer.is_(400, "validation_error"), f"400 validation_error for {value!r}", answer)
    answer = Call(operation, UNKNOWN_ID, body).send_as(world.admin)
    expect("AS-65", answer.is_(404, "not_found"), "404 not_found for the UUID of no object", answer)


@pytest.mark.rules("AS-66")
@pytest.mark.parametrize("operation", [found for found in _LISTS if found.choices], ids=str)
@given(other=st.text(max_size=12))
@example(other="")
@example(other="MOTION")
@example(other="motion ")
@example(other="null")
@example(other="motion,manual")
@example(other="skipped_cost")
def test_a_filter_accepts_the_values_of_its_enum_only(
    world: World, expect: Expect, operation: Operation, other: str
) -> None:
    reader = permitted_actor(world, operation)
    for name, values in operation.choices.items():
        for value in values:
            answer = reader.get(operation.path, **{name: value})
            expect("AS-66", answer.status == 200, f"200 for {name}={value}", answer)
        if other not in values:
            answer = reader.get(operation.path, **{name: other})
            expect("AS-66", answer.is_(400, "validation_error"), f"400 for {name}={other!r}", answer)


@pytest.mark.rules("AS-67")
@pytest.mark.parametrize("path", _PATHS)
def test_a_date_filter_accepts_times_and_dates_only(world: World, expect: Expect, path: str) -> None:
    for name in _DATE_FILTERS:
        for value in ("2026-03-05", "2026-03-05T12:00:00Z", "2026-03-05T12:00:00.5+02:00"):
            answer = world.operator.get(path, **{name: value})
            expect("AS-67", answer.status == 200, f"200 for {name}={value}", answer)
        for value in _INVALID_DATES:
            answer = world.operator.get(path, **{name: value})
            expect("AS-67", answer.is_(400, "validation_error"), f"400 for {name}={value!r}", answer)


_INVALID_DATES = (
    *("", "x", "yesterday", "now", "0", "1772668800", "2026", "2026-03", "20260305", "2026-3-5", "05/03/2026"),
    *("2026-02-29", "2026-13-01", "2026-03-32", "2026-03-05T25:00:00Z", "2026-03-05T12:00:00", "2026-03-05 12:00"),
    *("2026-03-05T", "2026-03-05T12:00Z", "2026-03-05Z", "2026-W10", "2026-03-05T12:00:00+25:00"),
)


@pytest.mark.rules("AS-68")
@pytest.mark.parametrize("operation", _LISTS, ids=str)
@given(name=st.from_regex(r"[a-z_]{1,12}", fullmatch=True), value=st.text(max_size=10))
@example(name="color", value="red")
@example(name="page", value="2")
@example(name="offset", value="1")
@example(name="sort", value="asc")
@example(name="q", value="")
def test_an_unknown_query_parameter_is_ignored(
    world: World, expect: Expect, operation: Operation, name: str, value: str
) -> None:
    if name in operation.query:
        return
    if not rows(world.operator.get(RULES)):
        world.raise_alerts(3)
    reader = permitted_actor(world, operation)
    plain, answer = reader.get(operation.path), reader.get(operation.path, **{name: value})
    expect("AS-68", answer.status == 200 and answer.body == plain.body, f"{plain}", answer)


@pytest.mark.rules("AS-75")
@pytest.mark.parametrize("operation", [found for found in _BY_ID if found.method == "DELETE"], ids=str)
def test_a_deleted_object_cannot_be_deleted_again(world: World, expect: Expect, operation: Operation) -> None:
    _expect_deleted_once(world, expect, valid_call(world, operation))


@pytest.mark.rules("AS-75")
def test_a_gateway_that_was_never_paired_cannot_be_deleted_again(world: World, expect: Expect) -> None:
    _expect_deleted_once(world, expect, Call(document.load().operations["deleteGateway"], world.register()["id"]))


def _expect_deleted_once(world: World, expect: Expect, call: Call) -> None:
    first = call.send_as(world.admin)
    expect("AS-75", first.status == 204, "204 the first time", first)
    for _ in range(2):
        again = call.send_as(world.admin)
        expect("AS-75", again.is_(404, "not_found"), "404 not_found from then on", again)
