"""What checks read from answers: ids, times, rows and pages."""

import itertools
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from contract_tests.actors import Actor, Answer, Recorder
from contract_tests.expectations import Expect
from contract_tests.steps import answers
from contract_tests.steps.alert_rules import available, listed_rules
from contract_tests.steps.answers import (
    all_rows,
    expect_same_pages,
    is_time_with_zone,
    is_uuid,
    pages,
    parse_time,
    refuses_fields,
    require_values,
    rows,
    walk,
    wrongly_selected,
)
from contract_tests.verdicts import Unavailable, Violation

ID = "550e8400-e29b-41d4-a716-446655440000"


def answer(status: int, body: Any) -> Answer:
    return Answer(status, {}, json.dumps(body).encode())


def actor(handle: Callable[[httpx.Request], Any]) -> Actor:
    """Return an actor whose calls are answered with 200 and the body that the function returns."""
    transport = httpx.MockTransport(
        lambda request: httpx.Response(200, content=iter([json.dumps(handle(request)).encode()]))
    )
    return Actor(
        "operator", None, httpx.Client(base_url="http://target", transport=transport), Recorder(), lambda: None
    )


@pytest.mark.parametrize("value", [ID, ID.upper(), "00000000-0000-0000-0000-000000000000"])
def test_the_canonical_text_of_a_uuid_is_one(value: str) -> None:
    assert is_uuid(value)


@pytest.mark.parametrize(
    "value",
    [
        ID.replace("-", ""),
        f"{{{ID}}}",
        f"urn:uuid:{ID}",
        f"{ID}\n",
        ID[:-1],
        f"{ID}0",
        ID.replace("e", "g"),
        "550e840-0e29b-41d4-a716-446655440000",
        "\u066550e8400-e29b-41d4-a716-446655440000",
        7,
        None,
    ],
)
def test_any_other_text_or_value_is_no_uuid(value: object) -> None:
    assert not is_uuid(value)


@pytest.mark.parametrize("value", ["2026-04-21T13:45:22Z", "2026-04-21T15:45:22.000+02:00"])
def test_a_time_is_parsed_with_its_zone(value: str) -> None:
    assert parse_time(value).timestamp() == 1776779122


@pytest.mark.parametrize("value", ["2026-04-21T13:45:22", "2026-04-21", "yesterday", 20260421, None])
def test_a_value_that_is_no_time_with_a_zone_is_a_violation(value: object) -> None:
    with pytest.raises(Violation, match="RFC 3339"):
        parse_time(value)


def test_rows_are_the_objects_in_data() -> None:
    assert rows(answer(200, {"data": [{"id": ID}]}), "id") == [{"id": ID}]


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, {"data": {}}), (200, {"data": [1]}), (200, {"data": [{}]}), (200, {}), (500, {"data": []})],
)
def test_an_answer_that_is_no_list_of_objects_with_the_fields_is_a_violation(status: int, body: Any) -> None:
    with pytest.raises(Violation):
        rows(answer(status, body), "id")


@pytest.mark.parametrize(("fields", "refused"), [(("name",), True), ((), False), (("name", "url"), False)])
def test_a_refusal_has_to_name_exactly_the_fields(fields: tuple[str, ...], refused: bool) -> None:
    refusal = answer(400, {"error": "validation_error", "field_errors": {"name": ["is too long"]}})
    assert refuses_fields(refusal, *fields) is refused


def three_pages(request: httpx.Request) -> Any:
    number = int(request.url.params.get("cursor", "0"))
    return {"data": [{"id": number}], "next_cursor": None if number == 2 else str(number + 1)}


def test_a_list_is_walked_to_its_last_page() -> None:
    assert walk(actor(three_pages), "/events") == [[{"id": 0}], [{"id": 1}], [{"id": 2}]]
    assert all_rows(actor(three_pages), "/events") == [{"id": 0}, {"id": 1}, {"id": 2}]


def test_each_page_is_asked_for_with_the_next_limit() -> None:
    def handle(request: httpx.Request) -> Any:
        limits.append(request.url.params["limit"])
        return three_pages(request)

    limits: list[str] = []
    assert len(list(pages(actor(handle), "/events", itertools.cycle([5, 7])))) == 3
    assert limits == ["5", "7", "5"]


@pytest.mark.parametrize(
    ("path", "rule"), [("/api/v1/events", "EV-25"), ("/api/v1/alerts", "AL-12"), ("/api/v1/cameras", "")]
)
def test_a_list_whose_cursor_leads_to_what_was_shown_before_is_a_violation_of_the_cursor(path: str, rule: str) -> None:
    endless = actor(lambda request: {"data": [{"id": 1}], "next_cursor": request.url.params.get("cursor", "again")})
    with pytest.raises(Violation, match="nothing new on page 2, and has one more") as caught:
        walk(endless, path)
    assert caught.value.rule == rule


def test_a_cursor_may_stay_the_same_while_pages_show_something_new() -> None:
    numbers = iter(range(3))

    def handle(request: httpx.Request) -> Any:
        number = next(numbers)
        return {"data": [{"id": number}], "next_cursor": None if number == 2 else "scroll"}

    assert all_rows(actor(handle), "/events") == [{"id": 0}, {"id": 1}, {"id": 2}]


def test_a_list_that_never_ends_is_a_violation_whatever_its_cursors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "_MAX_PAGES", 3)
    cursors = map(str, itertools.count())
    with pytest.raises(Violation, match="nothing new on page 3"):
        walk(actor(lambda _: {"data": [], "next_cursor": next(cursors)}), "/events")


def test_a_list_with_more_pages_than_are_read_makes_the_check_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    def handle(request: httpx.Request) -> Any:
        number = int(request.url.params.get("cursor", "0"))
        return {"data": [{"id": number}], "next_cursor": str(number + 1)}

    monkeypatch.setattr(answers, "_MAX_PAGES", 3)
    with pytest.raises(Unavailable, match="/events has more than 3 pages"):
        walk(actor(handle), "/events")


def paged(shown: Callable[[int, int], list[int]]) -> Actor:
    """Return an actor who lists ten objects; the function returns the ids on a page from its start to its end."""

    def handle(request: httpx.Request) -> Any:
        start = int(request.url.params.get("cursor", "0"))
        end = min(10, start + int(request.url.params["limit"]))
        return {"data": [{"id": row} for row in shown(start, end)], "next_cursor": str(end) if end < 10 else None}

    return actor(handle)


def test_small_pages_must_show_what_large_ones_do() -> None:
    expect = Expect(("EV-25",))
    expect_same_pages(expect, "EV-25", paged(lambda start, end: [*range(start, end)]), "/events")
    assert expect.findings["EV-25"].met > 1


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (lambda start, end: [*range(start + bool(start), end)], "what the pages leave out is"),
        (lambda start, end: [start, *range(start, end)], "the number of objects on a page"),
    ],
)
def test_a_page_that_leaves_something_out_or_shows_it_twice_is_a_violation(
    shown: Callable[[int, int], list[int]], expected: str
) -> None:
    with pytest.raises(Violation, match=expected) as caught:
        expect_same_pages(Expect(("EV-25",)), "EV-25", paged(shown), "/events")
    assert caught.value.rule == "EV-25"


def test_a_single_object_has_no_pages_to_compare() -> None:
    single = actor(lambda _: {"data": [{"id": 1}], "next_cursor": None})
    with pytest.raises(Unavailable, match="/events has a single page"):
        expect_same_pages(Expect(("EV-25",)), "EV-25", single, "/events")


def test_a_value_that_no_row_has_makes_the_check_unavailable() -> None:
    found = [{"starred": True}, {"starred": False}]
    require_values(found, "starred", True, False)
    with pytest.raises(Unavailable, match="nothing listed has the starred False"):
        require_values(found[:1], "starred", True, False)


def test_ids_that_are_too_few_make_the_check_unavailable() -> None:
    assert available(["a", "b"], "site", 2) == ["a", "b"]
    with pytest.raises(Unavailable, match="needs 2 sites, and the suite knows 1 of the org"):
        available(["a"], "site", 2)


def test_a_list_of_rules_is_read_along_its_next_cursor_if_it_has_one() -> None:
    assert listed_rules(actor(three_pages)) == [{"id": 0}, {"id": 1}, {"id": 2}]
    assert listed_rules(actor(lambda _: {"data": [{"id": "x"}], "total": 1})) == [{"id": "x"}]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-04-21T13:45:22Z", True),
        ("2026-04-21T15:45:22.5+02:00", True),
        ("2026-04-21T13:45:22", False),
        ("2026-04-21", False),
        (1776779122, False),
        (None, False),
    ],
)
def test_a_time_with_any_zone_is_one(value: object, expected: bool) -> None:
    assert is_time_with_zone(value) is expected


def events(*numbers: int) -> list[dict[str, Any]]:
    return [{"id": number, "even": number % 2 == 0} for number in numbers]


@pytest.mark.parametrize(
    ("selected", "after", "expected"),
    [
        pytest.param(events(2, 4), events(1, 2, 3, 4), [], id="exactly those that match"),
        pytest.param(events(1, 2, 4), events(1, 2, 3, 4), [1], id="one that does not match"),
        pytest.param(events(2), events(1, 2, 3, 4), [4], id="one is missing"),
        pytest.param(events(2), events(1, 2, 3), [], id="one was removed meanwhile"),
        pytest.param(events(2, 4, 6), events(1, 2, 3, 4, 6), [], id="one was added meanwhile"),
    ],
)
def test_a_filtered_list_is_wrong_in_what_no_change_explains(
    selected: list[dict[str, Any]], after: list[dict[str, Any]], expected: list[int]
) -> None:
    assert wrongly_selected(events(1, 2, 3, 4), selected, lambda row: row["even"], lambda: after) == expected


def test_a_row_that_may_be_in_a_filtered_list_or_not_decides_nothing() -> None:
    for selected in (events(1, 2), events()):
        assert wrongly_selected(events(1, 2), selected, lambda _: None, lambda: events(1, 2)) == []
