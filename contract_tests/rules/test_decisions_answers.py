"""Decisions about answers: which fields they have, and how times are written."""

import pytest

from contract_tests.expectations import Expect
from contract_tests.steps.alert_rules import RULE_LIST_FIELDS
from contract_tests.steps.alerts import ALERT_FIELDS
from contract_tests.steps.answers import is_time
from contract_tests.steps.events import DETAIL_FIELDS, ITEM_FIELDS, path_to, visible_events
from contract_tests.world import ALERTS, EVENTS, RULES, World


@pytest.mark.rules("AS-212")
def test_answers_have_the_documented_fields_and_no_others(world: World, expect: Expect) -> None:
    event, rule = visible_events(world)[0], world.rule()
    world.raise_alerts(rule_id=rule["id"])
    lists = {path: world.operator.get(path) for path in (EVENTS, ALERTS, RULES)}
    changed = world.operator.patch(f"{RULES}/{rule['id']}", {"name": world.name("rule")})
    for fields, answer in (
        ({"data", "next_cursor", "total"}, lists[EVENTS].json),
        ({"data", "next_cursor", "total"}, lists[ALERTS].json),
        (ALERT_FIELDS, lists[ALERTS].rows[0]),
        (ITEM_FIELDS, event),
        (DETAIL_FIELDS, world.viewer.get(path_to(event)).json),
        ({*RULE_LIST_FIELDS}, lists[RULES].rows[0]),
        (rule.keys(), changed.json),
    ):
        expect.equal("AS-212", sorted(answer), sorted(fields), "the fields")


@pytest.mark.rules("AS-213")
def test_times_are_in_utc_and_end_in_z(world: World, expect: Expect) -> None:
    event = visible_events(world)[0]
    read = world.operator.get(path_to(event))
    acknowledged = world.operator.patch(path_to(event), {"acknowledged": True})
    world.raise_alerts()
    times = [row["fired_at"] for row in world.operator.get(ALERTS).rows]
    times += [event["triggered_at"], acknowledged["acknowledged_at"], world.rule()["created_at"]]
    times += [read[name] for name in ("triggered_at", "clip_start_at", "clip_end_at")]
    for time in times:
        expect("AS-213", is_time(time), "an RFC 3339 time ending in Z", time)
