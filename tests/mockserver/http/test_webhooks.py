"""Webhooks, created, changed and deleted: rules WH-… of the API."""

import re
from typing import Any

import pytest

from tests.harness import JSON, World
from tests.mockserver.http.messages import sent_messages
from tests.mockserver.http.steps import UNKNOWN, done, new_webhook, ok, refused

WEBHOOKS = "/api/v1/webhooks"
TYPES = ["alert", "event", "camera_status", "gateway_status"]
SHOWN = {"id", "name", "url", "event_types", "enabled", "created_at"}
SECRET = re.compile(r"whsec_live_[0-9a-f]{32}")


def test_webhook_from_creation_to_deletion(world: World) -> None:
    created = new_webhook(world, "event", "alert", name="Pager", url="https://hooks.example.com:8443/a?b=c")
    assert created.keys() == SHOWN | {"secret"}
    shown = {name: created[name] for name in SHOWN}
    assert (shown["name"], shown["url"]) == ("Pager", "https://hooks.example.com:8443/a?b=c")
    assert (shown["event_types"], shown["enabled"]) == (["event", "alert"], True)
    path = f"{WEBHOOKS}/{created['id']}"
    assert ok(world.operator.get(path)) == shown
    changed = ok(world.operator.patch(path, json={"name": "New", "event_types": ["camera_status"], "enabled": False}))
    assert changed == {**shown, "name": "New", "event_types": ["camera_status"], "enabled": False}
    assert ok(world.operator.get(WEBHOOKS)) == {"data": [changed], "next_cursor": None, "total": 1}
    done(world.operator.delete(path))
    refused(world.operator.get(path), 404)
    refused(world.operator.delete(path), 404)
    assert ok(world.operator.get(WEBHOOKS))["total"] == 0


def test_webhooks_are_listed_by_pages_newest_first(world: World) -> None:
    ids = {new_webhook(world)["id"] for _ in range(5)}
    first = ok(world.operator.get(WEBHOOKS, params={"limit": 3}))
    second = ok(world.operator.get(WEBHOOKS, params={"limit": 3, "cursor": first["next_cursor"]}))
    found = [*first["data"], *second["data"]]
    assert {webhook["id"] for webhook in found} == ids
    assert found == sorted(found, key=lambda webhook: (webhook["created_at"], webhook["id"]), reverse=True)
    assert (first["total"], second["total"], second["next_cursor"]) == (5, 5, None)


def test_secret_is_shown_once(world: World) -> None:
    created = new_webhook(world)
    path = f"{WEBHOOKS}/{created['id']}"
    rotated = ok(world.admin.post(f"{path}/rotate-secret"))
    assert rotated.keys() == {"id", "secret"}
    assert rotated["id"] == created["id"]
    assert SECRET.fullmatch(created["secret"])
    assert SECRET.fullmatch(rotated["secret"])
    assert created["secret"] != rotated["secret"]
    for answer in (world.owner.get(path), world.owner.get(WEBHOOKS), world.owner.patch(path, json={"name": "x"})):
        assert "whsec" not in answer.text


def test_operator_may_not_rotate_the_secret(world: World) -> None:
    refused(world.operator.post(f"{WEBHOOKS}/{new_webhook(world)['id']}/rotate-secret"), 403)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"url": "http://hooks.example.com/"}, "url"),
        ({"url": "https://user:word@hooks.example.com/"}, "url"),
        ({"url": "https://hooks.example.com/#part"}, "url"),
        ({"url": "ftp://hooks.example.com/"}, "url"),
        ({"url": "hooks.example.com"}, "url"),
        ({"url": "https://"}, "url"),
        ({"url": "https://hooks.example.com/" + "x" * 2048}, "url"),
        ({"event_types": []}, "event_types"),
        ({"event_types": ["event", "event"]}, "event_types"),
        ({"event_types": ["event.created"]}, "event_types.0"),
        ({"event_types": ["alert", "user.login"]}, "event_types.1"),
        ({"event_types": "event"}, "event_types"),
        ({"enabled": None}, "enabled"),
        ({"secret": "mine"}, "secret"),
    ],
)
def test_wrong_field_is_refused_by_name(world: World, fields: JSON, named: str) -> None:
    right = {"name": "Hook", "url": "https://hooks.example.com/", "event_types": ["event"]}
    refused(world.operator.post(WEBHOOKS, json=right | fields), 400, named)
    path = f"{WEBHOOKS}/{new_webhook(world)['id']}"
    before = ok(world.operator.get(path))
    refused(world.operator.patch(path, json=fields), 400, named)
    assert ok(world.operator.get(path)) == before


@pytest.mark.parametrize("missing", ["name", "url", "event_types"])
def test_new_webhook_needs_a_name_a_url_and_event_types(world: World, missing: str) -> None:
    right: JSON = {"name": "Hook", "url": "https://hooks.example.com/", "event_types": ["event"]}
    del right[missing]
    refused(world.operator.post(WEBHOOKS, json=right), 400, missing)


@pytest.mark.parametrize("type_", TYPES)
def test_test_message_has_the_first_event_type(world: World, type_: str) -> None:
    webhook = new_webhook(world, type_, *(other for other in TYPES if other != type_))
    answer = ok(world.operator.post(f"{WEBHOOKS}/{webhook['id']}/test"), 202)
    [message] = sent_messages(world)
    assert answer == {"delivery_id": message["webhook_id"]}
    assert message["event_type"] == type_
    assert message["data"]


def test_disabled_webhook_cannot_be_tested(world: World) -> None:
    webhook = new_webhook(world, enabled=False)
    refused(world.operator.post(f"{WEBHOOKS}/{webhook['id']}/test"), 400, "id")
    assert sent_messages(world) == []


@pytest.mark.parametrize(
    ("method", "suffix", "body"),
    [("GET", "", None), ("PATCH", "", {"name": "x"}), ("DELETE", "", None), ("POST", "/test", None),
     ("POST", "/rotate-secret", None)],
)  # fmt: skip
def test_unknown_webhook_is_not_found(world: World, method: str, suffix: str, body: JSON | None) -> None:
    arguments: dict[str, Any] = {} if body is None else {"json": body}
    refused(world.admin.request(method, f"{WEBHOOKS}/{UNKNOWN}{suffix}", **arguments), 404)
