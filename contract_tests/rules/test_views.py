"""One object compared in every view and state: in lists, read by itself, in answers of changes, in the export."""

from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest

from contract_tests.document import ROLES
from contract_tests.expectations import Expect
from contract_tests.steps import alert_rules, cameras, events, gateways, users, webhooks
from contract_tests.steps.alerts import STATUSES as ALERT_STATUSES
from contract_tests.steps.answers import JSON, all_rows, is_instant, parse_time, rows
from contract_tests.steps.gateway_socket import require_socket
from contract_tests.steps.views import View, expect_one_object
from contract_tests.verdicts import Unavailable, Violation
from contract_tests.world import ALERTS, CAMERAS, EVENTS, GATEWAYS, RULES, SITES, USERS, WEBHOOKS, World

pytestmark = pytest.mark.own_org


def listed(world: World, path: str) -> dict[str, JSON]:
    """Return the objects of a list by id, as an admin lists them."""
    found = rows(world.admin.get(path)) if path in (RULES, GATEWAYS) else all_rows(world.admin, path, limit=100)
    return {str(row.get("id")): row for row in found}


def created_and_listed(world: World, created: JSON, path: str, name: str = "name") -> tuple[JSON, str]:
    """Return the item of a new object, found by a field of its own, and the path at which it is read.

    That is the path of its id, in the item or in the answer of its creation.
    """
    item = next((row for row in listed(world, path).values() if row.get(name) == created[name]), {"id": None})
    paths = [f"{path}/{each.get('id')}" for each in (item, created)]
    return item, next((each for each in paths if world.admin.get(each).is_(200)), paths[0])


def events_in_every_state(world: World) -> dict[str, JSON]:
    """Record events in every state and return what is known of each: some acknowledged, annotated, without a camera."""
    camera = world.camera()["id"]
    known: dict[str, JSON] = {}
    for number, (trigger, status, starred) in enumerate(
        product(events.TRIGGERS, events.STATUSES, (False, True)), start=1
    ):
        fields: JSON = {
            "trigger_type": trigger,
            "ai_status": status,
            "starred": starred,
            "summary": f"Summary {number}",
            "narrative": f"Narrative {number}",
            "tags": [f"tag {tag}" for tag in range(number % 4)],
            "camera_id": camera if number % 2 else world.cameras()[0],
        }
        at = f"2026-04-21T13:{number:02}:00Z"
        span: JSON = {"from": at, "to": at}
        (event,) = world.record(**fields, **span)
        known[event] = {**fields, "id": event, "triggered_at": at, "camera_deleted": bool(number % 2)}
        if number % 3 == 0:
            world.operator.patch(events.path_to(event), {"acknowledged": True})
        if number % 5 == 0:
            world.operator.patch(events.path_to(event), {"notes": f"Note {number}"})
        known[event] |= {"acknowledged": number % 3 == 0, "notes": None if number % 5 else f"Note {number}"}
    world.operator.delete(cameras.path_to(camera))
    return known


@pytest.mark.rules("EV-33", "EV-45", "EV-66", "EV-80")
def test_an_event_is_the_same_in_every_view(world: World, expect: Expect) -> None:
    known = events_in_every_state(world)
    exported = {row["id"]: row for row in events.exported_rows(world.operator.get(events.EXPORT))}
    items = listed(world, EVENTS)
    for event, values in known.items():
        path = events.path_to(event)
        single = world.operator.get(path).json
        answer = world.operator.patch(path, {"starred": values["starred"]}).json
        views = [
            View("EV-45", "read by itself", single),
            View("EV-33", "in the list", items.get(event, {"id": None})),
            View("EV-66", "in the answer of a change", answer),
        ]
        expect_one_object(expect, values, views)
        for name in events.COLUMNS:
            expect.equal("EV-80", exported.get(event, {}).get(name), as_cell(single[name]), f"the cell {name}")


def as_cell(value: Any) -> str:
    """Return how the export writes a value."""
    if isinstance(value, list):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.rules("AL-16", "AL-25", "AL-26", "AS-04", "AS-11")
def test_an_alert_is_the_same_in_every_view(world: World, expect: Expect) -> None:
    rule, camera = world.rule(), world.cameras()[0]
    for number, status in enumerate(ALERT_STATUSES):
        at = f"2026-04-21T13:{number:02}:00Z"
        span: JSON = {"from": at, "to": at, "status": status, "camera_id": camera}
        (alert,) = world.raise_alerts(rule_id=rule["id"], **span)
        known = {"id": alert, "rule_id": rule["id"], "rule_name": rule["name"], "camera_id": camera, "fired_at": at}
        _expect_alert(world, expect, known | {"status": status})
        if status != "resolved":
            with world.frozen_clock():
                changed = world.operator.patch(f"{ALERTS}/{alert}", {"status": "resolved"}).json
                now = parse_time(world.now()).replace(microsecond=0)
            views = [View("AS-04", "in the answer of a change", changed)]
            _expect_alert(world, expect, known | {"status": "resolved"}, views)
            last = world.viewer.get(f"{ALERTS}/{alert}/timeline")["entries"][-1]
            expect("AL-26", is_instant(world, parse_time(last.get("at")), now), f"at {now} in the last entry", last)


def _expect_alert(world: World, expect: Expect, known: JSON, views: Sequence[View] = ()) -> None:
    path = f"{ALERTS}/{known['id']}"
    item = listed(world, ALERTS).get(known["id"], {"id": None})
    shown = [
        View("AL-16", "in the list", item),
        View("AS-11", "read by itself", world.viewer.get(path).json),
        View("AS-11", "read by an admin", world.admin.get(path).json),
    ]
    expect_one_object(expect, known, [*shown, *views])
    event = world.operator.get(events.path_to(item["event_id"]))
    expect("AL-16", event.is_(200) and event["camera_id"] == known["camera_id"], "the event of the alert", event)
    timeline = world.viewer.get(f"{path}/timeline")
    expect.equal("AL-25", timeline["alert_id"], known["id"], "alert_id of the timeline")
    times = {entry.get("action"): entry.get("at") for entry in timeline["entries"]}
    wanted = {"fired": item["fired_at"]} | (
        {"acknowledged": item["acknowledged_at"]} if "acknowledged" in times else {}
    )
    found = {action: times.get(action) for action in wanted}
    expect.equal("AL-26", found, wanted, "the times of the entries")


@pytest.mark.rules("RU-05", "RU-08", "RU-49", "AS-12")
@pytest.mark.parametrize("trigger", alert_rules.TRIGGERS)
def test_an_alert_rule_is_the_same_in_every_view(world: World, expect: Expect, trigger: str) -> None:
    for scope, schedule, enabled in product(alert_rules.SCOPES, alert_rules.SCHEDULES, (True, False)):
        known: JSON = {
            "name": world.name("rule"),
            "trigger_type": trigger,
            "scope_type": scope,
            "schedule_type": schedule,
            "enabled": enabled,
            "custom_tags": ["person", "van"] if trigger == "ai_tag" else [],
            "site_ids": world.sites[:1] if scope == "specific_sites" else [],
            "camera_ids": world.cameras()[:2] if scope == "specific_cameras" else [],
            "zones_filter": ["yard", "dock"],
            "cooldown_sec": 61,
            "conditions_json": {"dark": True},
            "recipients": [{"type": "email", "target": f"{mail}@example.com"} for mail in ("one", "two")],
        }
        confidence = {"min_confidence": 0.25} if trigger == "ai_tag" else {}
        created = world.operator.post(RULES, known | confidence).json
        item, path = created_and_listed(world, created | {"name": known["name"]}, RULES)
        views = [
            View("RU-08", "in the answer of its creation", created),
            View("RU-05", "in the list", item),
            View("AS-12", "read by itself", world.viewer.get(path).json),
            View("RU-49", "in the answer of a change", world.operator.patch(path, {"cooldown_sec": 61}).json),
        ]
        expect_one_object(expect, known | confidence, views)


@pytest.mark.rules("GW-05", "GW-12", "GW-32", "GW-35", "GW-45", "GW-55", "GW-60", "GW-82")
def test_a_gateway_is_the_same_in_every_view_and_status(world: World, expect: Expect) -> None:
    known: JSON = {"name": world.name("gateway"), "site_id": world.sites[0], "version": None, "local_ip": None}
    made = world.operator.post(gateways.GENERATE, {name: known[name] for name in ("name", "site_id")}).json
    item, path = created_and_listed(world, made | {"name": known["name"]}, GATEWAYS)
    new = {name: made.get(name) for name in ("id", "status")}
    views = [View("GW-32", "in the answer with the code", new), View("GW-12", "in the list", item)]
    expect_one_object(expect, {"status": "registered"}, views)
    known |= {"id": made["id"]}
    _expect_gateway(world, expect, known | {"status": "registered"})
    reported: JSON = {"version": "2026.04.12", "local_ip": "192.168.10.24"}
    paired = gateways.redeem_code(world, made["pairing_code"], **reported)
    expect.equal("GW-35", paired["gateway_id"], known["id"], "gateway_id of the pairing")
    expect.equal("GW-45", paired["org_id"], world.org_id, "org_id of the pairing")
    known |= reported
    _expect_gateway(world, expect, known | {"status": "offline"})
    with require_socket(world, known["id"], str(paired["api_key"])) as socket:
        frame = gateways.telemetry_frame(camera_recording_status={world.cameras()[0]: "recording"})
        try:
            socket.send(frame)
        except Unavailable as problem:
            raise Violation("GW-45", "an api_key that opens the gateway's WebSocket", problem) from None
        _expect_gateway(world, expect, known | {"status": "online"})
        shown = world.viewer.get(f"{path}/telemetry").json
        read = {name: shown.get(name) for name in frame.keys() - {"type"}}
        expect.equal("GW-05", read, {name: frame[name] for name in read}, "the telemetry")
        about = {"gateway_id": known["id"], "last_heartbeat_at": world.operator.get(path)["last_heartbeat_at"]}
        expect.equal("GW-60", {name: shown.get(name) for name in about}, about, "the telemetry")
    gateways.disable(world, known["id"])
    _expect_gateway(world, expect, known | {"status": "disabled"})


def _expect_gateway(world: World, expect: Expect, known: JSON) -> None:
    path = gateways.path_to(known["id"])
    views = [
        View("GW-12", "in the list", listed(world, GATEWAYS).get(known["id"], {"id": None})),
        View("GW-55", "read by itself", world.operator.get(path).json),
        View("GW-82", "in the answer of a change", world.operator.patch(path, {"name": known["name"]}).json),
    ]
    expect_one_object(expect, known, views)


@pytest.mark.rules("CAM-11", "CAM-14", "AS-108", "AS-114")
def test_a_camera_is_the_same_in_every_view_and_status(world: World, expect: Expect) -> None:
    for kind, mode in product(("rtsp", "onvif"), ("direct", "gateway")):
        sent: JSON = {"name": world.name("camera"), "site_id": world.sites[0], "type": kind, "connection_mode": mode}
        sent |= {"stream_url": "rtsp://camera.example.com/stream"}
        sent |= {"gateway_id": cameras.new_gateway(world)} if mode == "gateway" else {}
        with world.frozen_clock():
            created = world.operator.post(CAMERAS, sent).json
            item, path = created_and_listed(world, sent | created, CAMERAS)
            views = [
                View("CAM-14", "in the answer of its creation", created),
                View("CAM-11", "in the list", item),
                View("AS-108", "read by itself", world.viewer.get(path).json),
            ]
            expect_one_object(expect, sent, views)
        for status in cameras.STATUSES:
            world.set_camera_status(created["id"], status)
            views = [
                View("CAM-11", "in the list", listed(world, CAMERAS).get(created["id"], {"id": None})),
                View("AS-108", "read by itself", world.viewer.get(path).json),
                View("AS-114", "in the answer of a change", world.operator.patch(path, {"name": sent["name"]}).json),
            ]
            expect_one_object(expect, sent | {"status": status}, views)


@pytest.mark.rules("CAM-25", "CAM-26", "CAM-27", "AS-114")
def test_a_moved_camera_is_the_same_in_every_view(world: World, expect: Expect) -> None:
    first_site, other_site = world.sites[:2]
    gateway = cameras.new_gateway(world, other_site)
    for kind, mode in product(("rtsp", "onvif"), ("direct", "gateway")):
        bound = {"gateway_id": cameras.new_gateway(world, first_site)} if mode == "gateway" else {}
        camera = world.camera(site_id=first_site, type=kind, connection_mode=mode, **bound)
        with world.frozen_clock():
            moved = world.operator.patch(cameras.path_to(camera["id"]), {"site_id": other_site})
            single = world.operator.get(cameras.path_to(camera["id"]))
        for shown in (moved, single):
            expect.equal("CAM-25", shown["id"], camera["id"], "id of a moved camera")
            expect.equal("CAM-26", shown["status"], "pending", "status of a moved camera")
            binding = (other_site, gateway if mode == "gateway" else None)
            expect.equal("CAM-27", (shown["site_id"], shown["gateway_id"]), binding, "site_id and gateway_id")
        expect.equal("AS-114", moved.json, single.json, "the camera in the answer of a change")


@pytest.mark.rules("USR-03", "USR-08", "USR-12", "AS-140")
def test_a_user_is_the_same_in_every_view(world: World, expect: Expect) -> None:
    for role in ROLES:
        user_id = world.user_ids[role]
        item = listed(world, USERS).get(user_id, {"id": None})
        single = world.admin.get(f"{USERS}/{user_id}").json
        expect_one_object(
            expect, {"role": role}, [View("AS-140", "read by itself", single), View("USR-03", "listed", item)]
        )
    for role, enabled in product(("admin", "operator", "viewer"), (True, False)):
        sites = {"site_ids": world.granted[:1]} if role == "viewer" else {}
        sent = users.new_invitation(world, role=role)
        invited = world.admin.post(USERS, {**sent, **sites})["user"]
        expect("USR-08", isinstance(invited, dict), "the user in the answer of the invitation", invited)
        _, path = created_and_listed(world, sent | invited, USERS, "email")
        changed = world.admin.patch(path, {"role": role, "enabled": enabled}).json
        views = [
            View("USR-08", "in the answer of the invitation", invited | {"enabled": enabled}),
            View("USR-03", "in the list", created_and_listed(world, sent | invited, USERS, "email")[0]),
            View("AS-140", "read by itself", world.admin.get(path).json),
            View("USR-12", "in the answer of a change", changed),
        ]
        expect_one_object(expect, {**sent, "enabled": enabled}, views)


@pytest.mark.rules("WH-02", "AS-180", "AS-181")
def test_a_webhook_is_the_same_in_every_view(world: World, expect: Expect) -> None:
    for enabled in (True, False):
        sent: JSON = {"name": world.name("webhook"), "event_types": ["alert", "camera_status"], "enabled": enabled}
        created = webhooks.create(world, **sent).json
        item, path = created_and_listed(world, created | sent, WEBHOOKS)
        views = [
            View("WH-02", "in the answer of its creation", created),
            View("AS-180", "in the list", item),
            View("AS-180", "read by itself", world.operator.get(path).json),
            View("AS-181", "in the answer of a change", world.operator.patch(path, {"enabled": enabled}).json),
        ]
        expect_one_object(expect, sent, views)


@pytest.mark.rules("SITE-08", "AS-130", "AS-134")
def test_a_site_is_the_same_in_every_view(world: World, expect: Expect) -> None:
    sent = {"name": world.name("site"), "timezone": "Asia/Kathmandu"}
    created = world.admin.post(SITES, sent).json
    item, path = created_and_listed(world, sent | created, SITES)
    views = [
        View("SITE-08", "in the answer of its creation", created),
        View("SITE-08", "in the list", item),
        View("SITE-08", "read by itself", world.operator.get(path).json),
        View("SITE-08", "in the answer of a change", world.admin.patch(path, {"timezone": sent["timezone"]}).json),
    ]
    expect_one_object(expect, sent, views)
