"""Moving and deleting a camera, and what happens to its events and to the rules for it."""

from typing import Any

import pytest

from contract_tests.expectations import Expect
from contract_tests.steps.answers import JSON, all_rows
from contract_tests.steps.cameras import STATUSES, bound_camera, new_gateway, online_camera, path_to, status, trigger
from contract_tests.verdicts import Unavailable
from contract_tests.world import EVENTS, GATEWAYS, RULES, World, require_body

#: The fields that a player of an event needs.
_PLAYBACK_FIELDS = ("clip_url", "clip_start_at", "clip_end_at", "snapshot_url", "recording_source")


def _move(world: World, camera_id: str, **fields: Any) -> JSON:
    """Move a camera and return the answer. Raises Unavailable."""
    return require_body(world.operator.patch(path_to(camera_id), fields), 200, "moving a camera")


def _other_site(world: World) -> str:
    """Return a site other than the first. Raises Unavailable."""
    if len(world.sites) < 2:
        raise Unavailable("this takes two sites")
    return world.sites[-1]


def _events(world: World, **filters: Any) -> dict[str, JSON]:
    return {row["id"]: row for row in all_rows(world.operator, EVENTS, limit=100, **filters)}


@pytest.mark.rules("CAM-23")
@pytest.mark.own_org
def test_events_of_a_deleted_camera_remain_marked_as_such(world: World, expect: Expect) -> None:
    camera, other = world.camera(), world.camera()
    event, untouched = trigger(world, camera["id"]), trigger(world, other["id"])
    before = _events(world, camera_id=camera["id"])
    expect("CAM-23", before[event["id"]]["camera_deleted"] is False, "camera_deleted false before", before)
    answer = world.operator.delete(path_to(camera["id"]))
    expect("CAM-23", answer.is_(204), "204", answer)
    after = _events(world, camera_id=camera["id"])
    expect.equal("CAM-23", set(after), set(before), "the camera's events")
    for row in after.values():
        expect.equal("CAM-23", row, {**before[row["id"]], "camera_deleted": True}, "a listed event")
    shown = world.operator.get(f"{EVENTS}/{event['id']}")
    expect("CAM-23", shown.is_(200) and shown["camera_deleted"] is True, "the event with camera_deleted true", shown)
    for name in (*_PLAYBACK_FIELDS, "camera_id", "camera_name"):
        expect.equal("CAM-23", shown[name], event[name], name)
    shown = world.operator.get(f"{EVENTS}/{untouched['id']}")
    expect("CAM-23", shown["camera_deleted"] is False, "camera_deleted false for an event of another camera", shown)


@pytest.mark.rules("CAM-24")
def test_a_rule_without_cameras_left_is_disabled(world: World, expect: Expect) -> None:
    first, second = world.camera()["id"], world.camera()["id"]
    single = world.rule(scope_type="specific_cameras", camera_ids=[first])
    both = world.rule(scope_type="specific_cameras", camera_ids=[first, second])
    for rule in (single, both):
        expect.equal("CAM-24", world.operator.get(f"{RULES}/{rule['id']}")["enabled"], True, "enabled at first")
    for gone, still in ((first, True), (second, False)):
        world.operator.delete(path_to(gone))
        expect.equal(
            "CAM-24",
            world.operator.get(f"{RULES}/{single['id']}")["enabled"],
            False,
            "enabled of the rule for one camera",
        )
        shown = world.operator.get(f"{RULES}/{both['id']}")
        expect.equal("CAM-24", shown["enabled"], still, "enabled of the rule for both cameras")
        expect.equal("CAM-24", shown["name"], both["name"], "name")


@pytest.mark.own_org
@pytest.mark.rules("CAM-24")
def test_a_rule_for_a_site_is_disabled_with_the_last_camera_there(world: World, expect: Expect) -> None:
    site = _other_site(world)
    rule = world.rule(scope_type="specific_sites", site_ids=[site])
    everywhere = world.rule()
    cameras = world.cameras(site)
    for index, camera_id in enumerate(cameras):
        world.operator.delete(path_to(camera_id))
        enabled = world.operator.get(f"{RULES}/{rule['id']}")["enabled"]
        expect.equal(
            "CAM-24", enabled, index < len(cameras) - 1, f"with {index + 1} of {len(cameras)} cameras deleted, enabled"
        )
    for camera_id in world.cameras(world.sites[0]):
        expect.equal("CAM-24", world.operator.get(f"{RULES}/{everywhere['id']}")["enabled"], True, "enabled")
        world.operator.delete(path_to(camera_id))
    expect.equal(
        "CAM-24",
        world.operator.get(f"{RULES}/{everywhere['id']}")["enabled"],
        False,
        "enabled of the rule for all cameras",
    )


@pytest.mark.rules("CAM-25")
@pytest.mark.own_org
def test_a_moved_camera_keeps_its_id_and_events(world: World, expect: Expect) -> None:
    camera = world.camera()
    event = trigger(world, camera["id"])
    for site in (_other_site(world), world.sites[0]):
        moved = _move(world, camera["id"], site_id=site)
        expect.equal("CAM-25", (moved["id"], moved["site_id"]), (camera["id"], site), "id and site_id")
        shown = world.operator.get(path_to(camera["id"]))
        expect.equal("CAM-25", shown["site_id"], site, "site_id under the same id")
        found = _events(world, camera_id=camera["id"])
        expect("CAM-25", event["id"] in found, "its event to be listed", list(found))
        found = _events(world, site_id=site, camera_id=camera["id"])
        expect("CAM-25", event["id"] in found, "its event to be listed for its new site", list(found))
        shown = world.operator.get(f"{EVENTS}/{event['id']}")
        seen = (shown["camera_id"], shown["camera_name"], shown["camera_deleted"])
        expect.equal("CAM-25", seen, (camera["id"], camera["name"], False), "the event's camera")


@pytest.mark.rules("CAM-26")
def test_a_moved_camera_comes_online_again(world: World, expect: Expect) -> None:
    camera = online_camera(world)
    with world.frozen_clock():
        for site in (_other_site(world), world.sites[0]):
            moved = _move(world, camera["id"], site_id=site)
            expect.equal("CAM-26", moved["status"], "pending", "the answer's status")
            shown = status(world, camera["id"])
            expect("CAM-26", shown in ("pending", "online"), "pending, or online already", shown)
            world.advance(31)
            expect.equal("CAM-26", status(world, camera["id"]), "online", "status half a minute later")


@pytest.mark.own_org
@pytest.mark.rules("CAM-26")
@pytest.mark.parametrize("state", [state for state in STATUSES if state != "online"])
def test_a_moved_camera_comes_online_whatever_its_status_was(world: World, expect: Expect, state: str) -> None:
    camera_id = world.camera()["id"]
    world.set_camera_status(camera_id, state)
    with world.frozen_clock():
        _move(world, camera_id, site_id=_other_site(world))
        expect.equal("CAM-26", status(world, camera_id), "pending", "status after the move")
        world.advance(31)
        expect.equal("CAM-26", status(world, camera_id), "online", "status half a minute later")


@pytest.mark.rules("CAM-27")
def test_a_moved_camera_is_bound_to_a_gateway_of_its_new_site(world: World, expect: Expect) -> None:
    first, second = world.sites[0], _other_site(world)
    former = new_gateway(world, second)
    camera = bound_camera(world)
    for site in (second, first):
        answer = world.operator.patch(path_to(camera["id"]), {"site_id": site})
        expect("CAM-27", answer.is_(200), "the move to be accepted", answer)
        shown = world.operator.get(path_to(camera["id"]))
        expect.equal("CAM-27", shown["connection_mode"], "gateway", "connection_mode")
        at_site = world.operator.get(f"{GATEWAYS}/{shown['gateway_id']}")
        expect("CAM-27", at_site.is_(200) and at_site["site_id"] == site, "a gateway of the new site", at_site)
    expect("CAM-27", shown["gateway_id"] != former, "another gateway than at the former site", shown)
