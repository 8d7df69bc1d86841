"""The calls of the clients on the pages of the API, in Python and TypeScript: events, alerts, alert rules, gateways."""

import re
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.expectations import Expect
from contract_tests.sdk import mock
from contract_tests.sdk.answers import as_json, data, field, ids, text
from contract_tests.sdk.clients import Client
from contract_tests.sdk.examples import one_in
from contract_tests.sdk.mock import ids_of
from contract_tests.steps.events import EXPORT, STATUSES, TRIGGERS, path_to, record_varied_events
from contract_tests.world import ALERTS, EVENTS, GATEWAYS, RULES, World

JSON = dict[str, Any]
DAYS = st.dates().map(lambda day: f"{day:%Y-%m-%d}".rjust(10, "0"))
IDS = st.uuids(version=4).map(str)
NOTES = "Confirmed courier, no action needed"
FILTERS: dict[str, st.SearchStrategy[Any]] = {
    "camera_id": IDS,
    "site_id": IDS,
    "date_from": DAYS,
    "date_to": DAYS,
    "trigger_type": st.sampled_from(TRIGGERS),
    "ai_status": st.sampled_from(STATUSES),
    "starred": st.booleans(),
}
PAGE: dict[str, st.SearchStrategy[Any]] = {"limit": st.integers(1, 100)}
ALERT_FILTERS: dict[str, st.SearchStrategy[Any]] = {
    "rule_id": IDS,
    "status": st.sampled_from(["new", "acknowledged", "resolved"]),
    "date_from": DAYS,
    "date_to": DAYS,
}


EVENT_EXAMPLE: JSON = {
    "camera_id": "550e8400-e29b-41d4-a716-446655440000",
    "site_id": "b5e9f3a1-2c4d-4e6f-8a1b-3c5d7e9f1a2b",
    "date_from": "2026-04-20",
    "date_to": "2026-04-21",
    "trigger_type": "ai_tag",
    "ai_status": "completed",
    "starred": True,
}
ALERT_EXAMPLE: JSON = {
    "rule_id": "f5e4d3c2-b1a0-4f9e-8d7c-6b5a4e3d2c1b",
    "status": "new",
    "date_from": "2026-04-20",
    "date_to": "2026-04-21",
    "limit": 7,
}


def as_query(filters: JSON) -> dict[str, str]:
    """Return filters in the format of a query."""
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in filters.items()}


def in_camel_case(names: Iterable[str]) -> list[str]:
    """Return names as the pages write them in TypeScript, sorted."""
    return sorted(re.sub("_([a-z])", lambda found: found[1].upper(), name) for name in names)


@pytest.mark.rules("EV-94")
@one_in(4)
@given(filters=st.fixed_dictionaries({}, optional=FILTERS | PAGE))
@example(filters=EVENT_EXAMPLE | {"limit": 7})
def test_events_are_listed_by_every_filter(client: Client, world: World, expect: Expect, filters: JSON) -> None:
    mock.clear_requests(world)
    client.call("events.list", **filters)
    queries = mock.queries(world, "listEvents", filters)
    expect.equal("EV-94", queries, [as_query(filters)], "the queries")


@pytest.mark.rules("EV-94")
@one_in(4)
@given(filters=st.fixed_dictionaries({}, optional=FILTERS))
@example(filters=EVENT_EXAMPLE)
def test_events_are_exported_by_every_filter(client: Client, world: World, expect: Expect, filters: JSON) -> None:
    mock.clear_requests(world)
    client.call("events.export", **filters)
    queries = mock.queries(world, "exportEvents", filters)
    expect.equal("EV-94", queries, [as_query(filters)], "the queries")


@pytest.mark.typescript
@pytest.mark.rules("EV-95")
@one_in(4)
@pytest.mark.parametrize(("verb", "operation"), [("list", "listEvents"), ("export", "exportEvents")])
@given(filters=st.fixed_dictionaries({}, optional=FILTERS))
@example(filters=EVENT_EXAMPLE)
def test_event_filters_are_in_camel_case(
    client: Client, world: World, expect: Expect, verb: str, operation: str, filters: JSON
) -> None:
    mock.clear_requests(world)
    client.call(f"events.{verb}", **filters)
    expect.equal("EV-95", sorted(client.names), in_camel_case(filters), "the names of the filters")
    queries = mock.queries(world, operation, filters)
    expect.equal("EV-95", queries, [as_query(filters)], "the queries")


@pytest.mark.rules("EV-94")
def test_an_event_is_read_changed_and_deleted(client: Client, world: World, expect: Expect) -> None:
    event, other = world.record(2)
    expect.equal(
        "EV-94", as_json(client.call("events.get", event)), world.operator.get(path_to(event)).json, "the event"
    )
    client.call("events.update", event, acknowledged=True, notes=NOTES)
    found = world.operator.get(path_to(event)).json
    expect.equal("EV-94", (found["acknowledged"], found["notes"]), (True, NOTES), "after the update")
    client.call("events.delete", event)
    left = ids_of(world.operator.get(EVENTS)["data"])
    expect.equal("EV-94", left, [other], "the events left")


@pytest.mark.rules("EV-96")
def test_an_export_is_the_bytes_of_the_csv(client: Client, world: World, expect: Expect) -> None:
    record_varied_events(world)
    world.record(summary="Größe 5 — „Lkw“, é")
    for filters in ({}, {"trigger_type": "ai_tag"}, {"date_from": "2026-04-20", "date_to": "2026-04-21"}):
        found = client.call("events.export", **filters)
        wanted = world.operator.get(EXPORT, **filters).body
        expect("EV-96", type(found) is bytes, "bytes", type(found).__name__)
        expect.equal("EV-96", found, wanted, "the CSV")


@pytest.mark.rules("AL-34")
@one_in(4)
@given(filters=st.fixed_dictionaries({}, optional=ALERT_FILTERS | PAGE))
@example(filters=ALERT_EXAMPLE)
def test_alerts_are_listed_by_every_filter(client: Client, world: World, expect: Expect, filters: JSON) -> None:
    mock.clear_requests(world)
    client.call("alerts.list", **filters)
    queries = mock.queries(world, "listAlerts", filters)
    expect.equal("AL-34", queries, [as_query(filters)], "the queries")


@pytest.mark.rules("AL-34")
def test_alerts_have_a_timeline(client: Client, world: World, expect: Expect) -> None:
    first, second = world.raise_alerts(2)
    world.set_alert_status(first, "acknowledged")
    found = ids(data(client.call("alerts.list", status="new")))
    expect.equal("AL-34", found, [second], "the new alerts")
    timeline = client.call("alerts.timeline", first)
    actions = [text(field(entry, "action")) for entry in field(timeline, "entries")]
    wanted = [entry["action"] for entry in world.operator.get(f"{ALERTS}/{first}/timeline")["entries"]]
    expect.equal("AL-34", (str(field(timeline, "alert_id")), actions), (first, wanted), "the timeline")


def new_rule(world: World) -> JSON:
    """Return the fields of the rule that the page makes."""
    return {
        "name": "After-hours dock motion",
        "trigger_type": "motion",
        "scope_type": "specific_cameras",
        "camera_ids": [world.cameras()[0]],
        "schedule_type": "custom",
        "cooldown_sec": 60,
        "recipients": [{"type": "email", "target": "security@example.com"}],
    }


@pytest.mark.typescript
@pytest.mark.rules("RU-60")
def test_fields_of_alert_rules_are_in_camel_case(client: Client, world: World, expect: Expect) -> None:
    chosen = new_rule(world)
    expect("RU-60", hasattr(client.raw, "alert_rules"), "a namespace alertRules", f"{client} without it")
    client.call("alert_rules.create", **chosen)
    expect.equal("RU-60", sorted(client.names), in_camel_case(chosen), "the names of the fields")
    (found,) = world.operator.get(RULES)["data"]
    client.call("alert_rules.update", found["id"], cooldown_sec=600)
    expect.equal("RU-60", client.names, ["cooldownSec"], "the name of the field")
    changed = world.operator.get(f"{RULES}/{found['id']}").json
    expect.equal("RU-60", changed["cooldown_sec"], 600, "the field after the update")


@pytest.mark.rules("RU-60")
def test_alert_rules_are_managed_as_alert_rules(client: Client, world: World, expect: Expect) -> None:
    chosen = new_rule(world)
    rule = str(field(client.call("alert_rules.create", **chosen), "id"))
    found = world.operator.get(f"{RULES}/{rule}").json
    expect.equal("RU-60", {name: found.get(name) for name in chosen}, chosen, "the fields of the rule")
    expect.equal("RU-60", ids(data(client.call("alert_rules.list"))), [rule], "the rules")
    client.call("alert_rules.update", rule, cooldown_sec=600)
    found = world.operator.get(f"{RULES}/{rule}").json
    expect.equal(
        "RU-60", {name: found.get(name) for name in chosen}, {**chosen, "cooldown_sec": 600}, "after the update"
    )
    client.call("alert_rules.delete", rule)
    expect.equal("RU-60", world.operator.get(RULES)["data"], [], "the rules left")


@pytest.mark.rules("GW-94")
def test_a_gateway_is_registered_and_paired(client: Client, world: World, expect: Expect) -> None:
    name = world.name("gateway")
    code = client.call("gateways.generate_pairing_code", name=name, site_id=world.sites[0])
    pairing_code = str(field(code, "pairing_code"))
    expect("GW-94", re.fullmatch("[0-9A-Z]{6}", pairing_code), "a code of six characters", pairing_code)
    about = {"name": world.name("gateway"), "version": "2026.04.12", "local_ip": "192.168.10.24"}
    paired = client.call("gateways.pair", pairing_code=pairing_code, **about)
    gateway = str(field(paired, "gateway_id"))
    expect("GW-94", str(field(paired, "api_key")).startswith("gw_"), "a key of the gateway", paired)
    found = world.operator.get(f"{GATEWAYS}/{gateway}").json
    expect.equal(
        "GW-94",
        (found["version"], found["local_ip"]),
        ("2026.04.12", "192.168.10.24"),
        "version and address of the gateway",
    )


@pytest.mark.rules("GW-94")
def test_gateways_are_listed_read_changed_and_deleted(client: Client, world: World, expect: Expect) -> None:
    gateway, renamed = world.pair()["gateway_id"], world.name("gateway")
    listed = ids(data(client.call("gateways.list")))
    expect.equal("GW-94", listed, ids_of(world.operator.get(GATEWAYS)["data"]), "the gateways")
    expect.equal("GW-94", str(field(client.call("gateways.get", gateway), "id")), gateway, "the gateway")
    reported = str(field(client.call("gateways.telemetry", gateway), "gateway_id"))
    expect.equal("GW-94", reported, gateway, "the gateway of the telemetry")
    client.call("gateways.update", gateway, name=renamed)
    expect.equal("GW-94", world.operator.get(f"{GATEWAYS}/{gateway}")["name"], renamed, "the name")
    client.call("gateways.delete", gateway)
    expect.equal("GW-94", world.operator.get(f"{GATEWAYS}/{gateway}").status, 404, "the status after deleting")
