"""The users of an org: invited, changed, disabled, deleted."""

from typing import Any

import pytest

from tests.harness import JSON, Running, World
from tests.mockserver.http.steps import CODES, UNKNOWN, done, invite, log_in, new_code, ok, pair, refused, sessions

USERS = "/api/v1/users"
NEW: JSON = {"email": "new@example.com", "display_name": "New", "role": "operator"}


def user(world: World, role: str) -> str:
    return f"{USERS}/{world.described['actors'][role]['user_id']}"


def test_users_are_listed_in_pages_newest_first(world: World) -> None:
    invited = [invite(world) for _ in range(3)]
    listed = ok(world.admin.get(USERS))
    assert listed["total"] == 7
    assert {row["id"] for row in listed["data"][:3]} == {person["id"] for person in invited}
    first = ok(world.admin.get(USERS, params={"limit": 4}))
    second = ok(world.admin.get(USERS, params={"limit": 4, "cursor": first["next_cursor"]}))
    assert first["data"] + second["data"] == listed["data"]
    assert (second["next_cursor"], second["total"]) == (None, 7)
    assert listed["data"][0].keys() == {"id", "email", "display_name", "role", "enabled", "created_at"}


def test_invited_user_exists_and_can_log_in_with_the_temporary_password(world: World) -> None:
    answer = ok(world.admin.post(USERS, json={**NEW, "email": f"New@{world.id}.example.com"}), 201)
    assert answer.keys() == {"user", "invitation_sent", "temporary_password"}
    assert answer["invitation_sent"] is False
    assert len(answer["temporary_password"]) == 12
    invited = answer["user"]
    assert invited == {**NEW, "id": invited["id"], "email": f"new@{world.id}.example.com", "enabled": True}
    read = ok(world.admin.get(f"{USERS}/{invited['id']}"))
    assert {name: read[name] for name in invited} == invited
    person = {"email": f"NEW@{world.id}.example.com", "password": answer["temporary_password"]}
    assert log_in(world.running, person)["user"]["id"] == invited["id"]


def test_temporary_passwords_differ(world: World) -> None:
    assert len({invite(world)["password"] for _ in range(5)}) == 5


def test_invited_viewer_sees_the_sites_granted(world: World) -> None:
    person = invite(world, role="viewer", site_ids=[world.sites[1].upper()])
    viewer = world.running.client(log_in(world.running, person)["access_token"])
    granted, other = (
        next(camera["id"] for camera in world.cameras if camera["site_id"] == site) for site in world.sites[:2][::-1]
    )
    event = world.record(camera_id=granted)["data"][0]
    world.record(camera_id=other)
    assert [row["id"] for row in ok(viewer.get("/api/v1/events"))["data"]] == [event]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": None}, "email"),
        ({"email": "nobody"}, "email"),
        ({"email": f"{'x' * 250}@example.com"}, "email"),
        ({"display_name": None}, "display_name"),
        ({"display_name": ""}, "display_name"),
        ({"display_name": "x" * 101}, "display_name"),
        ({"role": None}, "role"),
        ({"role": "owner"}, "role"),
        ({"role": "emperor"}, "role"),
        ({"role": "viewer"}, "site_ids"),
        ({"role": "viewer", "site_ids": []}, "site_ids"),
        ({"role": "viewer", "site_ids": ["x"]}, "site_ids.0"),
        ({"role": "viewer", "site_ids": [UNKNOWN]}, "site_ids.0"),
        ({"password": "x"}, "password"),
    ],
)
def test_invitation_that_is_wrong_is_refused(world: World, changes: JSON, field: str) -> None:
    body = {name: value for name, value in {**NEW, **changes}.items() if value is not None}
    refused(world.admin.post(USERS, json=body), 400, field)
    assert ok(world.admin.get(USERS))["total"] == 4


def test_site_of_another_org_is_unknown(world: World, shared: Running) -> None:
    site_ids = [world.sites[0], shared.org().sites[0]]
    body = {**NEW, "role": "viewer", "site_ids": site_ids}
    refused(world.admin.post(USERS, json=body), 400, "site_ids.1")


def test_sites_are_ignored_for_other_roles(world: World) -> None:
    person = invite(world, site_ids=[UNKNOWN])
    ok(world.admin.patch(f"{USERS}/{person['id']}", json={"role": "viewer"}))
    viewer = world.running.client(log_in(world.running, person)["access_token"])
    world.record()
    assert ok(viewer.get("/api/v1/events"))["total"] == 0


def test_email_is_unique_in_an_org_whatever_its_case(world: World, shared: Running) -> None:
    person = invite(world, email=f"Twice@{world.id}.example.com")
    for email in (person["email"], person["email"].upper(), world.described["actors"]["owner"]["email"]):
        body = refused(world.admin.post(USERS, json={**NEW, "email": email}), 409)
        assert body["error"] == "conflict"
    assert invite(shared.org(), email=person["email"])["id"] != person["id"]
    done(world.admin.delete(f"{USERS}/{person['id']}"))
    invite(world, email=person["email"])


def test_change_keeps_what_it_does_not_name(world: World) -> None:
    before = ok(world.admin.get(user(world, "operator")))
    changed = ok(world.admin.patch(user(world, "operator"), json={"display_name": "Other"}))
    assert changed == {**before, "display_name": "Other"} == ok(world.admin.get(user(world, "operator")))


def test_new_role_applies_from_the_next_call(world: World) -> None:
    person = invite(world)
    client = world.running.client(log_in(world.running, person)["access_token"])
    for role, status in (("admin", 200), ("operator", 403)):
        assert ok(world.admin.patch(f"{USERS}/{person['id']}", json={"role": role}))["role"] == role
        assert client.get(USERS).status_code == status
    ok(world.admin.patch(user(world, "operator"), json={"role": "viewer"}))
    refused(world.operator.get("/api/v1/events/export"), 403)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, "body"),
        ({"role": "owner"}, "role"),
        ({"enabled": "no"}, "enabled"),
        ({"display_name": ""}, "display_name"),
        ({"email": "x@example.com"}, "email"),
        ({"site_ids": []}, "site_ids"),
    ],
)
def test_change_that_is_wrong_is_refused(world: World, changes: JSON, field: str) -> None:
    refused(world.admin.patch(user(world, "operator"), json=changes), 400, field)


@pytest.mark.parametrize(("changes", "field"), [({"role": "admin"}, "role"), ({"enabled": False}, "enabled")])
def test_owner_keeps_role_and_access(world: World, changes: JSON, field: str) -> None:
    before = ok(world.admin.get(user(world, "owner")))
    refused(world.admin.patch(user(world, "owner"), json=changes), 400, field)
    refused(world.admin.delete(user(world, "owner")), 400, "id")
    assert ok(world.admin.get(user(world, "owner"))) == before
    assert ok(world.admin.patch(user(world, "owner"), json={"display_name": "Queen"}))["display_name"] == "Queen"


def test_disabled_user_is_locked_out_at_once_and_let_in_again_when_enabled(world: World) -> None:
    actor = world.described["actors"]["operator"]
    login = log_in(world.running, actor)
    client = world.running.client(login["access_token"])
    assert ok(world.admin.patch(user(world, "operator"), json={"enabled": False}))["enabled"] is False
    for caller in (world.operator, client):
        refused(caller.get("/api/v1/events"), 401)
    refresh = {"refresh_token": login["refresh_token"]}
    refused(world.running.client().post("/api/v1/auth/refresh", json=refresh), 401)
    assert sessions(world, actor["user_id"]) == []
    ok(world.admin.patch(user(world, "operator"), json={"enabled": True}))
    ok(world.operator.get("/api/v1/events"))
    refused(client.get("/api/v1/events"), 401)
    ok(world.running.client(log_in(world.running, actor)["access_token"]).get("/api/v1/events"))


def test_deleted_user_is_gone_with_keys_and_sessions(world: World) -> None:
    actor = world.described["actors"]["operator"]
    client = world.running.client(log_in(world.running, actor)["access_token"])
    done(world.admin.delete(user(world, "operator")))
    for caller in (world.operator, client):
        refused(caller.get("/api/v1/events"), 401)
    refused(world.admin.get(user(world, "operator")), 404)
    refused(world.admin.delete(user(world, "operator")), 404)
    stored: dict[str, list[Any]] = world.running.control("GET", "/snapshot")["data"]
    assert not [row for rows in stored.values() for row in rows if actor["user_id"] in (row.get("user_id"), row["id"])]


def test_keys_of_a_service_account_are_shown_by_their_prefix(world: World) -> None:
    actor = world.described["actors"]["operator"]
    keys = ok(world.admin.get(f"/api/v1/service-accounts/{actor['user_id']}/keys"))["keys"]
    assert [(key["prefix"], key["name"], key["expires_at"]) for key in keys] == [("sk_live_", "key", None)]
    assert keys[0].keys() == {"id", "prefix", "name", "created_at", "expires_at"}
    assert ok(world.admin.get(f"/api/v1/service-accounts/{invite(world)['id']}/keys")) == {"keys": []}
    refused(world.admin.get(f"/api/v1/service-accounts/{UNKNOWN}/keys"), 404)


def test_expired_key_is_listed_too(isolated: Running) -> None:
    with isolated.client("sk_live_acme_admin") as admin:
        operator = ok(isolated.client("sk_live_acme_operator").get("/api/v1/auth/me"))["id"]
        keys = ok(admin.get(f"/api/v1/service-accounts/{operator}/keys"))["keys"]
        assert [key["expires_at"] for key in keys] == ["2026-03-01T00:00:00Z", None]


def test_gateway_is_no_user(world: World) -> None:
    key = pair(world.running, new_code(world))["api_key"]
    body = refused(world.running.client(key).get("/api/v1/auth/me"), 403)
    assert body["error"] == CODES[403]
