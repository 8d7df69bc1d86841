"""Sites: which roles may change them, which callers see them, and deleting one."""

from typing import Any

import pytest

from contract_tests.actors import Actor
from contract_tests.expectations import Expect
from contract_tests.steps import users
from contract_tests.steps.answers import refused
from contract_tests.steps.cameras import bound_camera
from contract_tests.steps.sampling import MANY_ATTEMPTS
from contract_tests.steps.sites import access_list, listed_ids, path_to, save_access_list
from contract_tests.verdicts import Unavailable
from contract_tests.world import CAMERAS, EVENTS, GATEWAYS, RULES, SITES, World

_SCOPED = (SITES, CAMERAS, GATEWAYS, EVENTS)


@pytest.mark.rules("SITE-01")
@pytest.mark.parametrize("role", ["admin", "owner"])
def test_admins_and_the_owner_add_change_and_delete_sites(world: World, expect: Expect, role: str) -> None:
    actor, name = world.actor(role), world.name("site")
    added = actor.post(SITES, {"name": world.name("site")})
    if added.is_(400):
        raise Unavailable(f"adding a site was answered {added}")
    expect("SITE-01", added.is_(201), f"the {role} to add a site", added)
    changed = actor.patch(path_to(added["id"]), {"name": name})
    expect("SITE-01", changed.is_(200), f"the {role} to rename it", changed)
    expect.equal("SITE-01", world.operator.get(path_to(added["id"]))["name"], name, "the name")
    deleted = actor.delete(path_to(added["id"]))
    expect("SITE-01", deleted.is_(204), f"the {role} to delete it", deleted)
    expect("SITE-01", added["id"] not in listed_ids(world.operator), "the site not to be listed", added)


@pytest.mark.rules("SITE-01")
def test_no_other_caller_adds_changes_or_deletes_a_site(world: World, expect: Expect) -> None:
    site = world.site()
    for actor in (world.operator, world.viewer, world.anonymous, world.intruder):
        name = world.name("site")
        for answer in (
            actor.post(SITES, {"name": name}),
            actor.patch(path_to(site["id"]), {"name": name}),
            actor.delete(path_to(site["id"])),
        ):
            expect("SITE-01", answer.status in (401, 403), f"the {actor.name} to be refused", answer)
        found = {row["name"] for row in world.admin.get(SITES, limit=100)["data"]}
        expect("SITE-01", name not in found, f"no site of the {actor.name}", found)
    shown = world.admin.get(path_to(site["id"]))
    expect("SITE-01", shown.is_(200) and shown["name"] == site["name"], "the site unchanged", shown)


@pytest.mark.own_org
@pytest.mark.rules("SITE-02")
@pytest.mark.parametrize("role", ["operator", "admin", "owner"])
def test_an_access_list_changes_nothing_for_other_roles(world: World, expect: Expect, role: str) -> None:
    actor, site = world.actor(role), world.site()["id"]
    before = {path: actor.get(path).json for path in _SCOPED}
    for listed in ([world.user_ids[role]], [world.user_ids["viewer"]], []):
        answer = save_access_list(world, site, listed)
        expect("SITE-02", not refused(answer), "the access list to be saved", answer)
        for path, known in before.items():
            expect.equal("SITE-02", actor.get(path).json, known, f"{path} with {len(listed)} users on the access list")
        shown = actor.get(path_to(site))
        expect("SITE-02", shown.is_(200), f"200 for the {role}", shown)


@pytest.mark.own_org
@pytest.mark.rules("SITE-03")
def test_a_viewer_without_a_site_sees_nothing(world: World, expect: Expect) -> None:
    site = world.granted[0]
    camera, gateway = world.cameras(site)[0], world.bound_gateway
    event = world.record(camera_id=camera)[0]
    paths = {SITES: site, CAMERAS: camera, GATEWAYS: gateway, EVENTS: event}
    for path, known in paths.items():
        answer = world.viewer.get(f"{path}/{known}")
        expect("SITE-03", answer.is_(200), f"200 from {path} for an object at a granted site", answer)
    for granted in world.granted:
        save_access_list(world, granted, [])
    for path, known in paths.items():
        for _ in range(MANY_ATTEMPTS):
            shown = world.viewer.get(path)
            expect.equal("SITE-03", (shown["data"], shown["total"]), ([], 0), f"the items of {path} and their total")
            answer = world.viewer.get(f"{path}/{known}")
            expect("SITE-03", refused(answer), f"an object of {path} to be refused", answer)
        answer = world.operator.get(f"{path}/{known}")
        expect("SITE-03", answer.is_(200), f"200 from {path} for an operator", answer)
    for path in (CAMERAS, EVENTS):
        answer = world.viewer.get(path, site_id=site)
        expect("SITE-03", refused(answer), f"{path} filtered by the site to be refused", answer)


@pytest.mark.rules("SITE-04")
def test_saving_an_access_list_replaces_it(world: World, expect: Expect) -> None:
    first, second = world.user_ids["viewer"], _another_viewer(world)
    site, other = world.site()["id"], world.site()["id"]
    save_access_list(world, other, [first])
    for listed in ([first], [second], [first, second], [second], [], [second, first]):
        answer = save_access_list(world, site, listed)
        expect("SITE-04", answer.is_(200), "the access list to be saved", answer)
        expect.equal("SITE-04", sorted(access_list(world, site)), sorted(listed), "the ids on the access list")
        expect.equal("SITE-04", access_list(world, other), [first], "the ids on the access list of another site")


@pytest.mark.rules("SITE-05")
def test_a_change_of_access_applies_to_the_next_call(world: World, expect: Expect) -> None:
    viewer, site = world.user_ids["viewer"], world.site()["id"]
    camera = world.camera(site_id=site)["id"]
    for listed in ([viewer], [], [viewer], []):
        world.viewer.get(path_to(site))
        save_access_list(world, site, listed)
        for path in (path_to(site), f"{CAMERAS}/{camera}"):
            answer = world.viewer.get(path)
            expect(
                "SITE-05", answer.is_(200) is bool(listed), f"{path} to be {'shown' if listed else 'hidden'}", answer
            )
        expect.equal("SITE-05", site in listed_ids(world.viewer), bool(listed), "whether the site is listed")
    world.operator.delete(f"{CAMERAS}/{camera}")


@pytest.mark.rules("SITE-07")
@pytest.mark.parametrize(
    "body",
    [{"user_ids": "*"}, {"user_ids": ["*"]}, {"user_ids": "all"}, {"all": True}, {"user_ids": [], "all": True}, {}],
    ids=str,
)
def test_a_site_cannot_be_granted_to_all_users_at_once(world: World, expect: Expect, body: dict[str, Any]) -> None:
    site, viewer = world.site()["id"], world.user_ids["viewer"]
    answer = world.admin.call("PUT", path_to(site, "/users"), json=body)
    expect("SITE-07", viewer not in access_list(world, site), "no user on the access list", answer)
    expect("SITE-07", site not in listed_ids(world.viewer), "the site not to be listed", answer)
    expect("SITE-07", refused(answer), "a refusal", answer)


@pytest.mark.rules("SITE-08")
def test_every_site_has_a_timezone(world: World, expect: Expect) -> None:
    made = world.site()
    for answer in (made, world.admin.get(path_to(made["id"]))):
        expect("SITE-08", isinstance(answer["timezone"], str) and answer["timezone"], "a timezone", answer)
    for row in world.admin.get(SITES, limit=100)["data"]:
        expect("SITE-08", bool(row.get("timezone")), "a timezone", row)
    for zone in ("Europe/Berlin", "America/New_York", "UTC"):
        changed = world.admin.patch(path_to(made["id"]), {"timezone": zone})
        expect("SITE-08", changed.is_(200), f"{zone} to be accepted", changed)
        new = world.site(timezone=zone)
        for shown in (new["timezone"], changed["timezone"]):
            expect.equal("SITE-08", shown, zone, "the timezone")
        for site in (new, made):
            expect.equal("SITE-08", world.admin.get(path_to(site["id"]))["timezone"], zone, "the timezone when read")


@pytest.mark.rules("SITE-09")
def test_a_deleted_site_is_404(world: World, expect: Expect) -> None:
    site = world.site()["id"]
    answer = world.admin.delete(path_to(site))
    expect("SITE-09", answer.is_(204), "204", answer)
    for actor in (world.admin, world.operator):
        answer = actor.get(path_to(site))
        expect("SITE-09", answer.is_(404), "404", answer)
        expect("SITE-09", site not in listed_ids(actor), f"the site not to be listed for the {actor.name}", site)
    for answer in (world.admin.get(path_to(site, "/users")), world.admin.patch(path_to(site), {"name": "x"})):
        expect("SITE-09", answer.is_(404), "404", answer)


@pytest.mark.rules("SITE-10")
def test_a_site_can_be_deleted_after_its_cameras_and_gateways(world: World, expect: Expect) -> None:
    site = world.site()["id"]
    cameras = [bound_camera(world, site_id=site), world.camera(site_id=site)]
    rule = world.rule(scope_type="specific_sites", site_ids=[site])["id"]
    steps: list[tuple[str, str, Any, Actor]] = [("PATCH", f"{RULES}/{rule}", {"enabled": False}, world.operator)]
    steps += [("DELETE", f"{CAMERAS}/{camera['id']}", None, world.operator) for camera in cameras]
    steps += [("DELETE", f"{GATEWAYS}/{cameras[0]['gateway_id']}", None, world.operator)]
    steps += [("DELETE", path_to(site), None, world.admin)]
    for method, path, body, actor in steps:
        answer = actor.call(method, path, **({} if body is None else {"json": body}))
        expect("SITE-10", answer.status in (200, 204), f"{method} {path} to succeed", answer)
    for path in (path_to(site), *(f"{CAMERAS}/{camera['id']}" for camera in cameras)):
        answer = world.operator.get(path)
        expect("SITE-10", answer.is_(404), f"404 from {path}", answer)
    shown = world.operator.get(f"{RULES}/{rule}")
    expect("SITE-10", shown.is_(200) and shown["enabled"] is False, "the rule to be disabled", shown)


def _another_viewer(world: World) -> str:
    return str(users.invite(world, role="viewer", site_ids=[world.sites[0]])["user"]["id"])
