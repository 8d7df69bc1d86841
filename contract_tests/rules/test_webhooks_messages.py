"""Messages to webhooks: what each type is sent for, and the fields of a message."""

import json

import pytest

from contract_tests.expectations import Expect
from contract_tests.steps.answers import is_time
from contract_tests.steps.gateways import online_gateway, path_to, reaches_status
from contract_tests.steps.receiver import Receiver
from contract_tests.steps.sites import site_name
from contract_tests.steps.webhooks import EVENT_TYPES, listening, responding
from contract_tests.world import ALERTS, CAMERAS, World

MESSAGE_FIELDS = ["data", "event_type", "timestamp", "webhook_id"]
ALERT_FIELDS = ("alert_id", "rule_id", "rule_name", "trigger_type", "camera_id", "camera_name", "site_name", "event_id",
         "severity", "description")  # fmt: skip


@pytest.mark.rules("WH-10")
def test_every_event_is_delivered_whatever_the_alert_rules(world: World, expect: Expect, receiver: Receiver) -> None:
    listener = listening(world, receiver)
    recorded = world.record(30)
    world.rule(trigger_type="motion")
    world.rule(trigger_type="manual", enabled=False)
    for kind in ("motion", "ai_tag", "manual"):
        recorded += world.record(trigger_type=kind)
    found = [one.data.get("event_id") for one in listener.received()]
    expect.equal("WH-10", sorted(map(str, found)), sorted(recorded), "the events delivered")


@pytest.mark.rules("WH-10")
def test_a_manually_triggered_event_is_delivered(world: World, expect: Expect, receiver: Receiver) -> None:
    listener = listening(world, receiver)
    event = world.operator.post(f"{CAMERAS}/{world.cameras()[0]}/trigger", {})["id"]
    expect.equal("WH-10", [one.data.get("event_id") for one in listener.received()], [event], "the messages received")


@pytest.mark.rules("WH-10")
def test_an_alert_is_delivered_when_a_rule_matches(world: World, expect: Expect, receiver: Receiver) -> None:
    listener = listening(world, receiver, "alert")
    world.record(trigger_type="motion")
    expect.equal("WH-10", listener.received(), [], "the messages without a rule")
    rule = world.rule(trigger_type="motion", cooldown_sec=0)["id"]
    world.record(trigger_type="manual")
    event = world.record(trigger_type="motion")[0]
    found = [(one.data.get("rule_id"), one.data.get("event_id")) for one in listener.received()]
    expect.equal("WH-10", found, [(rule, event)], "rule_id and event_id of the messages")


@pytest.mark.rules("WH-11")
@pytest.mark.parametrize(
    ("statuses", "delivered"),
    [
        (["offline"], [("online", "offline")]),
        (["offline", "online"], [("online", "offline"), ("offline", "online")]),
        (["offline", "offline", "online", "online"], [("online", "offline"), ("offline", "online")]),
        (["error", "offline", "disabled", "online", "pending", "online"], []),
    ],
)
def test_a_camera_that_goes_offline_or_comes_back_is_delivered(
    world: World, expect: Expect, receiver: Receiver, statuses: list[str], delivered: list[tuple[str, str]]
) -> None:
    camera = world.cameras()[0]
    world.set_camera_status(camera, "online")
    listener = listening(world, receiver, "camera_status")
    for status in statuses:
        world.set_camera_status(camera, status)
    found = [(one.data.get("previous_status"), one.data.get("status")) for one in listener.received()]
    expect.equal("WH-11", found, delivered, f"the changes delivered for {' → '.join(['online', *statuses])}")


@pytest.mark.rules("WH-11")
def test_a_new_camera_that_comes_online_is_not_delivered(world: World, expect: Expect, receiver: Receiver) -> None:
    listener = listening(world, receiver, "camera_status")
    world.camera()
    world.advance(60)
    expect.equal("WH-11", listener.received(), [], "the messages received")


@pytest.mark.rules("WH-11", "WH-12")
@pytest.mark.parametrize("cameras", [0, 2])
def test_a_gateway_that_goes_offline_or_comes_back_is_delivered(
    world: World, expect: Expect, receiver: Receiver, cameras: int
) -> None:
    listener = listening(world, receiver, "gateway_status")
    with online_gateway(world) as (gateway_id, _):
        for _ in range(cameras):
            world.camera(connection_mode="gateway", gateway_id=gateway_id)
        if cameras:
            removed = world.camera(connection_mode="gateway", gateway_id=gateway_id)["id"]
            world.operator.delete(f"{CAMERAS}/{removed}")
    reaches_status(world, gateway_id, "offline")
    for status in ("disabled", "offline"):
        world.operator.patch(path_to(gateway_id), {"status": status})
    found = [one.data for one in listener.received()]
    changes = [(data.get("gateway_id"), data.get("previous_status"), data.get("status")) for data in found]
    wanted = [(gateway_id, "offline", "online"), (gateway_id, "online", "offline")]
    expect.equal("WH-11", changes, wanted, "the changes delivered")
    counts = [data.get("affected_cameras") for data in found]
    expect.equal("WH-12", counts, [0, cameras], "the values of affected_cameras")


@pytest.mark.rules("WH-13", "WH-14")
def test_a_message_has_the_fields_of_its_envelope(world: World, expect: Expect, receiver: Receiver) -> None:
    listener = listening(world, receiver, *EVENT_TYPES)
    world.rule(trigger_type="motion")
    world.record(21, trigger_type="motion")
    world.set_camera_status(world.cameras()[0], "offline")
    found = listener.received()
    expect.equal(
        "WH-13", {str(one.message.get("event_type")) for one in found}, set(EVENT_TYPES[:3]), "the types delivered"
    )
    for one in found:
        message = one.message
        expect.equal("WH-13", sorted(message), MESSAGE_FIELDS, "the fields of a message")
        expect("WH-13", is_time(message["timestamp"]), "a time in UTC", message["timestamp"])
        expect("WH-13", isinstance(message["data"], dict), "an object as data", message["data"])
        expect.equal("WH-14", message.get("webhook_id"), one.header("X-Webhook-ID"), "webhook_id")


@pytest.mark.rules("WH-15", "AS-200")
def test_the_fields_of_an_alert_message(world: World, expect: Expect, receiver: Receiver) -> None:
    listener = listening(world, receiver, "alert")
    rule, camera = world.rule(trigger_type="motion"), world.cameras()[0]
    event = world.record(trigger_type="motion", camera_id=camera, summary="A cat on the wall")[0]
    [alert] = world.operator.get(ALERTS)["data"]
    [found] = listener.received()
    data = {name: value for name, value in found.data.items() if name in ALERT_FIELDS}
    expect.equal(
        "WH-15", tuple(json.loads(found.body)["data"])[: len(ALERT_FIELDS)], ALERT_FIELDS, "the first fields of data"
    )
    wanted = {
        "alert_id": alert["id"],
        "rule_id": rule["id"],
        "rule_name": rule["name"],
        "trigger_type": "motion",
        "camera_id": camera,
        "camera_name": world.operator.get(f"{CAMERAS}/{camera}")["name"],
        "site_name": site_name(world, world.site_of(camera)),
        "event_id": event,
    }
    for name, value in wanted.items():
        expect.equal("WH-15", data[name], value, name)
    for name in ("severity", "description"):
        expect("WH-15", isinstance(data[name], str) and data[name], f"a text as {name}", data[name])
    expect.equal("AS-200", tuple(found.data)[len(ALERT_FIELDS) :], ("fired_at",), "the last fields of data")
    expect.equal("AS-200", found.data["fired_at"], alert["fired_at"], "fired_at")
    expect.equal(
        "AS-200", (data["severity"], data["description"]), ("warning", "A cat on the wall"), "severity and description"
    )


@pytest.mark.rules("AS-201")
def test_the_fields_of_an_event_message(world: World, expect: Expect, receiver: Receiver) -> None:
    listener = listening(world, receiver)
    recorded = [*world.record(20), *world.record(trigger_type="manual"), *world.record(trigger_type="ai_tag")]
    shared = (
        "camera_id",
        "camera_name",
        "trigger_type",
        "triggered_at",
        "summary",
        "tags",
        "ai_status",
        "snapshot_url",
    )
    messages = {str(one.data.get("event_id")): one.data for one in listener.received()}
    for event_id in recorded:
        event = world.operator.get(f"/api/v1/events/{event_id}").json
        wanted = {name: event[name] for name in shared}
        wanted |= {"event_id": event_id, "site_name": site_name(world, world.site_of(event["camera_id"]))}
        expect.equal("AS-201", messages.get(event_id), wanted, "the data of an event")


@pytest.mark.rules("AS-202")
@pytest.mark.parametrize("bound", [True, False])
def test_the_fields_of_a_camera_status_message(world: World, expect: Expect, receiver: Receiver, bound: bool) -> None:
    connection = {"connection_mode": "gateway", "gateway_id": world.pair()["gateway_id"]} if bound else {}
    camera = world.camera(**connection)
    world.set_camera_status(camera["id"], "online")
    listener = listening(world, receiver, "camera_status")
    world.set_camera_status(camera["id"], "offline")
    wanted = {
        "camera_id": camera["id"],
        "camera_name": camera["name"],
        "site_name": site_name(world, camera["site_id"]),
        "gateway_id": camera["gateway_id"],
        "previous_status": "online",
        "status": "offline",
    }
    expect.equal("AS-202", [one.data for one in listener.received()], [wanted], "the data of the message")


@pytest.mark.rules("AS-203")
def test_the_fields_of_a_gateway_status_message(world: World, expect: Expect, receiver: Receiver) -> None:
    listener = listening(world, receiver, "gateway_status")
    with online_gateway(world) as (gateway_id, _):
        pass
    gateway = world.operator.get(path_to(gateway_id)).json
    wanted = {
        "gateway_id": gateway_id,
        "gateway_name": gateway["name"],
        "site_name": site_name(world, gateway["site_id"]),
        "previous_status": "offline",
        "status": "online",
        "affected_cameras": 0,
    }
    expect.equal("AS-203", listener.received()[0].data, wanted, "the data of the message")


@pytest.mark.rules("AS-204")
def test_a_webhook_is_notified_of_the_types_it_subscribes_to(world: World, expect: Expect, receiver: Receiver) -> None:
    all_types, alerts, disabled, other_org = (
        listening(world, receiver, *EVENT_TYPES),
        listening(world, receiver, "alert"),
        listening(world, receiver, *EVENT_TYPES, enabled=False),
        listening(world.outside, receiver, *EVENT_TYPES),
    )
    world.rule(trigger_type="motion")
    world.record(trigger_type="motion")
    types = [
        [one.message.get("event_type") for one in found.received()]
        for found in (all_types, alerts, disabled, other_org)
    ]
    expect.equal(
        "AS-204",
        [sorted(map(str, found)) for found in types],
        [["alert", "event"], ["alert"], [], []],
        "the types delivered",
    )
    world.operator.patch(disabled.path, {"enabled": True})
    world.operator.patch(all_types.path, {"event_types": ["camera_status"]})
    world.record(trigger_type="manual")
    world.set_camera_status(world.cameras()[0], "offline")
    counts = [len(found.received()) for found in (all_types, alerts, disabled, other_org)]
    expect.equal("AS-204", counts, [3, 1, 2, 0], "the numbers of messages after the changes")


@pytest.mark.rules("AS-205")
def test_each_webhook_has_deliveries_with_ids_of_their_own(world: World, expect: Expect, receiver: Receiver) -> None:
    listeners = [listening(world, receiver, responder=responding(500, 500, 200)) for _ in range(2)]
    world.record()
    world.advance(360)
    ids = [{one.header("X-Webhook-ID") for one in listener.received()} for listener in listeners]
    expect.equal("AS-205", [len(found) for found in ids], [1, 1], "the numbers of ids in three attempts")
    expect("AS-205", ids[0] != ids[1], "different ids for the two webhooks", ids)
