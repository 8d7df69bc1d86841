"""Sites and their access lists: rules SITE-… of the API."""

import httpx
import pytest

from tests.harness import JSON, Running, World
from tests.mockserver.http.steps import UNKNOWN, done, instant, new_camera, new_code, new_site, ok, refused

SITES, EVENTS, GATEWAYS, CAMERAS = "/api/v1/sites", "/api/v1/events", "/api/v1/gateways", "/api/v1/cameras"


def at(site: JSON, part: str = "") -> str:
    return f"{SITES}/{site['id']}{part}"


def ids(response: httpx.Response) -> list[str]:
    return [item["id"] for item in ok(response)["data"]]


def user_id(world: World, role: str) -> str:
    return str(world.described["actors"][role]["user_id"])


def camera_at(world: World, site_id: str) -> str:
    return next(str(camera["id"]) for camera in world.cameras if camera["site_id"] == site_id)


def grant(world: World, site_id: str, *user_ids: str) -> JSON:
    """Grant a site to these users and return the answer."""
    answer: JSON = ok(world.admin.put(f"{SITES}/{site_id}/users", json={"user_ids": user_ids}))
    return answer


def clear_site(world: World, site_id: str) -> None:
    """Delete the cameras and gateways of a site."""
    for camera in world.cameras:
        if camera["site_id"] == site_id:
            done(world.operator.delete(f"{CAMERAS}/{camera['id']}"))
    for gateway in world.gateways:
        if gateway["site_id"] == site_id:
            done(world.operator.delete(f"{GATEWAYS}/{gateway['id']}"))


def test_site_from_creation_to_deletion(frozen: World) -> None:
    now = instant(frozen.running.control("GET", "/clock")["now"])
    site = ok(frozen.admin.post(SITES, json={"name": "Quay", "timezone": "Europe/Lisbon"}), 201)
    assert site == {
        "id": site["id"], "name": "Quay", "timezone": "Europe/Lisbon", "created_at": site["created_at"],
    }  # fmt: skip
    assert instant(site["created_at"]) == now
    assert ok(frozen.operator.get(at(site))) == site
    changed = ok(frozen.admin.patch(at(site), json={"name": "Pier"}))
    assert changed == site | {"name": "Pier"} == ok(frozen.operator.get(at(site)))
    assert ok(frozen.admin.patch(at(site), json={"timezone": "UTC"}))["timezone"] == "UTC"
    listed = ok(frozen.operator.get(SITES))
    assert (listed["total"], listed["next_cursor"]) == (3, None)
    assert listed["data"][0] == site | {"name": "Pier", "timezone": "UTC"}
    done(frozen.admin.delete(at(site)))
    for answer in (frozen.owner.get(at(site)), frozen.owner.patch(at(site), json={"name": "x"})):
        refused(answer, 404)
    refused(frozen.owner.delete(at(site)), 404)
    assert sorted(ids(frozen.operator.get(SITES))) == sorted(frozen.sites)


def test_default_time_zone_is_utc(world: World) -> None:
    assert new_site(world)["timezone"] == "UTC"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["name"]),
        ({"name": ""}, ["name"]),
        ({"name": "n" * 101}, ["name"]),
        ({"name": "Quay", "timezone": "Europe/Atlantis"}, ["timezone"]),
        ({"name": "Quay", "timezone": "europe/berlin"}, ["timezone"]),
        ({"name": "Quay", "timezone": "Europe"}, ["timezone"]),
        ({"name": "Quay", "timezone": "../UTC"}, ["timezone"]),
        ({"name": "Quay", "timezone": ""}, ["timezone"]),
        ({"name": "Quay", "timezone": None}, ["timezone"]),
        ({"name": "Quay", "colour": "red"}, ["colour"]),
    ],
)
def test_bad_site_is_refused_by_its_fields(world: World, body: JSON, fields: list[str]) -> None:
    refused(world.admin.post(SITES, json=body), 400, *fields)
    assert ok(world.admin.get(SITES))["total"] == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"name": ""}, "name"),
        ({"name": "fine", "timezone": "Mars/Olympus"}, "timezone"),
        ({"name": "fine", "created_at": "2026-01-01T00:00:00Z"}, "created_at"),
    ],
)
def test_bad_change_is_refused_as_a_whole(world: World, body: JSON, field: str) -> None:
    site = new_site(world)
    refused(world.admin.patch(at(site), json=body), 400, field)
    assert ok(world.admin.get(at(site))) == site


def test_sites_are_listed_in_pages(world: World) -> None:
    made = {new_site(world)["id"] for _ in range(3)}
    first = ok(world.operator.get(SITES, params={"limit": 3}))
    second = ok(world.operator.get(SITES, params={"limit": 3, "cursor": first["next_cursor"]}))
    assert (first["total"], second["total"], second["next_cursor"]) == (5, 5, None)
    assert {site["id"] for site in first["data"]} == made
    assert {site["id"] for site in second["data"]} == set(world.sites)


def test_viewer_sees_granted_sites_only(world: World) -> None:
    granted_site, other_site = world.sites
    assert ids(world.viewer.get(SITES)) == [granted_site]
    assert ok(world.viewer.get(SITES))["total"] == 1
    assert ok(world.viewer.get(f"{SITES}/{granted_site}"))["id"] == granted_site
    refused(world.viewer.get(f"{SITES}/{other_site}"), 404)
    grant(world, granted_site)
    assert ok(world.viewer.get(SITES)) == {"data": [], "next_cursor": None, "total": 0}
    assert ok(world.viewer.get(CAMERAS))["total"] == 0
    assert sorted(ids(world.operator.get(SITES))) == sorted(world.sites)


def test_site_in_use_cannot_be_deleted(world: World) -> None:
    granted_site, other_site = world.sites
    for site_id in (granted_site, other_site):
        refused(world.admin.delete(f"{SITES}/{site_id}"), 400, "id")
    site = new_site(world)
    camera = new_camera(world, site_id=site["id"])
    refused(world.admin.delete(at(site)), 400, "id")
    ok(world.operator.patch(f"{CAMERAS}/{camera['id']}", json={"site_id": other_site}))
    gateway = new_code(world, site_id=site["id"])["id"]
    refused(world.admin.delete(at(site)), 400, "id")
    ok(world.operator.patch(f"{GATEWAYS}/{gateway}", json={"site_id": other_site}))
    done(world.admin.delete(at(site)))


def test_snapshot_after_a_deleted_site_can_be_restored(isolated: Running) -> None:
    world = isolated.org()
    granted_site, other_site = world.sites
    viewer = user_id(world, "viewer")
    grant(world, other_site, viewer)
    seen = world.record(camera_id=camera_at(world, granted_site))["data"][0]
    clear_site(world, granted_site)
    done(world.admin.delete(f"{SITES}/{granted_site}"))
    taken = isolated.control("GET", "/snapshot")
    isolated.control("POST", "/reset")
    isolated.control("PUT", "/snapshot", json=taken)
    assert next(row for row in taken["data"]["users"] if row["id"] == viewer)["site_ids"] == [other_site]
    assert ids(world.viewer.get(SITES)) == [other_site]
    event = ok(world.operator.get(f"{EVENTS}/{seen}"))
    assert event["camera_deleted"]
    assert ids(world.operator.get(EVENTS, params={"camera_id": event["camera_id"]})) == [seen]
    refused(world.viewer.get(f"{EVENTS}/{seen}"), 403)
    assert ids(world.viewer.get(EVENTS)) == []


def test_access_list_names_the_viewers_of_a_site(world: World) -> None:
    granted_site, other_site = world.sites
    actor = world.described["actors"]["viewer"]
    member = {"id": actor["user_id"], "email": actor["email"], "display_name": "Vera Viewer", "role": "viewer"}
    assert ok(world.admin.get(f"{SITES}/{granted_site}/users")) == {"data": [member], "total": 1}
    assert ok(world.admin.get(f"{SITES}/{other_site}/users")) == {"data": [], "total": 0}
    assert grant(world, other_site, actor["user_id"]) == {"data": [member], "total": 1}
    assert ok(world.admin.get(f"{SITES}/{other_site}/users")) == {"data": [member], "total": 1}


def test_access_list_is_replaced_and_applies_from_the_next_call(world: World) -> None:
    granted_site, other_site = world.sites
    event = world.record(camera_id=camera_at(world, other_site))["data"][0]
    viewer = world.viewer
    refused(viewer.get(f"{EVENTS}/{event}"), 403)
    grant(world, other_site, user_id(world, "viewer"))
    assert sorted(ids(viewer.get(SITES))) == sorted(world.sites)
    ok(viewer.get(f"{EVENTS}/{event}"))
    grant(world, granted_site, user_id(world, "viewer"))
    assert sorted(ids(viewer.get(SITES))) == sorted(world.sites)
    grant(world, other_site)
    assert ids(viewer.get(SITES)) == [granted_site]
    refused(viewer.get(f"{EVENTS}/{event}"), 403)


def test_access_of_other_roles_does_not_change(world: World) -> None:
    granted_site = world.sites[0]
    user_ids = [user_id(world, role) for role in ("owner", "admin", "operator")]
    assert grant(world, granted_site, *user_ids) == {"data": [], "total": 0}
    assert grant(world, granted_site, *user_ids, user_id(world, "viewer"))["total"] == 1
    assert grant(world, granted_site)["total"] == 0
    for role in ("owner", "admin", "operator"):
        assert ok(world.actor(role).get(SITES))["total"] == 2
        assert ok(world.actor(role).get(CAMERAS))["total"] == 4


def test_user_named_twice_is_granted_once(world: World) -> None:
    viewer = user_id(world, "viewer")
    assert grant(world, world.sites[1], viewer, viewer.upper())["total"] == 1
    taken = world.running.control("GET", "/snapshot")["data"]["users"]
    assert sorted(next(row for row in taken if row["id"] == viewer)["site_ids"]) == sorted(world.sites)


@pytest.mark.parametrize(
    ("users", "fields"),
    [
        ([UNKNOWN], ["user_ids.0"]),
        (["viewer", UNKNOWN, "owner", UNKNOWN], ["user_ids.1", "user_ids.3"]),
        (["viewer", "x"], ["user_ids.1"]),
        (None, ["user_ids"]),
    ],
)
def test_access_list_with_an_unknown_user_is_refused(world: World, users: list[str] | None, fields: list[str]) -> None:
    user_ids = (
        None
        if users is None
        else [user_id(world, name) if name in world.described["actors"] else name for name in users]
    )
    path = f"{SITES}/{world.sites[1]}/users"
    refused(world.admin.put(path, json={"user_ids": user_ids}), 400, *fields)
    assert ok(world.admin.get(path))["total"] == 0


def test_access_list_of_an_unknown_site_is_not_found(world: World) -> None:
    refused(world.admin.get(f"{SITES}/{UNKNOWN}/users"), 404)
    refused(world.admin.put(f"{SITES}/{UNKNOWN}/users", json={"user_ids": []}), 404)
