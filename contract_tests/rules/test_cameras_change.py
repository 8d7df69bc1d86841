"""Moving and deleting a camera, and what becomes of its events and of the rules that watch it."""

from typing import Any

import pytest

from contract_tests.expectations import Expect
from contract_tests.steps.answers import JSON, all_rows
from contract_tests.steps.cameras import STATUSES, bound_camera, new_gateway, online_camera, path_to, status, trigger
from contract_tests.verdicts import Unavailable
from contract_tests.world import EVENTS, GATEWAYS, RULES, World

#: What playing an event takes.
_PLAYED = ("clip_url", "clip_start_at", "clip_end_at", "snapshot_url", "recording_source")


def _move(world: World, camera_id: str, **fields: Any) -> JSON:
    """Move a camera and return what was answered. Raises Unavailable."""
    answer = world.operator.patch(path_to(camera_id), fields)
    if answer.status != 200:
        raise Unavailable(f"moving a camera was answered {answer}")
    return dict(answer.json)


def _away(world: World) -> str:
    """Return a site other than the first. Raises Unavailable."""
    if len(world.sites) < 2:
        raise Unavailable("this takes two sites")
    return world.sites[-1]


def _events(world: World, **filters: Any) -> dict[str, JSON]:
    return {row["id"]: row for row in all_rows(world.operator, EVENTS, limit=100, **filters)}


@pytest.mark.rules("CAM-23")
@pytest.mark.own_org
def test_events_of_a_deleted_camera_stay(world: World, expect: Expect) -> None:
    camera, other = world.camera(), world.camera()
    event, untouched = trigger(world, camera["id"]), trigger(world, other["id"])
    before = _events(world, camera_id=camera["id"])
    expect("CAM-23", before[event["id"]]["camera_deleted"] is False, "no mark before", before)
    answer = world.operator.delete(path_to(camera["id"]))
    expect("CAM-23", answer.is_(204), "204", answer)
    after = _events(world, camera_id=camera["id"])
    expect.equal("CAM-23", set(after), set(before), "the camera's events are")
    for row in after.values():
        expect.equal("CAM-23", row, {**before[row["id"]], "camera_deleted": True}, "a listed event is")
    shown = world.operator.get(f"{EVENTS}/{event['id']}")
    expect("CAM-23", shown.is_(200) and shown["camera_deleted"] is True, "the event, with its mark", shown)
    for name in (*_PLAYED, "camera_id", "camera_name"):
        expect.equal("CAM-23", shown[name], event[name], name)
    shown = world.operator.get(f"{EVENTS}/{untouched['id']}")
    expect("CAM-23", shown["camera_deleted"] is False, "no mark on an event of another camera", shown)


@pytest.mark.rules("CAM-24")
def test_a_rule_that_loses_its_last_camera_is_switched_off(world: World, expect: Expect) -> None:
    first, second = world.camera()["id"], world.camera()["id"]
    alone = world.rule(scope_type="specific_cameras", camera_ids=[first])
    both = world.rule(scope_type="specific_cameras", camera_ids=[first, second])
    for rule in (alone, both):
        expect.equal("CAM-24", world.operator.get(f"{RULES}/{rule['id']}")["enabled"], True, "at first enabled is")
    for gone, still in ((first, True), (second, False)):
        world.operator.delete(path_to(gone))
        expect.equal("CAM-24", world.operator.get(f"{RULES}/{alone['id']}")["enabled"], False, "of one, enabled is")
        shown = world.operator.get(f"{RULES}/{both['id']}")
        expect.equal("CAM-24", shown["enabled"], still, "of the other, enabled is")
        expect.equal("CAM-24", shown["name"], both["name"], "its name")


@pytest.mark.own_org
@pytest.mark.rules("CAM-24")
def test_a_rule_of_a_site_goes_off_with_the_last_camera_there(world: World, expect: Expect) -> None:
    there = _away(world)
    rule = world.rule(scope_type="specific_sites", site_ids=[there])
    everywhere = world.rule()
    cameras = world.cameras(there)
    for index, camera_id in enumerate(cameras):
        world.operator.delete(path_to(camera_id))
        enabled = world.operator.get(f"{RULES}/{rule['id']}")["enabled"]
        expect.equal("CAM-24", enabled, index < len(cameras) - 1, f"with {index + 1} of {len(cameras)} gone enabled is")
    for camera_id in world.cameras(world.sites[0]):
        expect.equal("CAM-24", world.operator.get(f"{RULES}/{everywhere['id']}")["enabled"], True, "enabled is")
        world.operator.delete(path_to(camera_id))
    expect.equal("CAM-24", world.operator.get(f"{RULES}/{everywhere['id']}")["enabled"], False, "of all, enabled is")


@pytest.mark.rules("CAM-25")
@pytest.mark.own_org
def test_a_moved_camera_keeps_id_and_events(world: World, expect: Expect) -> None:
    camera = world.camera()
    event = trigger(world, camera["id"])
    for site in (_away(world), world.sites[0]):
        moved = _move(world, camera["id"], site_id=site)
        expect.equal("CAM-25", (moved["id"], moved["site_id"]), (camera["id"], site), "id and site_id are")
        shown = world.operator.get(path_to(camera["id"]))
        expect.equal("CAM-25", shown["site_id"], site, "under the same id, site_id is")
        found = _events(world, camera_id=camera["id"])
        expect("CAM-25", event["id"] in found, "its event to be listed", list(found))
        found = _events(world, site_id=site, camera_id=camera["id"])
        expect("CAM-25", event["id"] in found, "its event at the site where it is", list(found))
        shown = world.operator.get(f"{EVENTS}/{event['id']}")
        told = (shown["camera_id"], shown["camera_name"], shown["camera_deleted"])
        expect.equal("CAM-25", told, (camera["id"], camera["name"], False), "the event's camera is")


@pytest.mark.rules("CAM-26")
def test_a_moved_camera_comes_up_again(world: World, expect: Expect) -> None:
    camera = online_camera(world)
    with world.frozen_clock():
        for site in (_away(world), world.sites[0]):
            moved = _move(world, camera["id"], site_id=site)
            expect.equal("CAM-26", moved["status"], "pending", "the answer's status")
            shown = status(world, camera["id"])
            expect("CAM-26", shown in ("pending", "online"), "pending, or online already", shown)
            world.advance(31)
            expect.equal("CAM-26", status(world, camera["id"]), "online", "half a minute later, status")


@pytest.mark.own_org
@pytest.mark.rules("CAM-26")
@pytest.mark.parametrize("state", [state for state in STATUSES if state != "online"])
def test_a_moved_camera_comes_up_whatever_it_was(world: World, expect: Expect, state: str) -> None:
    camera_id = world.camera()["id"]
    world.set_camera_status(camera_id, state)
    with world.frozen_clock():
        _move(world, camera_id, site_id=_away(world))
        expect.equal("CAM-26", status(world, camera_id), "pending", "after the move, status")
        world.advance(31)
        expect.equal("CAM-26", status(world, camera_id), "online", "half a minute later, status")


@pytest.mark.rules("CAM-27")
def test_a_moved_camera_is_bound_where_it_is(world: World, expect: Expect) -> None:
    here, there = world.sites[0], _away(world)
    waiting = new_gateway(world, there)
    camera = bound_camera(world)
    for site in (there, here):
        answer = world.operator.patch(path_to(camera["id"]), {"site_id": site})
        expect("CAM-27", answer.is_(200), "the move to be taken", answer)
        shown = world.operator.get(path_to(camera["id"]))
        expect.equal("CAM-27", shown["connection_mode"], "gateway", "connection_mode")
        at_site = world.operator.get(f"{GATEWAYS}/{shown['gateway_id']}")
        expect("CAM-27", at_site.is_(200) and at_site["site_id"] == site, "a gateway of the new site", at_site)
    expect("CAM-27", shown["gateway_id"] != waiting, "not the gateway that it left", shown)
