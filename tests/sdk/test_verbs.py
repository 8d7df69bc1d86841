"""Every verb of both clients, called on a mock that checks its answers against the document."""

from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from uuid import UUID

import pytest

from novavms import NOT_GIVEN
from novavms.errors import NovaVMSError, ValidationError
from novavms.models import Camera, CameraDetail, Event, EventDetail, Recipient
from tests.harness import World
from tests.sdk.clients import Either, answering, page, scripted

GUARD = {"type": "email", "target": "guard@example.com"}


def test_cameras_are_made_changed_and_removed(owner: Either, world: World) -> None:
    site, stream = world.sites[0], "rtsp://10.0.0.7/main"
    made = owner.do(
        lambda it: it.cameras.create(
            site_id=site,
            name="Gate",
            type="rtsp",
            stream_url=stream,
            connection_mode="direct",
            username="root",
            password="x",
        )
    )
    assert isinstance(made, CameraDetail)
    assert made.stream_url == stream
    listed = owner.do(lambda it: it.cameras.list(site_id=UUID(site), connection_mode="direct", type="rtsp", limit=100))
    assert made.id in {camera.id for camera in listed.data}
    assert all(isinstance(camera, Camera) for camera in listed.data)
    assert owner.do(lambda it: it.cameras.update(made.id, name="Gate 2")).name == "Gate 2"
    assert owner.do(lambda it: it.cameras.get(UUID(made.id))).name == "Gate 2"
    owner.do(lambda it: it.cameras.remove(made.id))
    with pytest.raises(NovaVMSError) as caught:
        owner.do(lambda it: it.cameras.delete(made.id))
    assert caught.value.status == 404


def test_none_connects_a_camera_directly_and_omitting_it_changes_nothing(owner: Either, world: World) -> None:
    camera = next(camera for camera in world.cameras if camera["gateway_id"])
    renamed = owner.do(lambda it: it.cameras.update(camera["id"], name="Kept", gateway_id=NOT_GIVEN))
    assert renamed.gateway_id == camera["gateway_id"]
    moved = owner.do(lambda it: it.cameras.update(camera["id"], gateway_id=None))
    assert (moved.gateway_id, moved.connection_mode) == (None, "direct")


def test_a_camera_has_a_snapshot_and_a_live_view_and_records(owner: Either, world: World) -> None:
    camera = next(camera["id"] for camera in world.cameras if camera["status"] == "online")
    assert owner.do(lambda it: it.cameras.snapshot(camera)).startswith(b"\xff\xd8")
    assert owner.do(lambda it: it.cameras.live_view_token(camera)).token
    event = owner.do(lambda it: it.cameras.trigger(camera))
    assert isinstance(event, EventDetail)
    assert (event.camera_id, event.trigger_type) == (camera, "manual")


def test_events_are_reviewed(owner: Either, world: World) -> None:
    world.record(count=3, trigger_type="ai_tag", tags=["person"], starred=False)
    page = owner.do(lambda it: it.events.list(trigger_type="ai_tag", ai_status="completed", starred=False))
    assert page.total == len(page.data) == 3
    event = page.data[0].id
    assert owner.do(lambda it: it.events.acknowledge(event)).acknowledged is True
    assert owner.do(lambda it: it.events.star(event)).starred is True
    assert owner.do(lambda it: it.events.add_notes(event, notes="Courier")).notes == "Courier"
    assert [each.id for each in owner.walk("events", trigger_type="ai_tag", starred=True)] == [event]
    undone = owner.do(lambda it: it.events.update(event, acknowledged=False, starred=False, notes=""))
    assert (undone.acknowledged, undone.starred, undone.notes) == (False, False, "")
    assert owner.do(lambda it: it.events.get(event)) == undone
    assert isinstance(undone, Event)
    assert owner.do(lambda it: it.events.remove(event)) is None
    assert owner.do(lambda it: it.events.list()).total == 2


def test_an_update_without_a_field_is_refused_by_the_server(owner: Either, world: World) -> None:
    world.record(count=1)
    event = owner.do(lambda it: it.events.list()).data[0].id
    with pytest.raises(ValidationError) as caught:
        owner.do(lambda it: it.events.update(event))
    assert caught.value.field_errors.keys() == {"body"}
    with pytest.raises(ValidationError) as caught:
        owner.do(lambda it: it.events.update(event, notes=None))
    assert caught.value.field_errors.keys() == {"notes"}


def test_events_are_exported_as_csv(owner: Either, world: World) -> None:
    world.record(count=2)
    header, *rows = owner.do(lambda it: it.events.export(trigger_type="motion")).decode().splitlines()
    assert header.startswith("id,camera_id,")
    assert len(rows) == owner.do(lambda it: it.events.list(trigger_type="motion")).total
    world.settings(event_export_max_rows=1)
    with pytest.raises(NovaVMSError) as caught:
        owner.do(lambda it: it.events.export())
    assert (type(caught.value), caught.value.status, caught.value.code) == (NovaVMSError, 413, "payload_too_large")


def test_rules_fire_alerts_that_are_acknowledged_and_closed(owner: Either, world: World) -> None:
    recipients = [GUARD, Recipient(type="email", target="kim@example.com")]
    fields = {"name": "Any", "trigger_type": "motion", "recipients": recipients, "cooldown_sec": 0}
    rule = owner.do(lambda it: it.rules.create(**fields))
    assert [each.target for each in rule.recipients] == ["guard@example.com", "kim@example.com"]
    world.record(count=2, trigger_type="motion")
    first, second = owner.do(lambda it: it.alerts.list(rule_id=rule.id, status="new")).data
    assert owner.do(lambda it: it.alerts.acknowledge(first.id)).status == "acknowledged"
    assert owner.do(lambda it: it.alerts.change_status(first.id, status="resolved")).status == "resolved"
    assert owner.do(lambda it: it.alerts.update(second.id, status="resolved")).status == "resolved"
    assert owner.do(lambda it: it.alerts.get(first.id)).acknowledged_at is not None
    entries = owner.do(lambda it: it.alerts.timeline(first.id)).entries
    assert [entry.action for entry in entries] == ["fired", "acknowledged", "status_changed"]
    assert [entry.to for entry in entries] == [None, None, "resolved"]
    owner.do(lambda it: it.alert_rules.delete(rule.id))
    assert {alert.rule_id for alert in owner.walk("alerts", limit=1)} == {rule.id}


def test_rules_are_changed_and_switched(owner: Either, world: World) -> None:
    sites = world.sites[:1]
    rule = owner.do(
        lambda it: it.alert_rules.create(
            name="People",
            trigger_type="ai_tag",
            recipients=(GUARD,),
            custom_tags=["person"],
            min_confidence=0.5,
            scope_type="specific_sites",
            site_ids=tuple(map(UUID, sites)),
            zones_filter=["dock"],
            schedule_type="custom",
            conditions_json={"lux": {"below": 5}},
            enabled=False,
        )
    )
    assert (rule.enabled, rule.site_ids, rule.conditions_json) == (False, sites, {"lux": {"below": 5}})
    assert owner.do(lambda it: it.rules.enable(rule.id)).enabled is True
    assert owner.do(lambda it: it.rules.disable(rule.id)).enabled is False
    changed = owner.do(lambda it: it.rules.update(rule.id, cooldown_sec=600, custom_tags=["car"]))
    assert (changed.cooldown_sec, changed.custom_tags, changed.min_confidence) == (600, ["car"], 0.5)
    assert owner.do(lambda it: it.rules.get(rule.id)) == changed
    assert [each.id for each in owner.do(lambda it: it.rules.list()).data] == [rule.id]


def test_gateways_are_paired_and_removed(owner: Either, world: World) -> None:
    code = owner.do(lambda it: it.gateways.generate_pairing_code(name="Dock", site_id=world.sites[0]))
    paired = owner.do(lambda it: it.gateways.pair(pairing_code=code.pairing_code, version="1", local_ip="10.0.0.2"))
    assert paired.gateway_id == code.id
    assert paired.api_key.startswith("gw_")
    with pytest.raises(NovaVMSError) as caught:
        owner.do(lambda it: it.gateways.pair(pairing_code=code.pairing_code))
    assert (type(caught.value), caught.value.status) == (NovaVMSError, 409)
    assert owner.do(lambda it: it.gateways.telemetry(code.id)).network_throughput.upstream_mbps is None
    assert owner.do(lambda it: it.gateways.update(code.id, name="Ramp", status="disabled")).status == "disabled"
    assert owner.do(lambda it: it.gateways.get(code.id)).name == "Ramp"
    assert code.id in {gateway.id for gateway in owner.walk("gateways")}
    owner.do(lambda it: it.gateways.remove(code.id))


def test_sites_and_their_viewers(owner: Either) -> None:
    site = owner.do(lambda it: it.sites.create(name="Annex", timezone="Europe/Berlin"))
    invited = owner.do(
        lambda it: it.users.invite(email="kim@example.com", display_name="Kim", role="viewer", site_ids=[site.id])
    )
    assert [user.id for user in owner.do(lambda it: it.sites.users(site.id)).data] == [invited.user.id]
    assert owner.do(lambda it: it.sites.set_users(site.id, [])).total == 0
    assert owner.do(lambda it: it.sites.set_users(site.id, [invited.user.id])).total == 1
    assert owner.do(lambda it: it.sites.update(site.id, name="Annex 2")).timezone == "Europe/Berlin"
    assert owner.do(lambda it: it.sites.get(site.id)).name == "Annex 2"
    owner.do(lambda it: it.sites.remove(site.id))


def test_users_and_their_sessions(owner: Either, world: World) -> None:
    operator = world.described["actors"]["operator"]
    login = {"email": operator["email"], "password": operator["password"]}
    assert world.running.client().post("/api/v1/auth/login", json=login).is_success
    person = operator["user_id"]
    session = owner.do(lambda it: it.users.sessions(person)).data[0]
    owner.do(lambda it: it.users.revoke_session(person, session.id))
    assert owner.do(lambda it: it.users.sessions(person)).total == 0
    assert owner.do(lambda it: it.users.change_role(person, role="admin")).role == "admin"
    assert owner.do(lambda it: it.users.update(person, enabled=False)).enabled is False
    assert owner.do(lambda it: it.users.get(person)).display_name
    assert person in {user.id for user in owner.walk("users")}
    made = owner.do(lambda it: it.users.create(email="lee@example.com", display_name="Lee", role="operator"))
    with pytest.raises(NovaVMSError) as caught:
        owner.do(lambda it: it.users.invite(email="lee@example.com", display_name="Lee", role="operator"))
    assert caught.value.status == 409
    owner.do(lambda it: it.users.remove(made.user.id))


def test_webhooks_are_tested_and_get_new_secrets(owner: Either) -> None:
    url = "https://127.0.0.1:1/hook"
    webhook = owner.do(lambda it: it.webhooks.create(name="Chat", url=url, event_types=["alert"], enabled=False))
    assert owner.do(lambda it: it.webhooks.get(webhook.id)).enabled is False
    changed = owner.do(lambda it: it.webhooks.update(webhook.id, event_types=("event", "alert"), enabled=True))
    assert changed.event_types == ["event", "alert"]
    assert owner.do(lambda it: it.webhooks.test(webhook.id)).delivery_id
    secret = owner.do(lambda it: it.webhooks.rotate_secret(webhook.id)).secret
    assert secret != webhook.secret
    assert [each.id for each in owner.walk("webhooks")] == [webhook.id]
    owner.do(lambda it: it.webhooks.remove(webhook.id))


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("2026-04-20", "2026-04-20"),
        (date(2026, 4, 20), "2026-04-20"),
        (datetime(2026, 4, 20, 8, 30, tzinfo=UTC), "2026-04-20T08:30:00+00:00"),
        (datetime(2026, 4, 20, 8, 30, tzinfo=timezone(timedelta(hours=2))), "2026-04-20T08:30:00+02:00"),
    ],
)
def test_times_and_days_keep_their_meaning(kind: str, given: object, sent: str) -> None:
    with scripted(kind, answering(page())) as client:
        client.do(lambda it: it.events.list(date_from=given))
    assert client.requests[0].url.params["date_from"] == sent


def test_a_member_of_the_callers_own_enumeration_is_sent_as_its_value(kind: str) -> None:
    class Mine(str, Enum):  # noqa: UP042 - on purpose: its text is "Mine.ODD"
        ODD = "odd"

    with scripted(kind, answering(page())) as client:
        client.do(lambda it: it.cameras.list(status=Mine.ODD))
        assert client.requests[0].url.params["status"] == "odd"


def test_the_server_takes_a_time_with_an_offset(owner: Either, world: World) -> None:
    world.record(count=1)
    later = datetime.now(timezone(timedelta(hours=2))) + timedelta(days=1)
    assert owner.do(lambda it: it.events.list(date_to=later)).total == 1
    assert owner.do(lambda it: it.events.list(date_from=later)).total == 0


def test_a_time_without_a_zone_is_refused(kind: str) -> None:
    with scripted(kind, answering(page())) as client:
        with pytest.raises(ValidationError, match=r"has no time zone: .*nothing was sent") as caught:
            client.do(lambda it: it.alerts.list(date_to=datetime(2026, 4, 20)))  # noqa: DTZ001 - what is tested
        assert caught.value.field_errors.keys() == {"date_to"}
        assert client.requests == []
