"""A camera's life against a model: renaming, moving, triggering, waiting and deleting, in any order."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from contract_tests.expectations import Expect
from contract_tests.generation.state_machines import run_machine
from contract_tests.steps.cameras import listed_ids, path_to
from contract_tests.world import EVENTS, World

#: Seconds between two recordings by hand, and until a stream is up (AS-113).
_BETWEEN, _COMING_UP = 5, 10
#: What is asked of a camera that is gone, and answered 404.
_ASKED = (("GET", "", None), ("PATCH", "", {"name": "x"}), ("DELETE", "", None), ("POST", "/trigger", None))


class Life(RuleBasedStateMachine):
    """One camera, from its registration on, while the clock stands still between waits."""

    def __init__(self, world: World, expect: Expect) -> None:
        super().__init__()
        self.world = world
        self.expect = expect
        camera = world.camera()
        self.id, self.name, self.site = camera["id"], camera["name"], camera["site_id"]
        self.connected = 0
        self.triggered: int | None = None
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
    @rule(where=st.integers(0, 1))
    def move(self, where: int) -> None:
        """Move the camera to a site, or leave it at its own."""
        site = self.world.sites[where]
        answer = self.world.operator.patch(path_to(self.id), {"site_id": site})
        self.expect("CAM-25", answer.is_(200), "a camera to be moved", answer)
        self.connected = self.connected if site == self.site else 0
        self.site = site

    @precondition(lambda self: not self.deleted and self.triggered != _BETWEEN)
    @rule()
    def trigger(self) -> None:
        """Record by hand, which is possible once in five seconds."""
        answer = self.world.operator.call("POST", path_to(self.id, "/trigger"))
        possible = self.triggered is None or self.triggered > _BETWEEN
        self.expect("CAM-20", answer.is_(201 if possible else 429), f"what {self.triggered} s allow", answer)
        if possible:
            self.events.append(answer["id"])
            self.triggered = 0

    @rule(seconds=st.sampled_from([1, 4, 6, 31]))
    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.world.advance(seconds)
        self.connected += seconds
        self.triggered = None if self.triggered is None else self.triggered + seconds

    @precondition(lambda self: not self.deleted and self.events)
    @rule()
    def delete(self) -> None:
        """Delete the camera, once something has happened there."""
        answer = self.world.operator.delete(path_to(self.id))
        self.expect("AS-119", answer.is_(204), "a camera to be deleted", answer)
        self.deleted = True

    @precondition(lambda self: self.deleted)
    @rule(asked=st.sampled_from(_ASKED))
    def ask_what_is_gone(self, asked: tuple[str, str, dict[str, str] | None]) -> None:
        """Ask something of the deleted camera."""
        method, part, body = asked
        answer = self.world.operator.call(method, path_to(self.id, part), json=body)
        self.expect("AS-102", answer.is_(404, "not_found"), "404 not_found", answer)

    @invariant()
    def it_reads_as_the_model_says(self) -> None:
        """A camera that is there has its name, site and status; one that is gone is not found."""
        answer = self.world.operator.get(path_to(self.id))
        if self.deleted:
            self.expect("AS-102", answer.is_(404, "not_found"), "404 not_found", answer)
            return
        self.expect.equal("AS-114", answer["name"], self.name, "name")
        self.expect.equal("CAM-25", (answer["id"], answer["site_id"]), (self.id, self.site), "id and site")
        up = self.connected >= _COMING_UP
        self.expect.equal(
            "CAM-26", answer["status"], "online" if up else "pending", f"after {self.connected} s, status"
        )

    @invariant()
    def it_is_listed_while_it_is_there(self) -> None:
        """The list holds the camera once, or not at all."""
        found = listed_ids(self.world.operator).count(self.id)
        self.expect.equal("AS-102", found, int(not self.deleted), "how often the list holds the camera is")

    @invariant()
    def its_events_stay(self) -> None:
        """The feed holds what was recorded, marked once the camera is gone."""
        found = self.world.operator.get(EVENTS, camera_id=self.id, limit=100)["data"]
        recorded = {event["id"]: event["camera_deleted"] for event in found}
        expected = dict.fromkeys(self.events, self.deleted)
        self.expect.equal("CAM-23", recorded, expected, "the camera's events, and whether each is marked, are")


@pytest.mark.own_org
@pytest.mark.rules("CAM-20", "CAM-23", "CAM-25", "CAM-26", "AS-102", "AS-114", "AS-119")
def test_a_camera_follows_its_model_in_any_order(world: World, expect: Expect) -> None:
    with world.frozen_clock():
        run_machine(world, lambda: Life(world.fresh(), expect), examples=6, steps=20)
