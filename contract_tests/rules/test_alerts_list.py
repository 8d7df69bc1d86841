"""The list of alerts: who may read it, its pages, its fields."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.document import ROLES
from contract_tests.expectations import Expect
from contract_tests.generation.strategies import INVALID_TOKENS
from contract_tests.steps.alerts import ALERT_FIELDS, all_alerts, existing_alerts
from contract_tests.steps.answers import (
    JSON,
    first_page,
    is_time_with_zone,
    parse_time,
    refused,
    rows,
)
from contract_tests.steps.sampling import attempts
from contract_tests.verdicts import Unavailable
from contract_tests.world import ALERTS, RULES, World

TIME_SPAN: JSON = {"from": "2026-01-05T00:00:00Z", "to": "2026-01-09T00:00:00Z"}


@pytest.mark.rules("AL-01")
def test_alerts_and_alert_rules_are_two_lists(world: World, expect: Expect) -> None:
    for path in (ALERTS, RULES):
        answer = world.viewer.get(path)
        expect("AL-01", answer.status == 200 and isinstance(answer["data"], list), f"a list at {path}", answer)
    alerts, rules = (_ids(rows(world.viewer.get(path))) for path in (ALERTS, RULES))
    expect.equal("AL-01", alerts & rules, set(), "what both lists show is")


@pytest.mark.own_org
@pytest.mark.rules("AL-01", "AL-04")
def test_an_alert_is_listed_with_alerts_and_its_rule_with_rules(world: World, expect: Expect) -> None:
    expect.equal("AL-01", rows(world.viewer.get(ALERTS)), [], "alerts before one fired")
    rule = world.rule()
    [alert_id] = world.raise_alerts(rule_id=rule["id"])
    expect.equal("AL-01", [row.get("id") for row in rows(world.viewer.get(ALERTS))], [alert_id], "alerts")
    expect.equal("AL-01", [row.get("id") for row in rows(world.viewer.get(RULES))], [rule["id"]], "rules")
    expect.equal("AL-04", [row.get("rule_id") for row in rows(world.viewer.get(ALERTS))], [rule["id"]], "rule_id")


@pytest.mark.rules("AL-02")
def test_no_list_shows_an_alert_that_another_org_lists(world: World, expect: Expect) -> None:
    existing_alerts(world)
    foreign = _ids(existing_alerts(world.outside))
    choices: tuple[dict[str, Any], ...] = ({}, {"status": "new"}, {"date_from": "2026-01-01"})
    for filters in choices:
        found = _ids(all_alerts(world.operator, **filters))
        expect.equal("AL-02", found & foreign, set(), f"with {filters}, the alerts of another org are")
    for alert_id in sorted(map(str, foreign))[:3]:
        answer = world.operator.get(f"{ALERTS}/{alert_id}/timeline")
        expect("AL-02", refused(answer), "a refusal of the timeline of another org", answer)


@pytest.mark.own_org
@pytest.mark.rules("AL-02")
def test_alerts_of_another_org_cannot_be_listed_or_read(world: World, expect: Expect) -> None:
    foreign = world.outside.raise_alerts(3)
    own = world.raise_alerts(2)
    for role in ROLES:
        actor = world.actor(role)
        expect.equal("AL-02", _ids(rows(actor.get(ALERTS, limit=100))), set(own), f"the alerts that the {role} lists")
        for alert_id in foreign:
            answer = actor.get(f"{ALERTS}/{alert_id}/timeline")
            expect("AL-02", refused(answer), f"the {role} to be refused the timeline of another org", answer)
        for alert_id in own:
            answer = actor.get(f"{ALERTS}/{alert_id}/timeline")
            expect("AL-02", answer.status == 200, f"the {role} to read a timeline of the own org", answer)
    expect.equal(
        "AL-02", _ids(rows(world.outside.operator.get(ALERTS))), set(foreign), "the alerts that the other org lists"
    )


@pytest.mark.rules("AL-03")
@pytest.mark.parametrize("role", ROLES)
def test_every_role_lists_alerts(world: World, expect: Expect, role: str) -> None:
    answer = world.actor(role).get(ALERTS)
    expect("AL-03", answer.status == 200, f"200 for the {role}", answer)


@pytest.mark.rules("AL-14")
@given(limit=st.integers(1, 100))
@example(limit=1)
@example(limit=2)
@example(limit=99)
@example(limit=100)
def test_limits_from_1_to_100_are_accepted(world: World, expect: Expect, limit: int) -> None:
    answer = world.viewer.get(ALERTS, limit=limit)
    expect("AL-14", answer.status == 200, f"200 for limit={limit}", answer)


@pytest.mark.rules("AL-15")
def test_next_cursor_and_total_of_existing_alerts_are_those_of_their_pages(world: World, expect: Expect) -> None:
    found = existing_alerts(world)
    if len(found) > 1:
        answer = world.operator.get(ALERTS, limit=1)
        expect("AL-15", answer["next_cursor"] is not None, "a next_cursor where more follows", answer)
    [*_, (rule_id, _)] = Counter(str(row.get("rule_id")) for row in found).most_common()
    answer = first_page(world.operator, ALERTS, rule_id=rule_id)
    if answer["next_cursor"] is not None:
        raise Unavailable("every rule has more alerts than a page")
    expect.equal("AL-15", answer["total"], len(rows(answer)), "the total of a list that is shown at once")


@pytest.mark.rules("AL-15")
def test_a_list_of_alerts_has_data_next_cursor_and_total(world: World, expect: Expect) -> None:
    _expect_envelope(expect, world.viewer.get(ALERTS).json)
    _expect_envelope(expect, first_page(world.viewer, ALERTS, limit=1, status="new").json)


@pytest.mark.own_org
@pytest.mark.rules("AL-15", "AL-03")
def test_a_list_that_fits_one_page_has_no_next_cursor(world: World, expect: Expect) -> None:
    world.raise_alerts()
    answer = world.viewer.get(ALERTS)
    expect("AL-03", answer.status == 200, "200 for the viewer", answer)
    _expect_envelope(expect, answer.json)
    found = (len(answer["data"]), answer["next_cursor"], answer["total"])
    expect.equal("AL-15", found, (1, None, 1), "items, next_cursor and total")
    world.raise_alerts(2)
    body = world.viewer.get(ALERTS, limit=2).json
    _expect_envelope(expect, body)
    expect("AL-15", body["next_cursor"] is not None, "a next_cursor where more follows", body["next_cursor"])


@pytest.mark.rules("AL-16", "AL-18")
def test_an_alert_has_its_eight_fields(world: World, expect: Expect) -> None:
    for row in existing_alerts(world):
        expect.equal("AL-16", ALERT_FIELDS - row.keys(), set(), "the missing fields")
        expect("AL-18", is_time_with_zone(row.get("fired_at")), "fired_at as RFC 3339", row)


@pytest.mark.rules("AL-18")
@given(second=st.integers(0, 86_399))
@example(second=0)
def test_fired_at_is_the_time_at_which_the_alert_fired(world: World, expect: Expect, second: int) -> None:
    at = f"2026-02-03T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"
    [alert_id] = world.raise_alerts(rule_id=world.rule()["id"], **_at(at))
    found = rows(world.viewer.get(ALERTS, limit=100))
    times = [row.get("fired_at") for row in found if row.get("id") == alert_id]
    expect("AL-18", all(map(is_time_with_zone, times)), "fired_at as RFC 3339", times)
    expect.equal("AL-18", [parse_time(time) for time in times], [parse_time(at)], "fired_at")


@pytest.mark.rules("AL-17")
def test_acknowledged_at_of_a_new_alert_is_null(world: World, expect: Expect) -> None:
    new = [row for row in existing_alerts(world) if row.get("status") == "new"]
    if not new:
        raise Unavailable("there is no alert that is new")
    for row in new:
        expect("AL-17", "acknowledged_at" in row and row["acknowledged_at"] is None, "acknowledged_at null", row)


@pytest.mark.rules("AL-19")
@given(token=INVALID_TOKENS)
@example(token=None)
@example(token="sk_live_neverissued0000")
@example(token="null")
def test_listing_alerts_needs_a_valid_token(world: World, expect: Expect, token: str | None) -> None:
    answer = world.actor_with_token("intruder", token).get(ALERTS)
    expect("AL-19", answer.is_(401, "auth_required"), "401 auth_required", answer)


@pytest.mark.rules("AL-20")
def test_alerts_listed_above_the_request_rate_are_refused(world: World, expect: Expect) -> None:
    world.settings(rate_limit_per_minute=1, rate_limit_burst=5)
    answers = [world.viewer.get(ALERTS) for _ in range(attempts(world, 8))]
    expect("AL-20", answers[0].status == 200, "200 within the rate", answers[0])
    expect("AL-20", answers[-1].is_(429, "rate_limited"), "429 rate_limited above the rate", answers[-1])


def _at(time: str) -> JSON:
    return {"from": time, "to": time}


def _ids(found: list[JSON]) -> set[object]:
    return {row.get("id") for row in found}


def _expect_envelope(expect: Expect, body: JSON) -> None:
    """State that a body is a page: a list in data, a cursor or null, a number in total."""
    expect("AL-15", isinstance(body, dict), "an object", body)
    cursor, total = body.get("next_cursor", 0), body.get("total")
    expect("AL-15", isinstance(body.get("data"), list), "a list in data", body)
    expect("AL-15", cursor is None or (isinstance(cursor, str) and cursor), "a string or null as next_cursor", body)
    expect("AL-15", isinstance(total, int) and not isinstance(total, bool) and total >= 0, "a number in total", body)
