"""What people make of events against a model: any order of recording, updating, waiting and deleting."""

from datetime import timedelta
from itertools import cycle
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from contract_tests.actors import Actor
from contract_tests.expectations import Expect
from contract_tests.generation.state_machines import run_machine
from contract_tests.steps.answers import parse_time
from contract_tests.steps.events import EXPORT, Item, exported_rows, path_to, walk
from contract_tests.world import World

#: So few that one walk changes the same event again and again.
FEW = 3
PICK = st.integers(0, 100)
PEOPLE = st.sampled_from(["operator", "admin", "owner"])
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "acknowledged": st.booleans(),
        "starred": st.booleans(),
        "notes": st.sampled_from(["Nobody there", "Confirmed courier, no action needed", "Zażółć 🚚"]),
    },
).filter(bool)
#: The rule that each field of an update is about.
BLAMED = {"acknowledged": "EV-57", "starred": "EV-61", "notes": "EV-62"}
NEIGHBOURS = ("prev_event_id", "next_event_id")
NOBODY = {"acknowledged_by": None, "acknowledged_at": None}


class Feed(RuleBasedStateMachine):
    """A few events of one org, on a clock that moves by steps alone; ``model`` has each as it must read."""

    def __init__(self, world: World, expect: Expect) -> None:
        super().__init__()
        self.world = world
        self.expect = expect
        self.model: dict[str, Item] = {}
        self.granted: set[str] = set()
        self.deleted: list[str] = []

    @precondition(lambda self: len(self.model) < FEW)
    @rule(pick=PICK, starred=st.booleans())
    def record(self, pick: int, starred: bool) -> None:
        """Let a camera record one more event."""
        cameras = self.world.cameras()
        camera = cameras[pick % len(cameras)]
        (event,) = self.world.record(camera_id=camera, starred=starred)
        if self.world.site_of(camera) in self.world.granted:
            self.granted.add(event)
        seen = self.model[event] = self._read(event)
        told = {name: seen.get(name, "missing") for name in ("acknowledged", *NOBODY)}
        self.expect.equal("EV-48", told, {"acknowledged": False, **NOBODY}, "of a new event,")
        self.expect.equal("EV-49", seen.get("notes", "missing"), None, "of a new event, notes")
        self.expect.equal("EV-61", seen.get("starred"), starred, "of a new event, starred")

    @precondition(lambda self: self.model)
    @rule(pick=PICK, role=PEOPLE, change=CHANGES, seconds=st.integers(1, 9999))
    def update(self, pick: int, role: str, change: Item, seconds: int) -> None:
        """Let somebody acknowledge, star or annotate an event, or take that back."""
        self.world.advance(seconds)
        event = self._picked(pick)
        answer = self.world.actor(role).patch(path_to(event), change)
        self.expect("EV-64", answer.is_(200), f"200 for {change}", answer)
        seen, wanted = self._read(event), self.model[event] | change
        for name, value in change.items():
            self.expect.equal(BLAMED[name], seen.get(name), value, f"after an update, {name}")
        if "acknowledged" in change:
            wanted |= self._acknowledgement(role, self.model[event], seen)
        self.expect.equal("EV-64", seen, wanted, "after an update, the event")
        self.expect.equal("EV-66", _lonely(answer.json), wanted, "in the answer, the event")
        self.model[event] = wanted

    @precondition(lambda self: self.model)
    @rule(pick=PICK, change=CHANGES, role=st.sampled_from(["viewer", "operator"]))
    def try_in_vain(self, pick: int, change: Item, role: str) -> None:
        """Let a viewer try to update an event, and either role to delete it."""
        event = self._picked(pick)
        for rule_id, who, method, body in (("EV-70", "viewer", "PATCH", change), ("EV-76", role, "DELETE", None)):
            answer = self.world.actor(who).call(method, path_to(event), json=body)
            self.expect(rule_id, answer.is_(403, "forbidden"), "403 forbidden", answer)
            self.expect.equal(rule_id, self._read(event), self.model[event], "the event afterwards")

    @precondition(lambda self: len(self.model) == FEW)
    @rule(pick=PICK, role=st.sampled_from(["admin", "owner"]))
    def delete(self, pick: int, role: str) -> None:
        """Let an event be dismissed."""
        event = self._picked(pick)
        answer = self.world.actor(role).delete(path_to(event))
        self.expect.equal("EV-73", (answer.status, answer.body), (204, b""), "status and body")
        self.deleted.append(event)
        del self.model[event]

    @invariant()
    def every_event_reads_as_it_must(self) -> None:
        """Read each event, and look for those that were deleted."""
        for event, wanted in self.model.items():
            self.expect.equal("EV-64", self._read(event), wanted, "read by itself, the event")
            answer = self.world.viewer.get(path_to(event))
            self.expect("EV-03", answer.is_(200) == (event in self.granted), "granted sites only", answer)
        for event in self.deleted:
            answer = self.world.operator.get(path_to(event))
            self.expect("EV-75", answer.status in (404, 410), "404 or 410 for a deleted event", answer)

    @invariant()
    def the_lists_and_the_export_agree(self) -> None:
        """List the events for those who see all and for those who do not, and export them."""
        starred = {event: item for event, item in self.model.items() if item["starred"]}
        granted = {event: item for event, item in self.model.items() if event in self.granted}
        self._lists("EV-75", self.world.operator, self.model)
        self._lists("EV-23", self.world.operator, starred, starred="true")
        self._lists("EV-03", self.world.viewer, granted)
        table = {row.get("id"): row for row in exported_rows(self.world.operator.get(EXPORT))}
        self.expect.equal("EV-80", sorted(table), sorted(self.model), "the exported events")
        for event, item in self.model.items():
            for name in ("acknowledged", "starred"):
                self.expect.equal("EV-80", table[event].get(name), str(item[name]).lower(), f"the cell {name}")

    def _lists(self, rule_id: str, actor: Actor, wanted: dict[str, Item], **filters: Any) -> None:
        found = {item["id"]: item for item in walk(actor, cycle([2]), **filters)}
        self.expect.equal(rule_id, sorted(found), sorted(wanted), f"for the {actor.name} with {filters} the events")
        for name in ("acknowledged", "starred"):
            shown = {event: item.get(name) for event, item in found.items()}
            told = {event: item[name] for event, item in wanted.items()}
            self.expect.equal(BLAMED[name], shown, told, f"in the list, {name}")

    def _acknowledgement(self, role: str, before: Item, told: Item) -> Item:
        """Return who acknowledged and when, as told; a second acknowledgement may count or not, but not by half."""
        found = {name: told.get(name, "missing") for name in NOBODY}
        if not told.get("acknowledged"):
            self.expect.equal("EV-60", found, NOBODY, "who and when")
        elif not before["acknowledged"] or before | found != before:
            by, at = found.values()
            self.expect.equal("EV-58", by, self.world.user_ids[role], f"by the {role}, acknowledged_by")
            now = parse_time(self.world.now())
            self.expect("EV-59", abs(parse_time(at) - now) < timedelta(seconds=1), f"the present, {now}", at)
        return found

    def _picked(self, pick: int) -> str:
        return list(self.model)[pick % len(self.model)]

    def _read(self, event: str) -> Item:
        """Return an event but for its neighbours, none of which is a deleted one."""
        answer = self.world.operator.get(path_to(event)).json
        beside = [answer.get(name) for name in NEIGHBOURS]
        self.expect(
            "EV-75", not any(other in self.deleted for other in beside), "no deleted event as neighbour", beside
        )
        return _lonely(answer)


def _lonely(event: Item) -> Item:
    return {name: value for name, value in event.items() if name not in NEIGHBOURS}


@pytest.mark.rules(
    *("EV-03", "EV-23", "EV-48", "EV-49", "EV-57", "EV-58", "EV-59", "EV-60", "EV-61", "EV-62", "EV-64", "EV-66"),
    *("EV-70", "EV-73", "EV-75", "EV-76", "EV-80"),
)
def test_events_follow_their_model_in_any_order(world: World, expect: Expect) -> None:
    with world.frozen_clock():
        run_machine(world, lambda: Feed(world.fresh(), expect), examples=6, steps=30)
