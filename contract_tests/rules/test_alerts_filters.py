"""The filters of the list of alerts, compared with the fields of the alerts."""

from datetime import datetime, timedelta

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from contract_tests.expectations import Expect
from contract_tests.generation.strategies import CHARACTERS
from contract_tests.steps.alerts import STATUSES, existing_alerts
from contract_tests.steps.answers import refused, rows
from contract_tests.world import ALERTS, World

#: Of how many rules the alerts are listed.
_MAX_RULES = 10
_FIRST_ALERT_AT = datetime.fromisoformat("2026-03-01T00:00:00Z")
#: The hours after the first alert at which others fire, which are also the bounds that are tried.
_HOURS = (0, 1, 2, 30, 31, 55, 80)


@pytest.mark.rules("AL-04")
def test_a_rule_that_never_fired_has_no_alerts(world: World, expect: Expect) -> None:
    existing_alerts(world)
    silent = world.rule(custom_tags=["suite"], trigger_type="ai_tag")["id"]
    for status in (None, *STATUSES):
        found = rows(world.operator.get(ALERTS, rule_id=silent, status=status))
        expect.equal("AL-04", found, [], f"with status {status}, the alerts of a rule that never fired")


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
