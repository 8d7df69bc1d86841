"""Decisions about answers: which fields they have."""

import pytest

from contract_tests.expectations import Expect
from contract_tests.steps.alert_rules import RULE_LIST_FIELDS
from contract_tests.steps.alerts import ALERT_FIELDS
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
