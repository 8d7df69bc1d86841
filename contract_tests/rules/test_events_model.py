"""Events compared with a model: recording, updating, waiting and deleting in any order."""

from datetime import timedelta
from itertools import cycle
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from contract_tests.actors import Actor
from contract_tests.expectations import Expect
from contract_tests.generation.state_machines import INDEX, Model, pick, run_machine
from contract_tests.steps.answers import parse_time
from contract_tests.steps.events import EXPORT, Item, exported_rows, path_to, walk
from contract_tests.world import World

#: So few that one example changes the same event several times.
MAX_EVENTS = 3
ROLES = st.sampled_from(["operator", "admin", "owner"])
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "acknowledged": st.booleans(),
        "starred": st.booleans(),
        "notes": st.sampled_from(["Nobody there", "Confirmed delivery, no action needed", "Zażółć 🚚"]),
    },
).filter(bool)
#: The rule that the value of each field belongs to.
RULE_OF_FIELD = {"acknowledged": "EV-57", "starred": "EV-61", "notes": "EV-62"}
NEIGHBOURS = ("prev_event_id", "next_event_id")
NOT_ACKNOWLEDGED = {"acknowledged_by": None, "acknowledged_at": None}


class EventModel(Model):
    """A few events of one org, on a clock that only steps move; ``model`` has each as it must be read."""

    def __init__(self, world: World, expect: Expect) -> None:
        super().__init__(world, expect)
        self.model: dict[str, Item] = {}
        self.granted: set[str] = set()
        self.deleted: list[str] = []

    @precondition(lambda self: len(self.model) < MAX_EVENTS)
    @rule(index=INDEX, starred=st.booleans())
    def record(self, index: int, starred: bool) -> None:
        """Record one more event of a camera."""
        camera = pick(self.world.cameras(), index)
        (event,) = self.world.record(camera_id=camera, starred=starred)
        if self.world.site_of(camera) in self.world.granted:
            self.granted.add(event)
        seen = self.model[event] = self._read(event)
        found = {name: seen.get(name, "missing") for name in ("acknowledged", *NOT_ACKNOWLEDGED)}
        self.expect.equal(
            "EV-48", found, {"acknowledged": False, **NOT_ACKNOWLEDGED}, "the acknowledgement of a new event"
        )
        self.expect.equal("EV-49", seen.get("notes", "missing"), None, "notes of a new event")
        self.expect.equal("EV-61", seen.get("starred"), starred, "starred of a new event")

    @precondition(lambda self: self.model)
    @rule(index=INDEX, role=ROLES, change=CHANGES, seconds=st.integers(1, 9999))
    def update(self, index: int, role: str, change: Item, seconds: int) -> None:
        """Acknowledge, star or annotate an event as one of the roles, or take that back."""
        self.world.advance(seconds)
        event = pick(list(self.model), index)
        answer = self.world.actor(role).patch(path_to(event), change)
        self.expect("EV-64", answer.is_(200), f"200 for {change}", answer)
        seen, wanted = self._read(event), self.model[event] | change
        for name, value in change.items():
            self.expect.equal(RULE_OF_FIELD[name], seen.get(name), value, f"{name} after an update")
        if "acknowledged" in change:
            wanted |= self._acknowledgement(role, self.model[event], seen)
        self.expect.equal("EV-64", seen, wanted, "the event after an update")
        self.expect.equal("EV-66", _without_neighbours(answer.json), wanted, "the event in the answer")
        self.model[event] = wanted

    @precondition(lambda self: self.model)
    @rule(index=INDEX, change=CHANGES, role=st.sampled_from(["viewer", "operator"]))
    def try_without_permission(self, index: int, change: Item, role: str) -> None:
        """Try to update an event as a viewer, and to delete it as a viewer or an operator."""
        event = pick(list(self.model), index)
        for rule_id, caller, method, body in (("EV-70", "viewer", "PATCH", change), ("EV-76", role, "DELETE", None)):
            answer = self.world.actor(caller).call(method, path_to(event), json=body)
            self.expect(rule_id, answer.is_(403, "forbidden"), "403 forbidden", answer)
            self.expect.equal(rule_id, self._read(event), self.model[event], "the event afterwards")

    @precondition(lambda self: len(self.model) == MAX_EVENTS)
    @rule(index=INDEX, role=st.sampled_from(["admin", "owner"]))
    def delete(self, index: int, role: str) -> None:
        """Delete an event."""
        event = pick(list(self.model), index)
        answer = self.world.actor(role).delete(path_to(event))
        self.expect.equal("EV-73", (answer.status, answer.body), (204, b""), "status and body")
        self.deleted.append(event)
        del self.model[event]

    @invariant()
    def reading_events_shows_the_model(self) -> None:
        """Each event has the values of the model; deleted ones are not found."""
        for event, wanted in self.model.items():
            self.expect.equal("EV-64", self._read(event), wanted, "the event read by itself")
            answer = self.world.viewer.get(path_to(event))
            self.expect(
                "EV-03", answer.is_(200) == (event in self.granted), "200 for events of granted sites only", answer
            )
        for event in self.deleted:
            answer = self.world.operator.get(path_to(event))
            self.expect("EV-75", answer.status in (404, 410), "404 or 410 for a deleted event", answer)

    @invariant()
    def lists_and_export_show_the_model(self) -> None:
        """The lists of an operator and a viewer and the export have the events of the model."""
        starred = {event: item for event, item in self.model.items() if item["starred"]}
        granted = {event: item for event, item in self.model.items() if event in self.granted}
        self._expect_listed("EV-75", self.world.operator, self.model)
        self._expect_listed("EV-23", self.world.operator, starred, starred="true")
        self._expect_listed("EV-03", self.world.viewer, granted)
        table = {row.get("id"): row for row in exported_rows(self.world.operator.get(EXPORT))}
        self.expect.equal("EV-80", sorted(table), sorted(self.model), "the exported events")
        for event, item in self.model.items():
            for name in ("acknowledged", "starred"):
                self.expect.equal("EV-80", table[event].get(name), str(item[name]).lower(), f"the cell {name}")

    def _expect_listed(self, rule_id: str, actor: Actor, wanted: dict[str, Item], **filters: Any) -> None:
        found = {item["id"]: item for item in walk(actor, cycle([2]), **filters)}
        self.expect.equal(rule_id, sorted(found), sorted(wanted), f"the events of the {actor.name} with {filters}")
        for name in ("acknowledged", "starred"):
            shown = {event: item.get(name) for event, item in found.items()}
            values = {event: item[name] for event, item in wanted.items()}
            self.expect.equal(RULE_OF_FIELD[name], shown, values, f"{name} in the list")

    def _acknowledgement(self, role: str, before: Item, after: Item) -> Item:
        """Return user and time of the acknowledgement; a second one may change both or neither."""
        found = {name: after.get(name, "missing") for name in NOT_ACKNOWLEDGED}
        if not after.get("acknowledged"):
            self.expect.equal("EV-60", found, NOT_ACKNOWLEDGED, "acknowledged_by and acknowledged_at")
        elif not before["acknowledged"] or before | found != before:
            by, at = found.values()
            self.expect.equal("EV-58", by, self.world.user_ids[role], f"acknowledged_by after the {role}")
            now = parse_time(self.world.now())
            self.expect("EV-59", abs(parse_time(at) - now) < timedelta(seconds=1), f"the present time, {now}", at)
        return found

    def _read(self, event: str) -> Item:
        """Return an event without its neighbours, none of which may be a deleted event."""
        answer = self.world.operator.get(path_to(event)).json
        neighbours = [answer.get(name) for name in NEIGHBOURS]
        self.expect(
            "EV-75", not any(other in self.deleted for other in neighbours), "no deleted event as neighbour", neighbours
        )
        return _without_neighbours(answer)


def _without_neighbours(event: Item) -> Item:
    return {name: value for name, value in event.items() if name not in NEIGHBOURS}


@pytest.mark.rules(
    *("EV-03", "EV-23", "EV-48", "EV-49", "EV-57", "EV-58", "EV-59", "EV-60", "EV-61", "EV-62", "EV-64", "EV-66"),
    *("EV-70", "EV-73", "EV-75", "EV-76", "EV-80"),
)
def test_events_follow_their_model_in_any_order(world: World, expect: Expect) -> None:
    with world.frozen_clock():
        run_machine(world, lambda: EventModel(world.fresh(), expect), examples=6, steps=30)
