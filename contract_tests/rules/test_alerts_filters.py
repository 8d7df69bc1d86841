"""The filters of the list of alerts, compared with the fields of the alerts."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from contract_tests.expectations import MAX_LIMIT, Expect
from contract_tests.generation.strategies import CHARACTERS
from contract_tests.steps.alerts import STATUSES, all_alerts, existing_alerts
from contract_tests.steps.answers import JSON, refused, require_values, rows, wrongly_selected
from contract_tests.world import ALERTS, World

#: Of how many rules the alerts are listed.
_MAX_RULES = 10
_FIRST_ALERT_AT = datetime.fromisoformat("2026-03-01T00:00:00Z")
#: The hours after the first alert at which others fire, which are also the bounds that are tried.
_HOURS = (0, 1, 2, 30, 31, 55, 80)


def _time(hours: float) -> str:
    return (_FIRST_ALERT_AT + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _raise_alerts(world: World) -> list[JSON]:
    """Raise alerts of three rules, in every status, over some days; return the unfiltered list."""
    for place in range(3):
        rule_id = world.rule()["id"]
        for number, hours in enumerate(_HOURS):
            at = _at(hours + place)
            world.raise_alerts(rule_id=rule_id, status=STATUSES[(number + place) % 3], **at)
    return rows(world.viewer.get(ALERTS, limit=100))


@pytest.mark.rules("AL-04")
def test_rule_id_selects_the_alerts_of_that_rule(world: World, expect: Expect) -> None:
    found = existing_alerts(world)
    for rule_id in sorted({str(row.get("rule_id")) for row in found})[:_MAX_RULES]:
        _expect_selected(world, expect, "AL-04", found, rule_id=rule_id)
    answer = world.operator.get(ALERTS, rule_id=str(uuid4()))
    expect("AL-04", answer.status != 200 or not rows(answer), "no alert of a rule that does not exist", answer)


@pytest.mark.rules("AL-04")
def test_a_rule_that_never_fired_has_no_alerts(world: World, expect: Expect) -> None:
    existing_alerts(world)
    silent = world.rule(custom_tags=["suite"], trigger_type="ai_tag")["id"]
    for status in (None, *STATUSES):
        found = rows(world.operator.get(ALERTS, rule_id=silent, status=status))
        expect.equal("AL-04", found, [], f"with status {status}, the alerts of a rule that never fired")


@pytest.mark.rules("AL-05")
@pytest.mark.parametrize("status", STATUSES)
def test_status_selects_the_alerts_in_that_status(world: World, expect: Expect, status: str) -> None:
    found = existing_alerts(world)
    _expect_selected(world, expect, "AL-05", found, status=status)
    require_values(found, "status", status)


@pytest.mark.own_org
@pytest.mark.rules("AL-05")
def test_an_alert_that_changes_status_is_selected_by_the_new_one(world: World, expect: Expect) -> None:
    [alert_id] = world.raise_alerts()
    for status in STATUSES:
        if status != "new":
            world.set_alert_status(alert_id, status)
        for asked in STATUSES:
            found = [row.get("id") for row in rows(world.viewer.get(ALERTS, status=asked))]
            expect.equal("AL-05", found, [alert_id] * (asked == status), f"status={asked} when it is {status}")


@pytest.mark.rules("AL-06")
@given(status=st.text(CHARACTERS, min_size=1, max_size=20))
@example(status="New")
@example(status="RESOLVED")
@example(status="open")
@example(status="closed")
@example(status="acknowledge")
@example(status="new,resolved")
@example(status="new ")
@example(status="all")
@example(status="0")
def test_any_other_status_is_refused(world: World, expect: Expect, status: str) -> None:
    assume(status not in STATUSES)
    answer = world.viewer.get(ALERTS, status=status)
    expect("AL-06", refused(answer), f"a refusal of status={status!r}", answer)


@pytest.mark.rules("AL-07", "AL-08", "AL-09", "AL-10")
@given(days=st.integers(0, 20_000), form=st.sampled_from(["Z", ".5Z", "+00:00", "-09:30"]))
@example(days=0, form="Z")
@example(days=18_321, form="Z")
def test_dates_and_times_are_accepted(world: World, expect: Expect, days: int, form: str) -> None:
    day = f"{datetime.fromisoformat('1980-01-01') + timedelta(days=days):%Y-%m-%d}"
    for rule, field, value in (
        ("AL-07", "date_from", f"{day}T08:30:59{form}"),
        ("AL-08", "date_from", day),
        ("AL-09", "date_to", f"{day}T08:30:59{form}"),
        ("AL-10", "date_to", day),
    ):
        answer = world.viewer.get(ALERTS, **{field: value})
        expect(rule, answer.status == 200, f"200 for {field}={value}", answer)


@pytest.mark.rules("AL-07", "AL-08", "AL-09", "AL-10", "AL-11")
def test_a_date_bounds_the_list(world: World, expect: Expect) -> None:
    early, late = (world.raise_alerts(rule_id=world.rule()["id"], **_at(hours))[0] for hours in (12, 84))
    for rule, field, value, left in (
        ("AL-07", "date_from", "2026-03-02T12:00:00Z", late),
        ("AL-08", "date_from", "2026-03-03", late),
        ("AL-09", "date_to", "2026-03-02T12:00:00Z", early),
        ("AL-10", "date_to", "2026-03-03", early),
    ):
        found = [row.get("id") for row in rows(world.viewer.get(ALERTS, **{field: value}))]
        expect("AL-11", ({early, late} - {left}).isdisjoint(found), f"nothing beyond {field}={value}", found)
        expect.equal(rule, found, [left], f"with {field}={value}, the alerts")


@pytest.mark.rules("AL-11", "AL-07", "AL-09")
def test_times_bound_fired_at_to_the_second(world: World, expect: Expect) -> None:
    found = _raise_alerts(world)
    for hours in (0, 1, 31, 80):
        for off in (-1, 0, 1):
            bound = _time(hours + off / 3600)
            later = rows(world.viewer.get(ALERTS, date_from=bound, limit=100))
            expect("AL-11", all(str(row.get("fired_at")) >= bound for row in later), f"no alert before {bound}", later)
            expect.equal(
                "AL-07", _ids(later), _ids(r for r in found if str(r.get("fired_at")) >= bound), "the later alerts"
            )
            past = rows(world.viewer.get(ALERTS, date_to=bound, limit=100))
            expect("AL-11", all(str(row.get("fired_at")) <= bound for row in past), f"no alert after {bound}", past)
            expect.equal(
                "AL-09", _ids(past), _ids(r for r in found if str(r.get("fired_at")) <= bound), "the earlier alerts"
            )


@pytest.mark.own_org
@pytest.mark.rules("AL-04", "AL-05", "AL-11")
@given(
    place=st.sampled_from([None, 0, 1, 2]),
    status=st.sampled_from([None, *STATUSES]),
    since=st.sampled_from([None, *_HOURS]),
    until=st.sampled_from([None, *_HOURS]),
)
@example(place=0, status="new", since=0, until=80)
@example(place=None, status="resolved", since=1, until=55)
def test_filters_combine(
    world: World, expect: Expect, place: int | None, status: str | None, since: int | None, until: int | None
) -> None:
    found = rows(world.viewer.get(ALERTS, limit=100)) or _raise_alerts(world)
    rules = sorted({str(row.get("rule_id")) for row in found})
    rule_id = None if place is None or not rules else rules[place % len(rules)]
    low, high = (None if hours is None else _time(hours) for hours in (since, until))
    answer = world.viewer.get(ALERTS, rule_id=rule_id, status=status, date_from=low, date_to=high, limit=100)
    chosen = rows(answer)
    expect("AL-04", all(rule_id in (None, row.get("rule_id")) for row in chosen), f"rule_id {rule_id}", chosen)
    expect("AL-05", all(status in (None, row.get("status")) for row in chosen), f"status {status}", chosen)
    within = [row for row in found if (low or "") <= str(row.get("fired_at")) <= (high or "9")]
    expect("AL-11", _ids(chosen) <= _ids(within), f"no alert outside {low} to {high}", chosen)
    wanted = [r for r in within if rule_id in (None, r.get("rule_id")) and status in (None, r.get("status"))]
    rule = "AL-04" if rule_id else "AL-05" if status else "AL-11"
    expect.equal(rule, _ids(chosen), _ids(wanted), "the ids of all that match")


def _expect_selected(world: World, expect: Expect, rule: str, alerts: list[JSON], **filters: str) -> None:
    """State that a filter selects, of all alerts, exactly those that match, on every page."""

    def matches(row: JSON) -> bool:
        return all(row.get(name) == value for name, value in filters.items())

    selected = all_alerts(world.operator, max(1, min(MAX_LIMIT, sum(map(matches, alerts)) // 2)), **filters)
    wrong = wrongly_selected(alerts, selected, matches, lambda: all_alerts(world.operator))
    expect.equal(rule, wrong, [], f"with {filters}, the alerts listed or left out wrongly are")


def _at(hours: float) -> JSON:
    return {"from": _time(hours), "to": _time(hours)}


def _ids(found: Iterable[JSON]) -> set[object]:
    return {row.get("id") for row in found}
