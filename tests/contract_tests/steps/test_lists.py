"""Filters of lists as predicates: which values tell whether two filters are applied, and what bounds select."""

from typing import Any

import pytest

from contract_tests.steps import lists
from contract_tests.steps.lists import Value, both, field_values, telling
from contract_tests.world import ALERTS, EVENTS


def having(name: str, value: Any) -> Value:
    return Value(str(value), lambda row: row[name] == value)


def texts(pairs: list[tuple[Value, Value]]) -> list[tuple[str, str]]:
    return [(first.text, second.text) for first, second in pairs]


def test_a_single_pair_of_values_distinguishes_independent_filters() -> None:
    rows = [{"a": a, "b": b} for a in (1, 2) for b in (1, 2)]
    assert len(telling(rows, [having("a", a) for a in (1, 2)], [having("b", b) for b in (1, 2)])) == 1


def test_a_pair_that_nothing_satisfies_distinguishes_a_filter_that_follows_from_the_other() -> None:
    rows = [{"camera": 1, "site": 1}, {"camera": 2, "site": 1}, {"camera": 3, "site": 2}]
    cameras, sites = [having("camera", camera) for camera in (1, 2, 3)], [having("site", site) for site in (1, 2)]
    assert texts(telling(rows, cameras, sites)) == [("1", "1"), ("1", "2")]


def test_values_that_distinguish_nothing_are_not_chosen() -> None:
    assert telling([{"a": 1, "b": 1}], [having("a", 2)], [having("b", 2)]) == []


@pytest.mark.parametrize(
    ("found", "wanted"), [((True, True), True), ((True, None), None), ((None, False), False), ((True, False), False)]
)
def test_both_values_select_what_each_selects(found: tuple[bool | None, bool | None], wanted: bool | None) -> None:
    assert both(*(Value("", lambda _, one=one: one) for one in found))({}) is wanted  # type: ignore[misc]


@pytest.mark.parametrize("path", [EVENTS, ALERTS])
def test_bounds_are_a_second_beside_an_object_and_written_with_an_offset(path: str) -> None:
    world: Any = None
    field = {EVENTS: "triggered_at", ALERTS: "fired_at"}[path]
    rows = [{field: f"2026-03-05T{hour:02}:00:00Z"} for hour in range(8)]
    for name, counts in (("date_from", [7, 0]), ("date_to", [1, 8])):
        values = lists.values(world, path, name, rows)
        assert [value.text[-6:] for value in values] == ["+14:00", "-09:30"]
        assert [sum(value.selects(row) is True for row in rows) for value in values] == counts
        assert values[0].selects({field: "2026-03-05T00:59:59.5Z"}) is None


def test_objects_must_have_every_value_of_an_enumeration_and_both_of_a_flag() -> None:
    assert field_values(ALERTS, "status") == ("new", "acknowledged", "resolved")
    assert field_values(EVENTS, "starred") == (True, False)
    assert field_values(EVENTS, "date_from") == field_values(EVENTS, "camera_id") == ()
