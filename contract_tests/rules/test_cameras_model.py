"""A camera compared with a model: renaming, moving, triggering, waiting and deleting, in any order."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from contract_tests.expectations import Expect
from contract_tests.generation.state_machines import Model, run_machine
from contract_tests.steps.cameras import listed_ids, path_to
from contract_tests.world import EVENTS, World

#: The seconds between two manual triggers (RL-04), and until a camera is online (AS-113).
_TRIGGER_INTERVAL_SECONDS, _CONNECT_SECONDS = 5, 10
#: Calls on a deleted camera, which are answered 404: method, part of the path, body.
_CALLS = (("GET", "", None), ("PATCH", "", {"name": "x"}), ("DELETE", "", None), ("POST", "/trigger", None))


class CameraModel(Model):
    """One camera, from its creation on; the clock moves in ``wait`` only."""

    def __init__(self, world: World, expect: Expect) -> None:
        super().__init__(world, expect)
        camera = world.camera()
        self.id, self.name, self.site = camera["id"], camera["name"], camera["site_id"]
        self.seconds_connected = 0
        self.seconds_since_trigger: int | None = None
        self.events: list[str] = []
        self.deleted = False

    @precondition(lambda self: not self.deleted)
    @rule(name=st.sampled_from(["Dock", "Gate 2"]))
    def rename(self, name: str) -> None:
        """Give the camera another name, or the same."""
        answer = self.world.operator.patch(path_to(self.id), {"name": name})
        self.expect("AS-114", answer.is_(200), "a camera to be renamed", answer)
        self.name = name

    @precondition(lambda self: not self.deleted)
    @rule(number=st.integers(0, 1))
    def move(self, number: int) -> None:
        """Move the camera to a site, or leave it at its own."""
        site = self.world.sites[number]
        answer = self.world.operator.patch(path_to(self.id), {"site_id": site})
        self.expect("CAM-25", answer.is_(200), "a camera to be moved", answer)
        self.seconds_connected = self.seconds_connected if site == self.site else 0
        self.site = site

    @precondition(lambda self: not self.deleted and self.seconds_since_trigger != _TRIGGER_INTERVAL_SECONDS)
    @rule()
    def trigger(self) -> None:
        """Trigger the camera, which is allowed once in five seconds."""
        answer = self.world.operator.call("POST", path_to(self.id, "/trigger"))
        allowed = self.seconds_since_trigger is None or self.seconds_since_trigger > _TRIGGER_INTERVAL_SECONDS
        self.expect(
            "CAM-20",
            answer.is_(201 if allowed else 429),
            f"201 or 429, {self.seconds_since_trigger} s after the last trigger",
            answer,
        )
        if allowed:
            self.events.append(answer["id"])
            self.seconds_since_trigger = 0

    @rule(seconds=st.sampled_from([1, 4, 6, 31]))
    def wait(self, seconds: int) -> None:
        """Advance the clock."""
        self.world.advance(seconds)
        self.seconds_connected += seconds
        self.seconds_since_trigger = (
            None if self.seconds_since_trigger is None else self.seconds_since_trigger + seconds
        )

    @precondition(lambda self: not self.deleted and self.events)
    @rule()
    def delete(self) -> None:
        """Delete the camera, once it has an event."""
        answer = self.world.operator.delete(path_to(self.id))
        self.expect("AS-119", answer.is_(204), "a camera to be deleted", answer)
        self.deleted = True

    @precondition(lambda self: self.deleted)
    @rule(call=st.sampled_from(_CALLS))
    def call_the_deleted_camera(self, call: tuple[str, str, dict[str, str] | None]) -> None:
        """Make a call on the deleted camera."""
        method, part, body = call
        answer = self.world.operator.call(method, path_to(self.id, part), json=body)
        self.expect("AS-102", answer.is_(404, "not_found"), "404 not_found", answer)

    @invariant()
    def reading_it_shows_the_model(self) -> None:
        """An existing camera has its name, site and status; a deleted one is not found."""
        answer = self.world.operator.get(path_to(self.id))
        if self.deleted:
            self.expect("AS-102", answer.is_(404, "not_found"), "404 not_found", answer)
            return
        self.expect.equal("AS-114", answer["name"], self.name, "name")
        self.expect.equal("CAM-25", (answer["id"], answer["site_id"]), (self.id, self.site), "id and site")
        online = self.seconds_connected >= _CONNECT_SECONDS
        self.expect.equal(
            "CAM-26", answer["status"], "online" if online else "pending", f"status after {self.seconds_connected} s"
        )

    @invariant()
    def the_list_has_it_until_it_is_deleted(self) -> None:
        """The list has the camera once, or not at all."""
        found = listed_ids(self.world.operator).count(self.id)
        self.expect.equal("AS-102", found, int(not self.deleted), "how often the list has the camera")

    @invariant()
    def its_events_remain(self) -> None:
        """The list of events has what was recorded, with camera_deleted once the camera is deleted."""
        found = self.world.operator.get(EVENTS, camera_id=self.id, limit=100)["data"]
        recorded = {event["id"]: event["camera_deleted"] for event in found}
        expected = dict.fromkeys(self.events, self.deleted)
        self.expect.equal("CAM-23", recorded, expected, "the camera's events, each with camera_deleted,")


@pytest.mark.own_org
@pytest.mark.rules("CAM-20", "CAM-23", "CAM-25", "CAM-26", "AS-102", "AS-114", "AS-119")
def test_a_camera_follows_its_model_in_any_order(world: World, expect: Expect) -> None:
    with world.frozen_clock():
        run_machine(world, lambda: CameraModel(world.fresh(), expect), examples=6, steps=20)
