"""Deleting events, which dismisses them."""

import pytest

from contract_tests.document import ROLES
from contract_tests.expectations import Expect
from contract_tests.steps.answers import UNKNOWN_ID
from contract_tests.steps.events import (
    EXPORT,
    Item,
    events_to_change,
    ids,
    items,
    path_to,
    read,
    record_varied_events,
    walk,
)
from contract_tests.world import EVENTS, World


@pytest.mark.rules("EV-07", "EV-72", "EV-73", "EV-75")
def test_an_admin_deletes_an_event(world: World, expect: Expect) -> None:
    event = world.new_event()
    camera = read(world, event).get("camera_id")
    recorded = [] if world.shared else world.record(2, camera_id=camera)
    others = {*ids(walk(world.operator, camera_id=camera))} - {event}
    expect("EV-75", others >= {*recorded}, "the other events of its camera in the list before", others)
    answer = world.admin.delete(path_to(event))
    expect("EV-72", answer.status < 300, "a success", answer)
    expect.equal("EV-73", (answer.status, answer.body), (204, b""), "status and body")
    left = ids(walk(world.operator, camera_id=camera))
    expect("EV-07", event not in left and {*left} >= others, "the other events of its camera in the list", left)
    answer = world.operator.get(path_to(event))
    expect("EV-07", answer.status in (404, 410), "404 or 410 for the deleted event", answer)
    expect("EV-75", event not in left, "a list without the deleted event", left)


@pytest.mark.rules("EV-75")
@pytest.mark.parametrize("role", ROLES)
def test_a_deleted_event_is_shown_to_no_role(world: World, expect: Expect, role: str) -> None:
    events, actor = record_varied_events(world), world.actor(role)
    deleted = {events[0], events[7], events[-1]}
    before = {*ids(walk(actor))}
    for event in sorted(deleted):
        world.admin.delete(path_to(event))
    choices: list[Item] = [{}, {"trigger_type": "motion"}, {"starred": "true"}, {"date_from": "2026-04-21"}]
    for filters in choices:
        found = {*ids(walk(actor, **filters))}
        expect("EV-75", not found & deleted, f"no deleted event with {filters}", found & deleted)
        page = actor.get(EVENTS, limit=100, **filters)
        expect("EV-75", page["total"] == len(items(page)), "a total without deleted events", page["total"])
    expect.equal("EV-75", {*ids(walk(actor))}, before - deleted, "the other events")
    for event in sorted(deleted):
        answer = actor.get(path_to(event))
        expect("EV-75", answer.status in (403, 404, 410), "a refusal to read a deleted event", answer)
    for event in sorted(before - deleted):
        read: Item = actor.get(path_to(event)).json
        neighbours = {read.get("prev_event_id"), read.get("next_event_id")}
        expect("EV-75", not neighbours & deleted, "no deleted event as neighbour", neighbours & deleted)
    if role != "viewer":
        text = actor.get(EXPORT).text
        expect("EV-75", not any(event in text for event in deleted), "no deleted event in the export", deleted)


@pytest.mark.rules("EV-75")
def test_a_deleted_event_cannot_be_updated(world: World, expect: Expect) -> None:
    event = world.new_event()
    camera = read(world, event).get("camera_id")
    world.admin.delete(path_to(event))
    for change in ({"acknowledged": True}, {"starred": True}):
        answer = world.operator.patch(path_to(event), change)
        expect("EV-75", answer.status in (404, 410), "404 or 410", answer)
    expect("EV-75", event not in ids(walk(world.operator, camera_id=camera)), "a list without the event", event)


@pytest.mark.rules("EV-76")
@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_lower_roles_may_not_delete_an_event(world: World, expect: Expect, role: str) -> None:
    for event in events_to_change(world):
        before = read(world, event)
        answer = world.actor(role).delete(path_to(event))
        expect("EV-76", answer.is_(403, "forbidden"), "403 forbidden", answer)
        after = read(world, event)
        unlinked = [{**shown, "prev_event_id": None, "next_event_id": None} for shown in (before, after)]
        expect("EV-76", unlinked[0] == unlinked[1], "the event unchanged", after)


@pytest.mark.rules("EV-77")
@pytest.mark.parametrize("role", ["admin", "owner"])
def test_an_unknown_event_cannot_be_deleted(world: World, expect: Expect, role: str) -> None:
    answer = world.actor(role).delete(path_to(UNKNOWN_ID))
    expect("EV-77", answer.is_(404, "not_found"), "404 not_found", answer)


@pytest.mark.rules("EV-77")
@pytest.mark.parametrize("role", ["admin", "owner"])
def test_an_event_of_another_org_cannot_be_deleted(world: World, expect: Expect, role: str) -> None:
    foreign = world.outside.own_event()
    answer = world.actor(role).delete(path_to(foreign))
    expect("EV-77", answer.is_(404, "not_found"), "404 not_found", answer)
    still = world.outside.operator.get(path_to(foreign))
    expect("EV-77", still.is_(200), "the event to exist", still)
