"""The filters of every list and of the export, each and in pairs, compared with the fields of the listed objects."""

from itertools import combinations
from typing import Any

import pytest

from contract_tests.expectations import MAX_LIMIT, Expect
from contract_tests.steps import lists
from contract_tests.steps.answers import require_values, rows, wrongly_selected
from contract_tests.steps.events import EXPORT, exported_rows
from contract_tests.steps.sampling import sample
from contract_tests.verdicts import Unavailable
from contract_tests.world import ALERTS, API, CAMERAS, EVENTS, World

_OF_EVENTS = {
    "camera_id": "EV-12",
    "site_id": "EV-13",
    "date_from": "EV-18",
    "date_to": "EV-18",
    "trigger_type": "EV-19",
    "ai_status": "EV-21",
    "starred": "EV-23",
}
#: The rule about each filter, by list.
_FILTERS = {
    EVENTS: _OF_EVENTS,
    EXPORT: dict.fromkeys(_OF_EVENTS, "EV-83"),
    ALERTS: {"rule_id": "AL-04", "status": "AL-05", "date_from": "AL-11", "date_to": "AL-11"},
    CAMERAS: {
        "site_id": "CAM-05",
        "gateway_id": "CAM-05",
        "status": "CAM-06",
        "type": "CAM-07",
        "connection_mode": "CAM-08",
    },
}
#: The rule by which a list with two filters holds everything that satisfies both; else it is that about the first one.
_COMBINED = {EVENTS: "EV-29"}
#: The rule about filters by date, by list.
_DATES = {path: rules["date_from"] for path, rules in _FILTERS.items() if "date_from" in rules}
_DAY = "2026-04-20"


def _param(path: str, *names: str, rules: tuple[str, ...]) -> Any:
    title = "-".join((path.removeprefix(f"{API}/"), *names))
    return pytest.param(path, *names, id=title, marks=pytest.mark.rules(*dict.fromkeys(rules)))


@pytest.mark.parametrize(
    ("path", "name"),
    [_param(path, name, rules=(rule,)) for path, rules in _FILTERS.items() for name, rule in rules.items()],
)
def test_a_filter_selects_what_satisfies_it_on_every_page(world: World, expect: Expect, path: str, name: str) -> None:
    found, rule = lists.existing(world, path), _FILTERS[path][name]
    choices = lists.values(world, path, name, found)
    for value in choices:
        size = max(1, min(MAX_LIMIT, sum(value.selects(row) is True for row in found) // 2))
        selected = lists.select(world, path, found, size, **{name: value.text})
        wrong = wrongly_selected(found, selected, value.selects, lambda: lists.everything(world, path))
        expect.equal(rule, wrong, [], f"with {name}={value.text}, what is listed or left out wrongly is")
    if not choices:
        raise Unavailable(f"nothing shows what {name} selects")
    require_values(found, name, *lists.field_values(path, name))


@pytest.mark.parametrize(
    "path",
    [_param(path, rules=(*rules.values(), *_COMBINED.get(path, "").split())) for path, rules in _FILTERS.items()],
)
def test_a_filter_is_not_ignored_beside_another(world: World, expect: Expect, path: str) -> None:
    found, rules = lists.existing(world, path), _FILTERS[path]
    choices = {name: lists.values(world, path, name, found) for name in rules}
    for first in rules:
        others = [second for one, second in combinations(rules, 2) if one == first]
        for second in sample(world, first, others):
            for pair in lists.telling(found, choices[first], choices[second]):
                chosen = {first: pair[0].text, second: pair[1].text}
                selected = lists.select(world, path, found, MAX_LIMIT, **chosen)
                for name, value in zip(chosen, pair, strict=True):
                    wrong = [row["id"] for row in selected if value.selects(row) is False]
                    expect.equal(rules[name], wrong, [], f"with {chosen}, what {name} should have left out is")
                wrong = wrongly_selected(found, selected, lists.both(*pair), lambda: lists.everything(world, path))
                expect.equal(
                    _COMBINED.get(path, rules[first]), wrong, [], f"with {chosen}, what is left out wrongly is"
                )


@pytest.mark.parametrize("path", [_param(path, rules=(rule,)) for path, rule in _DATES.items()])
def test_dates_bound_a_list_in_any_time_zone(world: World, expect: Expect, path: str) -> None:
    """No page says in which time zone a date is, so what is within a day of a bound may be in the list or not."""
    early, middle, late = (_create_at(world, path, f"2026-04-{day}T12:00:00Z") for day in (18, 20, 22))
    for filters, wanted in (
        ({"date_from": _DAY}, {middle, late}),
        ({"date_to": _DAY}, {early, middle}),
        ({"date_from": _DAY, "date_to": _DAY}, {middle}),
    ):
        answer = world.operator.get(path, **filters)
        shown = {row["id"] for row in (exported_rows(answer) if path == EXPORT else rows(answer, "id"))}
        expect.equal(_DATES[path], shown, wanted, f"with {filters}, what is listed is")


def _create_at(world: World, path: str, at: str) -> str:
    span = {"from": at, "to": at}
    return (world.raise_alerts if path == ALERTS else world.record)(1, **span)[0]
