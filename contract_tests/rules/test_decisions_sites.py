"""Decisions about sites and their access lists that no page describes."""

from typing import Any

import pytest

from contract_tests.expectations import Expect
from contract_tests.steps import users
from contract_tests.steps.answers import UNKNOWN_ID, is_time, refuses_fields, walk
from contract_tests.steps.sites import MEMBER_FIELDS, SITE_FIELDS, access_list, listed_ids, path_to, save_access_list
from contract_tests.world import CAMERAS, GATEWAYS, SITES, World

INVALID_FIELD = "400 validation_error with field_errors for"
INVALID_TIMEZONES = ("Europe/Atlantis", "europe/berlin", "Europe", "../UTC", "", "+01:00", "Mars")


@pytest.mark.rules("AS-130")
def test_sites_are_listed_in_pages_newest_first(world: World, expect: Expect) -> None:
    made = []
    for _ in range(3):
        world.advance(2)
        made.append(world.site())
        world.grant(made[-1]["id"], "viewer")
    world.admin.patch(path_to(made[0]["id"]), {"name": (name := world.name("site"))})
    wanted = [*reversed(made[1:]), {**made[0], "name": name}]
    for actor, others in ((world.operator, world.sites), (world.viewer, world.granted)):
        for limit in (1, 2, 100):
            pages = walk(actor, SITES, limit=limit)
            found = [row for page in pages for row in page]
            expect("AS-130", all(len(page) == limit for page in pages[:-1]), f"full pages of {limit}", pages)
            expect.equal("AS-130", found[:3], wanted, "the newest three sites")
            expect.equal("AS-130", {row["id"] for row in found[3:]}, set(others), "the ids of the other sites")
            expect.equal("AS-130", actor.get(SITES, limit=limit)["total"], len(found), "total")
        body = actor.get(SITES).json
        expect.equal("AS-130", set(body), {"data", "next_cursor", "total"}, "the fields of the answer")
        expect(
            "AS-130", all(set(row) == SITE_FIELDS for row in body["data"]), f"the fields {SITE_FIELDS}", body["data"]
        )


@pytest.mark.rules("AS-131")
@pytest.mark.parametrize("size", [0, 1, 100, 101])
def test_a_new_site_has_a_name_of_1_to_100_characters(world: World, expect: Expect, size: int) -> None:
    known, name = listed_ids(world.admin), "ü" * size
    answer = world.admin.post(SITES, {"name": name})
    if 1 <= size <= 100:
        expect("AS-131", answer.is_(201) and answer["name"] == name, f"{size} characters to be accepted", answer)
        expect.equal("AS-131", listed_ids(world.admin), [answer["id"], *known], "the sites")
    else:
        expect("AS-131", refuses_fields(answer, "name"), f"{INVALID_FIELD} name", answer)
        expect.equal("AS-131", listed_ids(world.admin), known, "the sites afterwards")


@pytest.mark.rules("AS-131")
def test_the_timezone_of_a_new_site_is_utc_by_default(world: World, expect: Expect) -> None:
    for body, zone in (({}, "UTC"), ({"timezone": "Asia/Tokyo"}, "Asia/Tokyo")):
        answer = world.admin.post(SITES, {"name": (name := world.name("site")), **body})
        expect("AS-131", answer.is_(201), "201", answer)
        expect.equal("AS-131", set(answer.json), SITE_FIELDS, "the fields")
        expect.equal("AS-131", (answer["name"], answer["timezone"]), (name, zone), "name and timezone")
        expect("AS-131", is_time(answer["created_at"]), "created_at as a time", answer)
        expect.equal("AS-131", world.operator.get(path_to(answer["id"])).json, answer.json, "the site when read")
    answer = world.admin.post(SITES, {"timezone": "UTC"})
    expect("AS-131", refuses_fields(answer, "name"), f"{INVALID_FIELD} name", answer)


@pytest.mark.rules("AS-132")
@pytest.mark.parametrize("zone", INVALID_TIMEZONES)
def test_an_invalid_timezone_is_refused(world: World, expect: Expect, zone: str) -> None:
    site = world.site()
    answer = world.admin.post(SITES, {"name": world.name("site"), "timezone": zone})
    expect("AS-132", refuses_fields(answer, "timezone"), f"{INVALID_FIELD} timezone", answer)
    answer = world.admin.patch(path_to(site["id"]), {"name": "x", "timezone": zone})
    expect("AS-132", refuses_fields(answer, "timezone"), f"{INVALID_FIELD} timezone", answer)
    expect.equal("AS-132", world.admin.get(path_to(site["id"])).json, site, "after a refusal, the site")


@pytest.mark.rules("AS-133")
def test_a_site_not_granted_to_a_viewer_is_404_not_found(world: World, expect: Expect) -> None:
    site = world.site()["id"]
    for site_id in (site, world.sites[-1], UNKNOWN_ID):
        answer = world.viewer.get(path_to(site_id))
        expect("AS-133", answer.is_(404, "not_found"), "404 not_found", answer)
    world.grant(site, "viewer")
    for actor in (world.viewer, world.operator):
        answer = actor.get(path_to(site))
        expect("AS-133", answer.is_(200), f"200 for the {actor.name}", answer)


@pytest.mark.rules("AS-134")
def test_a_change_of_a_site_keeps_its_other_fields(world: World, expect: Expect) -> None:
    known: dict[str, Any] = world.site(timezone="Asia/Tokyo")
    path = path_to(known["id"])
    world.advance(60)
    for body in ({"name": world.name("site")}, {"timezone": "UTC"}, {"name": "x", "timezone": "Europe/Rome"}):
        known |= body
        answer = world.admin.patch(path, body)
        expect("AS-134", answer.is_(200), "200", answer)
        expect.equal("AS-134", answer.json, known, "the answer")
        expect.equal("AS-134", world.operator.get(path).json, known, "the site when read")


@pytest.mark.rules("AS-135")
@pytest.mark.parametrize("kind", ["camera", "gateway"])
def test_a_site_with_a_camera_or_gateway_cannot_be_deleted(world: World, expect: Expect, kind: str) -> None:
    site = world.site()["id"]
    left, change = (
        (f"{CAMERAS}/{world.camera(site_id=site)['id']}", {"site_id": world.sites[0]})
        if kind == "camera"
        else (f"{GATEWAYS}/{world.register(site_id=site)['id']}", {"site_id": world.sites[0]})
    )
    for in_use in (True, False):
        answer = world.admin.delete(path_to(site))
        if in_use:
            expect("AS-135", refuses_fields(answer, "id"), f"{INVALID_FIELD} id while a {kind} is left", answer)
            expect("AS-135", world.operator.get(path_to(site)).is_(200), "the site to exist", answer)
            world.operator.patch(left, change)
        else:
            expect("AS-135", answer.is_(204) and answer.body == b"", "204 once it is moved", answer)
            expect("AS-135", world.operator.get(left).is_(200), f"the {kind} to exist", left)


@pytest.mark.rules("AS-135")
def test_a_site_whose_cameras_are_deleted_can_be_deleted(world: World, expect: Expect) -> None:
    site = world.site()["id"]
    world.operator.delete(f"{CAMERAS}/{world.camera(site_id=site)['id']}")
    answer = world.admin.delete(path_to(site))
    expect("AS-135", answer.is_(204), "204", answer)


@pytest.mark.rules("AS-136")
def test_a_deleted_site_is_no_longer_granted(world: World, expect: Expect) -> None:
    site, other = world.site()["id"], world.site()["id"]
    for granted in (site, other):
        world.grant(granted, "viewer")
    before = listed_ids(world.viewer)
    world.admin.delete(path_to(site))
    expect.equal("AS-136", listed_ids(world.viewer), [known for known in before if known != site], "the viewer's sites")
    snapshot = world.control("GET", "/snapshot")["data"]["users"]
    kept = next(row["site_ids"] for row in snapshot if row["id"] == world.user_ids["viewer"])
    expect("AS-136", site not in kept and other in kept, "only the other site to be granted", kept)


@pytest.mark.rules("AS-137", "AS-138")
def test_an_access_list_shows_the_viewers_of_a_site(world: World, expect: Expect) -> None:
    site = world.site()["id"]
    invited = users.invite(world, role="viewer", site_ids=[site])["user"]
    viewer = world.user_ids["viewer"]
    for wanted in ([invited["id"]], [invited["id"], viewer], []):
        saved = save_access_list(world, site, wanted)
        expect("AS-138", saved.is_(200), "200", saved)
        read = world.admin.get(path_to(site, "/users"))
        for rule, answer in (("AS-137", read), ("AS-138", saved)):
            expect.equal(rule, set(answer.json), {"data", "total"}, "the fields")
            expect.equal(rule, {row["id"] for row in answer["data"]}, set(wanted), "the ids of the users")
            expect.equal(
                rule, (answer["total"], len(answer["data"])), (len(wanted), len(wanted)), "total and the number of rows"
            )
            expect(
                rule, all(set(row) == MEMBER_FIELDS for row in answer["data"]), f"the fields {MEMBER_FIELDS}", answer
            )
            shown = [row for row in answer["data"] if row["id"] == invited["id"]]
            known = {name: invited[name] for name in MEMBER_FIELDS}
            expect(rule, all(row == known for row in shown), f"{known}", shown)


@pytest.mark.rules("AS-138")
def test_an_access_list_ignores_users_of_other_roles(world: World, expect: Expect) -> None:
    site, viewer = world.site()["id"], world.user_ids["viewer"]
    others = [world.user_ids[role] for role in ("operator", "admin", "owner")]
    for named, wanted in ((others, []), ([*others, viewer], [viewer]), ([viewer, viewer], [viewer]), (others, [])):
        answer = save_access_list(world, site, named)
        expect("AS-138", answer.is_(200), "200", answer)
        for found in ([row["id"] for row in answer["data"]], access_list(world, site)):
            expect.equal("AS-138", found, wanted, "the ids on the access list")


@pytest.mark.rules("AS-139")
def test_a_user_of_another_org_on_an_access_list_is_refused(world: World, expect: Expect) -> None:
    site, viewer = world.site()["id"], world.user_ids["viewer"]
    world.grant(site, "viewer")
    foreign = world.outside.user_ids["viewer"]
    for listed, wrong in (
        ([UNKNOWN_ID], [0]),
        ([foreign], [0]),
        ([world.user_ids["operator"], UNKNOWN_ID, viewer, foreign], [1, 3]),
    ):
        answer = save_access_list(world, site, listed)
        expect(
            "AS-139",
            refuses_fields(answer, *(f"user_ids.{place}" for place in wrong)),
            f"{INVALID_FIELD} {wrong}",
            answer,
        )
        expect.equal("AS-139", access_list(world, site), [viewer], "after a refusal, the ids on the access list")
