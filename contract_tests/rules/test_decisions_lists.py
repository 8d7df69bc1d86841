"""Decisions about lists: their order, their total, their cursors, and pages read while the list changes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests import document
from contract_tests.actors import Actor
from contract_tests.document import Operation
from contract_tests.expectations import Expect
from contract_tests.steps import calls, factories
from contract_tests.steps.answers import all_rows, rows, walk
from contract_tests.world import ALERTS, EVENTS, GATEWAYS, RULES, World

_SPAN = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-20T00:00:00Z"}
_ONE_INSTANT = {"from": "2026-03-05T12:00:00Z", "to": "2026-03-05T12:00:00Z"}
_PAGED = [found for found in document.operations() if "cursor" in found.query and found.path in factories.READABLE]


def _create(world: World, path: str, count: int, span: dict[str, str]) -> list[str]:
    """Create objects that the path lists, events and alerts in a span of time, and return their ids."""
    if path == EVENTS:
        return world.record(count, **span)
    if path == ALERTS:
        return world.raise_alerts(count, **span)
    return [factories.NEW_OBJECTS[path.rpartition("/")[2]](world) for _ in range(count)]


def _expect_newest_first(expect: Expect, rule: str, found: list[dict[str, Any]], field: str) -> None:
    times = [row.get(field) for row in found]
    expect(rule, times == sorted(times, key=str, reverse=True) and None not in times, f"newest {field} first", times)


@pytest.mark.rules("AS-50")
def test_events_come_expect_newest_first(world: World, expect: Expect) -> None:
    for span in (_ONE_INSTANT, _SPAN, {"from": "2026-02-01T00:00:00Z", "to": "2026-03-10T00:00:00Z"}):
        world.record(15, **span)
    for limit in (100, 7):
        found = all_rows(world.viewer, EVENTS, limit=limit)
        _expect_newest_first(expect, "AS-50", found, "triggered_at")
    for filters in ({"trigger_type": "motion"}, {"camera_id": world.cameras()[0]}):
        _expect_newest_first(expect, "AS-50", rows(world.operator.get(EVENTS, limit=100, **filters)), "triggered_at")


@pytest.mark.rules("AS-51")
def test_alerts_come_expect_newest_first(world: World, expect: Expect) -> None:
    rule = world.rule()["id"]
    for span in (_ONE_INSTANT, _SPAN, {"from": "2026-02-01T00:00:00Z", "to": "2026-03-10T00:00:00Z"}):
        world.raise_alerts(10, rule_id=rule, **span)
    for limit in (100, 7):
        found = all_rows(world.viewer, ALERTS, limit=limit)
        _expect_newest_first(expect, "AS-51", found, "fired_at")
    _expect_newest_first(expect, "AS-51", rows(world.operator.get(ALERTS, status="new", rule_id=rule)), "fired_at")


@pytest.mark.rules("AS-52")
def test_alert_rules_come_expect_newest_first(world: World, expect: Expect) -> None:
    made = []
    for _ in range(6):
        made.append(world.rule()["id"])
        world.advance(1.5)
    world.operator.patch(f"{RULES}/{made[1]}", {"name": "Changed"})
    listed = [row["id"] for row in rows(world.operator.get(RULES))]
    expect("AS-52", listed == made[::-1], f"{made[::-1]}", listed)


@pytest.mark.rules("AS-54")
def test_objects_of_the_same_time_are_ordered_by_id(world: World, expect: Expect) -> None:
    world.record(12, **_ONE_INSTANT)
    world.raise_alerts(12, **{"from": "2026-03-06T12:00:00Z", "to": "2026-03-06T12:00:00Z"})
    with world.frozen_clock():
        made = {RULES: {world.rule()["id"] for _ in range(8)}, GATEWAYS: set[str]()}
        for _ in range(8):
            made[GATEWAYS].add(world.pair()["gateway_id"])
        same_time = {
            path: [row for row in rows(world.operator.get(path)) if row["id"] in ids] for path, ids in made.items()
        }
    listed = rows(world.operator.get(EVENTS, date_to=_ONE_INSTANT["to"], limit=100))
    pages = all_rows(world.operator, ALERTS, limit=5)
    for found in (listed, pages, *same_time.values()):
        ids = [row["id"] for row in found]
        expect("AS-54", len(ids) >= 8 and ids in (sorted(ids), sorted(ids, reverse=True)), "in the order of ids", ids)


@pytest.mark.rules("AS-55")
@pytest.mark.parametrize("operation", _PAGED, ids=str)
def test_the_total_counts_every_match_on_every_page(world: World, expect: Expect, operation: Operation) -> None:
    actor, path = calls.permitted_actor(world, operation), operation.path
    count = actor.get(path)["total"] + len(_create(world, path, 23, _SPAN))
    for limit in (1, 2, 20, count, count + 1, 100):
        cursor = None
        for _ in range(3):
            answer = actor.get(path, limit=limit, cursor=cursor)
            expect("AS-55", answer["total"] == count, f"total {count} with limit {limit}", answer["total"])
            cursor = answer["next_cursor"]
            if cursor is None:
                break
    for filters in ({"date_from": "2026-03-10"}, {"date_to": "2026-01-01"}):
        walked = sum(map(len, walk(actor, path, limit=4, **filters)))
        total = actor.get(path, limit=1, **filters)["total"]
        expect("AS-55", total == walked, f"total {walked} with {filters}", total)


@pytest.mark.rules("AS-55")
def test_the_total_of_a_list_without_pages_is_its_length(world: World, expect: Expect) -> None:
    for path, make in ((RULES, world.rule), (GATEWAYS, world.pair)):
        for _ in range(3):
            make()
            answer = world.operator.get(path)
            expect("AS-55", answer["total"] == len(rows(answer)), f"total {len(rows(answer))}", answer["total"])
    for actor in (world.viewer, world.operator):
        answer = actor.get(GATEWAYS)
        expect("AS-55", answer["total"] == len(rows(answer)), f"total {len(rows(answer))}", answer["total"])


def _cursor(actor: Actor, path: str, **filters: Any) -> str:
    return str(actor.get(path, limit=1, **filters)["next_cursor"])


@pytest.mark.rules("AS-59")
@pytest.mark.parametrize("operation", _PAGED, ids=str)
@given(text=st.text(min_size=1, max_size=60), place=st.integers(0, 200), letter=st.sampled_from("AZaz09-_=+/ ."))
@example(text="x", place=0, letter="A")
@example(text="0", place=200, letter="=")
@example(text="bm90IGEgY3Vyc29y", place=7, letter=".")
def test_a_malformed_cursor_is_refused(
    world: World, expect: Expect, operation: Operation, text: str, place: int, letter: str
) -> None:
    actor, path = calls.permitted_actor(world, operation), operation.path
    if len(rows(actor.get(path, limit=2))) < 2:
        _create(world, path, 3, _SPAN)
    valid = _cursor(actor, path)
    place %= len(valid)
    other = letter if valid[place] != letter else "~"
    for cursor in (text, valid[:-1], valid + letter, valid[:place] + other + valid[place + 1 :], valid[::-1]):
        answer = actor.get(path, cursor=cursor)
        expect("AS-59", answer.is_(400, "validation_error"), f"400 validation_error for {cursor!r}", answer)
    expect("AS-59", actor.get(path, cursor=valid).status == 200, "200 for the cursor itself", valid)


@pytest.mark.rules("AS-60")
@pytest.mark.parametrize("operation", _PAGED, ids=str)
def test_a_cursor_of_another_org_is_refused(world: World, expect: Expect, operation: Operation) -> None:
    path = operation.path
    _create(world, path, 3, _SPAN)
    _create(world.outside, path, 3, _SPAN)
    foreign = _cursor(calls.permitted_actor(world.outside, operation), path)
    answer = calls.permitted_actor(world, operation).get(path, cursor=foreign)
    expect("AS-60", answer.is_(400, "validation_error"), "400 validation_error", answer)
    own = calls.permitted_actor(world.outside, operation).get(path, cursor=foreign)
    expect("AS-60", own.status == 200, "200 in its own org", own)


@pytest.mark.rules("AS-61")
@pytest.mark.parametrize("operation", _PAGED, ids=str)
def test_a_cursor_of_another_list_is_refused(world: World, expect: Expect, operation: Operation) -> None:
    _create(world, operation.path, 3, _SPAN)
    cursor = _cursor(world.owner, operation.path)
    for other in _PAGED:
        answer = world.owner.get(other.path, cursor=cursor)
        if other.path == operation.path:
            expect("AS-61", answer.status == 200, "200 in its own list", answer)
        else:
            expect("AS-61", answer.is_(400, "validation_error"), f"400 validation_error at {other}", answer)


@pytest.mark.rules("AS-62")
def test_a_cursor_with_other_filters_is_refused(world: World, expect: Expect) -> None:
    camera, rule = world.cameras()[0], world.rule()["id"]
    world.record(4, camera_id=camera, trigger_type="manual", ai_status="pending", starred=True, **_SPAN)
    world.raise_alerts(4, rule_id=rule, **_SPAN)
    dates: dict[str, Any] = {"date_from": "2026-01-01", "date_to": "2026-12-31"}
    for path, filters in (
        (EVENTS, {"camera_id": camera, "trigger_type": "manual", "ai_status": "pending", "starred": "true", **dates}),
        (ALERTS, {"rule_id": rule, "status": "new", **dates}),
    ):
        plain = _cursor(world.operator, path)
        for name, value in filters.items():
            answer = world.operator.get(path, cursor=plain, **{name: value})
            expect("AS-62", answer.is_(400, "validation_error"), f"400 with {name} added", answer)
            cursor = _cursor(world.operator, path, **{name: value})
            answer = world.operator.get(path, cursor=cursor)
            expect("AS-62", answer.is_(400, "validation_error"), f"400 with {name} left out", answer)
            answer = world.operator.get(path, cursor=cursor, limit=3, **{name: value})
            expect("AS-62", answer.status == 200, "200 with the same filters and another limit", answer)
    cursor = _cursor(world.operator, EVENTS, date_from="2026-01-01")
    answer = world.operator.get(EVENTS, cursor=cursor, date_from="2026-01-02")
    expect("AS-62", answer.is_(400, "validation_error"), "400 with another value", answer)


def _walk_while(actor: Actor, path: str, limit: int, change_list: Callable[[], object]) -> list[str]:
    """Return the ids of a walk during which the list is changed after each page."""
    seen: list[str] = []
    cursor = None
    for _ in range(100):
        answer = actor.get(path, limit=limit, cursor=cursor)
        seen += [row["id"] for row in rows(answer)]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
        change_list()
    return seen


@dataclass
class _Walk:
    """The ids read page by page while the list changed, those that remained throughout, and those added."""

    seen: list[str]
    remaining: set[str]
    added: list[str]


def _walk_events(world: World, limit: int, added: int, removed: int) -> _Walk:
    org = world.fresh()
    org.record(14, **_SPAN)
    listed = [row["id"] for row in rows(org.operator.get(EVENTS, limit=100))]
    to_delete = listed[::3]
    remaining, new = set(listed) - set(to_delete), list[str]()

    def change_list() -> None:
        for _ in range(min(removed, len(to_delete))):
            org.admin.delete(f"{EVENTS}/{to_delete.pop(0)}")
        if added and len(new) < 12:
            new.extend(org.record(added, **_SPAN))
            new.extend(org.record())

    seen = _walk_while(org.operator, EVENTS, limit, change_list)
    org.close()
    return _Walk(seen, remaining, new)


def _walk_list(world: World, operation: Operation, limit: int) -> _Walk:
    """Walk through a list while objects are added to it, some of them among the older ones."""
    path, now, new = operation.path, dict[str, str](), list[str]()
    remaining = set(_create(world, path, 12, _SPAN))

    def change_list() -> None:
        if len(new) < 12:
            new.extend(_create(world, path, 2, _SPAN))
            new.extend(_create(world, path, 1, now))

    return _Walk(_walk_while(calls.permitted_actor(world, operation), path, limit, change_list), remaining, new)


def _expect_all_remaining(expect: Expect, walked: _Walk) -> None:
    seen = [object_id for object_id in walked.seen if object_id in walked.remaining]
    expect("AS-69", sorted(seen) == sorted(walked.remaining), f"all {len(walked.remaining)} that remained, once", seen)


def _expect_no_duplicates(expect: Expect, walked: _Walk) -> None:
    twice = [object_id for object_id in walked.added if walked.seen.count(object_id) > 1]
    expect("AS-70", not twice, "no new object twice", twice)


@pytest.mark.rules("AS-69")
@given(limit=st.integers(1, 6), added=st.integers(0, 3), removed=st.integers(0, 2))
@example(limit=1, added=1, removed=1)
@example(limit=3, added=0, removed=2)
@example(limit=3, added=3, removed=0)
def test_a_walk_shows_every_event_that_remains_once(
    world: World, expect: Expect, limit: int, added: int, removed: int
) -> None:
    _expect_all_remaining(expect, _walk_events(world, limit, added, removed))


@pytest.mark.rules("AS-70")
@pytest.mark.parametrize("limit", [1, 2, 3, 5])
@pytest.mark.parametrize("added", [1, 3])
def test_a_walk_shows_no_new_event_twice(world: World, expect: Expect, limit: int, added: int) -> None:
    _expect_no_duplicates(expect, _walk_events(world, limit, added, 0))


@pytest.mark.rules("AS-69")
@pytest.mark.parametrize("limit", [1, 5])
@pytest.mark.parametrize("operation", _PAGED, ids=str)
def test_a_walk_shows_every_object_that_remains_once(
    world: World, expect: Expect, operation: Operation, limit: int
) -> None:
    _expect_all_remaining(expect, _walk_list(world, operation, limit))


@pytest.mark.rules("AS-70")
@pytest.mark.parametrize("limit", [1, 5])
@pytest.mark.parametrize("operation", _PAGED, ids=str)
def test_a_walk_shows_no_new_object_twice(world: World, expect: Expect, operation: Operation, limit: int) -> None:
    _expect_no_duplicates(expect, _walk_list(world, operation, limit))
