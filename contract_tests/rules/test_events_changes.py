"""Acknowledging, starring and annotating events."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.expectations import Expect
from contract_tests.steps.answers import UNKNOWN_ID, is_present, parse_time
from contract_tests.steps.events import (
    DETAIL_FIELDS,
    REFUSAL_STATUSES,
    events_to_change,
    listed,
    path_to,
    read,
    settled,
)
from contract_tests.verdicts import Unavailable
from contract_tests.world import World

NO_BOOLEANS: tuple[Any, ...] = ("true", 1, 0, "", [], {})
NO_TEXTS: tuple[Any, ...] = (5, True, 0.5, ["a"], {"text": "a"})
WORDS = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=60)
NOTES = st.lists(WORDS, min_size=1, max_size=8).map(" ".join)
CHANGES = st.fixed_dictionaries({}, optional={"acknowledged": st.booleans(), "starred": st.booleans(), "notes": NOTES})


@pytest.mark.rules("EV-04", "EV-06")
@pytest.mark.parametrize(("rule", "verb"), [("EV-04", "acknowledge"), ("EV-06", "dismiss")])
def test_acknowledge_and_dismiss_have_no_routes_of_their_own(
    world: World, expect: Expect, rule: str, verb: str
) -> None:
    event = world.own_event()
    before = read(world, event)
    for body in ({}, {"acknowledged": True}):
        answer = world.admin.post(f"{path_to(event)}/{verb}", body)
        expect(rule, answer.status in (404, 405), "404 or 405", answer)
    expect.equal(rule, read(world, event), before, "the event afterwards")
    expect(rule, listed(world, event), "the event in the list", event)


@pytest.mark.rules("EV-05")
def test_an_event_is_acknowledged_by_a_patch(world: World, expect: Expect) -> None:
    event = world.own_event()
    world.operator.patch(path_to(event), {"acknowledged": True})
    for seen in (read(world, event), *listed(world, event)):
        expect("EV-05", seen.get("acknowledged") is True, "an acknowledged event", seen)


@pytest.mark.rules("EV-60")
@pytest.mark.parametrize("role", ["operator", "admin"])
def test_taking_back_an_acknowledgement_clears_its_user_and_time(world: World, expect: Expect, role: str) -> None:
    event = world.own_event()
    for _ in range(2):
        world.operator.patch(path_to(event), {"acknowledged": True})
        answer = world.actor(role).patch(path_to(event), {"acknowledged": False})
        for seen in (answer.json, read(world, event)):
            acknowledgement = seen.get("acknowledged_by", ""), seen.get("acknowledged_at", "")
            expect.equal("EV-60", acknowledgement, (None, None), "acknowledged_by and acknowledged_at")


@pytest.mark.rules("EV-57")
def test_patching_acknowledged_sets_and_takes_back(world: World, expect: Expect) -> None:
    event = world.own_event()
    for value in (True, True, False, False, True):
        answer = world.operator.patch(path_to(event), {"acknowledged": value})
        expect("EV-57", answer.is_(200), "200", answer)
        for seen in (answer.json, read(world, event), *listed(world, event)):
            expect("EV-57", seen.get("acknowledged") is value, f"acknowledged {value}", seen.get("acknowledged"))


@pytest.mark.rules("EV-55")
def test_an_operator_may_update_an_event(world: World, expect: Expect) -> None:
    answer = world.operator.patch(path_to(world.own_event()), {"starred": True})
    expect("EV-55", answer.is_(200), "200", answer)


@pytest.mark.rules("EV-56", "EV-61", "EV-62")
@given(acknowledged=st.booleans(), starred=st.booleans(), notes=NOTES)
@example(acknowledged=True, starred=False, notes="Zażółć 🚚 «δ» 监控")
@example(acknowledged=False, starred=True, notes="true")
def test_each_field_can_be_set(world: World, expect: Expect, acknowledged: bool, starred: bool, notes: str) -> None:
    event = world.own_event()
    values = (("EV-56", "acknowledged", acknowledged), ("EV-61", "starred", starred), ("EV-62", "notes", notes))
    for rule, name, value in values:
        answer = world.operator.patch(path_to(event), {name: value})
        expect(rule, answer.is_(200), f"200 for {name}={value!r}", answer)
        expect.equal(rule, read(world, event).get(name), value, f"{name} read afterwards")


@pytest.mark.rules("EV-56", "EV-61", "EV-62")
@pytest.mark.parametrize(
    ("rule", "name", "values"),
    [("EV-56", "acknowledged", NO_BOOLEANS), ("EV-61", "starred", NO_BOOLEANS), ("EV-62", "notes", NO_TEXTS)],
)
def test_a_value_of_another_type_is_refused(
    world: World, expect: Expect, rule: str, name: str, values: Sequence[Any]
) -> None:
    event = world.own_event()
    before = read(world, event)
    for wrong in values:
        answer = world.operator.patch(path_to(event), {name: wrong})
        expect(rule, answer.status in REFUSAL_STATUSES, f"a refusal of {name}={wrong!r}", answer)
        expect.equal(rule, read(world, event), before, "the event afterwards")


@pytest.mark.rules("EV-58")
def test_acknowledging_records_the_caller(world: World, expect: Expect) -> None:
    for role in ("operator", "admin", "owner", "operator"):
        caller, event = world.user_ids[role], world.own_event()
        answer = world.actor(role).patch(path_to(event), {"acknowledged": True})
        for seen in (answer.json, read(world, event)):
            expect.equal("EV-58", seen.get("acknowledged_by"), caller, f"acknowledged_by after the {role}")


@pytest.mark.rules("EV-58", "EV-59")
def test_acknowledging_again_records_the_same_caller_and_a_later_time(world: World, expect: Expect) -> None:
    path, callers, times = path_to(world.own_event()), [], []
    for acknowledged in (True, False, True):
        answer = world.operator.patch(path, {"acknowledged": acknowledged})
        if acknowledged:
            callers.append(answer["acknowledged_by"])
            times.append(parse_time(answer["acknowledged_at"]))
            expect("EV-59", is_present(world, times[-1], answer), "the server's time", times[-1])
            world.advance(1.1)
    expect("EV-58", isinstance(callers[0], str) and callers[0] == callers[1], "the id of the caller", callers)
    expect("EV-59", times[0] < times[1], "a later time for the later acknowledgement", times)


@pytest.mark.rules("EV-59")
@given(wait=st.integers(1, 30 * 24 * 3600))
@example(wait=1)
@example(wait=3600)
def test_acknowledging_records_the_servers_time(world: World, expect: Expect, wait: int) -> None:
    if world.shared:
        raise Unavailable("needs to see the clock of the target")
    event = world.own_event()
    world.advance(wait)
    earliest = parse_time(world.now()).replace(microsecond=0)
    answer = world.operator.patch(path_to(event), {"acknowledged": True})
    latest = parse_time(world.now()) + timedelta(seconds=1)
    at = parse_time(answer["acknowledged_at"])
    expect("EV-59", earliest <= at <= latest, f"a time from {earliest} to {latest}", at)
    expect.equal(
        "EV-59", read(world, event).get("acknowledged_at"), answer["acknowledged_at"], "acknowledged_at read afterwards"
    )


@pytest.mark.rules("EV-63")
@given(length=st.integers(0, 2100), letter=st.sampled_from("aé監🚚"))
@example(length=1999, letter="a")
@example(length=2000, letter="a")
@example(length=2000, letter="監")
@example(length=2000, letter="🚚")
@example(length=2001, letter="a")
@example(length=2001, letter="é")
def test_notes_have_at_most_2000_characters(world: World, expect: Expect, length: int, letter: str) -> None:
    event = world.own_event()
    before = read(world, event)
    answer = world.operator.patch(path_to(event), {"notes": letter * length})
    if length > 2000:
        expect("EV-63", answer.status in REFUSAL_STATUSES, f"a refusal of {length} characters", answer.status)
        expect.equal("EV-63", read(world, event), before, "the event afterwards")
    elif length:
        expect("EV-63", answer.is_(200), f"200 for {length} characters", answer.status)
        expect.equal("EV-63", read(world, event).get("notes"), letter * length, "the notes afterwards")


@pytest.mark.rules("EV-64")
@given(first=CHANGES.filter(bool), second=CHANGES.filter(bool))
@example(first={"acknowledged": True, "starred": True, "notes": "a"}, second={"notes": "b"})
@example(first={"acknowledged": True, "starred": True, "notes": "a"}, second={"starred": False})
@example(first={"starred": True, "notes": "a"}, second={"acknowledged": True})
def test_an_update_changes_only_the_given_fields(
    world: World, expect: Expect, first: dict[str, Any], second: dict[str, Any]
) -> None:
    event = world.own_event()
    for change in (first, second):
        if not world.shared:
            world.advance(60)
        before = read(world, event)
        answer = world.operator.patch(path_to(event), change)
        expect("EV-64", answer.is_(200), f"200 for {change}", answer)
        after = read(world, event)
        expect.equal("EV-64", {name: after.get(name) for name in change}, change, "the given fields afterwards")
        derived = {"acknowledged_by", "acknowledged_at"} if "acknowledged" in change else set()
        changed = [name for name in DETAIL_FIELDS - change.keys() - derived if after.get(name) != before.get(name)]
        expect("EV-64", not changed, "no other field to change", changed)


@pytest.mark.rules("EV-66")
@given(change=CHANGES.filter(bool))
@example(change={"acknowledged": True})
@example(change={"starred": True, "notes": "Nobody there"})
def test_an_update_answers_with_the_event_after_it(world: World, expect: Expect, change: dict[str, Any]) -> None:
    event = world.own_event()
    answer = world.operator.patch(path_to(event), change)
    expect("EV-66", answer.is_(200), "200", answer)
    expect.equal("EV-66", DETAIL_FIELDS - answer.json.keys(), set(), "the missing fields of the answer")
    expect.equal("EV-66", {name: answer.json[name] for name in change}, change, "the given fields in the answer")
    after = read(world, event)
    for name in settled(world, answer.json).keys() - {"snapshot_url", "clip_url"}:  # URLs may be signed
        expect.equal("EV-66", after.get(name), answer.json[name], f"{name} read afterwards")


@pytest.mark.rules("EV-65")
@given(notes=NOTES, acknowledged=st.booleans())
@example(notes="Confirmed delivery, no action needed", acknowledged=True)
def test_acknowledged_and_notes_can_be_updated_together(
    world: World, expect: Expect, notes: str, acknowledged: bool
) -> None:
    event = world.own_event()
    answer = world.operator.patch(path_to(event), {"acknowledged": acknowledged, "notes": notes})
    expect("EV-65", answer.is_(200), "200", answer)
    after = read(world, event)
    shown = after.get("acknowledged"), after.get("notes")
    expect.equal("EV-65", shown, (acknowledged, notes), "acknowledged and notes afterwards")


@pytest.mark.rules("EV-67")
def test_an_empty_update_is_refused(world: World, expect: Expect) -> None:
    event = world.own_event()
    before = read(world, event)
    headers = {"Content-Type": "application/json"}
    bodies = [b"{}", b" { } ", b""]
    for body in bodies:
        answer = world.operator.call("PATCH", path_to(event), content=body, headers=headers)
        expect("EV-67", answer.is_(400, "validation_error"), f"400 validation_error for {body!r}", answer)
    expect.equal("EV-67", read(world, event), before, "the event afterwards")


@pytest.mark.rules("EV-68")
@given(
    name=st.sampled_from(sorted(DETAIL_FIELDS - {"acknowledged", "starred", "notes"} - {"acknowledged_by"}))
    | st.from_regex(r"[a-z]{1,12}", fullmatch=True).filter(lambda name: name not in DETAIL_FIELDS),
    other_fields=CHANGES,
)
@example(name="note", other_fields={})
@example(name="Starred", other_fields={})
@example(name="summary", other_fields={"starred": True})
@example(name="dismissed", other_fields={"acknowledged": True})
@example(name="site_id", other_fields={})
def test_an_unknown_field_is_refused(world: World, expect: Expect, name: str, other_fields: dict[str, Any]) -> None:
    event = world.own_event()
    before = read(world, event)
    for value in (True, "Other"):
        answer = world.operator.patch(path_to(event), {**other_fields, name: value})
        expect("EV-68", answer.is_(400, "validation_error"), f"400 validation_error for {name}", answer)
    expect.equal("EV-68", read(world, event), before, "the event afterwards")


@pytest.mark.rules("EV-69")
@pytest.mark.parametrize("other_fields", [{}, {"acknowledged": True}])
@pytest.mark.parametrize("name", ["acknowledged_by", "acknowledged_at"])
def test_acknowledged_by_and_acknowledged_at_cannot_be_set(
    world: World, expect: Expect, name: str, other_fields: dict[str, Any]
) -> None:
    event = world.own_event()
    before = read(world, event)
    value = str(uuid4()) if name == "acknowledged_by" else "2026-04-21T13:45:22Z"
    for sent in (value, None):
        answer = world.operator.patch(path_to(event), {**other_fields, name: sent})
        expect("EV-69", answer.is_(400, "validation_error"), "400 validation_error", answer)
    expect.equal("EV-69", read(world, event), before, "the event afterwards")


@pytest.mark.rules("EV-70")
def test_a_viewer_may_not_update_an_event(world: World, expect: Expect) -> None:
    for event in events_to_change(world):
        before = read(world, event)
        for body in ({"acknowledged": True}, {"starred": not before.get("starred")}, {"notes": "mine"}):
            answer = world.viewer.patch(path_to(event), body)
            expect("EV-70", answer.is_(403, "forbidden"), "403 forbidden", answer)
        expect.equal("EV-70", read(world, event), before, "the event afterwards")


@pytest.mark.rules("EV-71")
@pytest.mark.parametrize("role", ["operator", "admin", "owner"])
def test_an_event_of_another_org_cannot_be_updated(world: World, expect: Expect, role: str) -> None:
    (foreign,) = world.outside.record()
    as_it_is = {"starred": read(world.outside, foreign).get("starred")}
    for event in (foreign, UNKNOWN_ID):
        answer = world.actor(role).patch(path_to(event), as_it_is)
        expect("EV-71", answer.is_(404, "not_found"), "404 not_found", answer)


@pytest.mark.rules("EV-71")
@pytest.mark.parametrize("role", ["operator", "admin", "owner"])
def test_a_refused_update_leaves_an_event_of_another_org_as_it_was(world: World, expect: Expect, role: str) -> None:
    foreign = world.outside.own_event()
    before = read(world.outside, foreign)
    answer = world.actor(role).patch(path_to(foreign), {"acknowledged": True, "starred": True})
    expect("EV-71", answer.is_(404, "not_found"), "404 not_found", answer)
    expect.equal("EV-71", read(world.outside, foreign), before, "the event afterwards")
