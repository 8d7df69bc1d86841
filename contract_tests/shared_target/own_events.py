"""Events of the run's own on a shared target: made by triggering a new camera, and kept for checks that change one."""

from collections.abc import Callable
from dataclasses import dataclass

from contract_tests.actors import Actor
from contract_tests.shared_target.paths import path_of
from contract_tests.shared_target.write_guard import WriteGuard
from contract_tests.verdicts import NotServed, Unavailable
from contract_tests.world import CAMERAS, EVENTS, JSON

#: How long an event may take to appear after its camera was triggered.
_WAITS_SECONDS = (0.0, 1.0, 2.0, 4.0)
#: What checks change of an event, as it is before they do.
_UNCHANGED = {"acknowledged": False, "starred": False}


@dataclass
class OwnEvents:
    """The events that a run makes in an org; ``wait`` waits for some seconds."""

    guard: WriteGuard
    wait: Callable[[float], None]
    org: str
    #: The path of the event that checks change, and why none can be made.
    _kept: str | None = None
    _reason: str | None = None

    def one_to_change(self, operator: Actor, new_camera: Callable[[], JSON], *, existing: bool) -> str:
        """Return the id of an event that checks may change, neither acknowledged nor starred; it may have any notes.

        It lasts until the end of the run; if none can be made, it is an ``existing`` one where that is permitted.
        Raises Unavailable.
        """
        if self._kept is None or operator.patch(self._kept, _UNCHANGED).status == 404:
            try:
                camera, self._kept = self._make(operator, new_camera)
                self.guard.lasting |= {camera, self._kept}
            except Unavailable as reason:
                if not existing:
                    raise Unavailable(f'{reason}; events = "mutable" permits to change an existing one') from None
                self.guard.exclusive.acquire()  # another process would choose the same
                self._kept = self.guard.changed_events.choose(operator)
                operator.patch(self._kept, _UNCHANGED)
        return self._kept.rpartition("/")[2]

    def new(self, operator: Actor, new_camera: Callable[[], JSON]) -> str:
        """Make an event by triggering a new camera, and return its id. Raises Unavailable."""
        return self._make(operator, new_camera)[1].rpartition("/")[2]

    def _make(self, operator: Actor, new_camera: Callable[[], JSON]) -> tuple[str, str]:
        """Make an event and return the paths of its camera and of itself. Raises Unavailable."""
        if self._reason:
            raise Unavailable(self._reason)
        try:
            self.guard.require_deletable_events(self.org)
            camera = f"{CAMERAS}/{new_camera()['id']}"
            answer = operator.call("POST", f"{camera}/trigger")
        except NotServed as reason:
            self._reason = f"needs an event of the run's own; {reason}"
            raise Unavailable(self._reason) from None
        if not 200 <= answer.status < 300:
            raise Unavailable(f"triggering a camera was answered {answer}")
        return camera, self._event_of(camera)

    def _event_of(self, camera: str) -> str:
        """Return the path of the event of a camera that was just triggered. Raises Unavailable."""
        if (latest := next(reversed(self.guard.created))).startswith(EVENTS):
            return latest
        for seconds in _WAITS_SECONDS:
            self.wait(seconds)
            if rows := self.guard.events_of(camera, self.org):
                self.guard.add(path_of(rows[0], EVENTS))
                return path_of(rows[0], EVENTS)
        raise Unavailable("triggering a camera was answered with success, and no list shows an event of it")
