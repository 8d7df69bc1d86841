"""Events that triggering a camera of the run makes: which there are, and that they leave nothing behind."""

from collections.abc import Sequence
from typing import Any

from contract_tests.actors import Actor, TargetError
from contract_tests.shared_target.lists import paged_rows
from contract_tests.verdicts import Unavailable, Violation
from contract_tests.world import EVENTS, RULES, USERS

Rows = list[dict[str, Any]]


def rows_of(readers: Sequence[Actor], camera: str) -> Rows | None:
    """Return the events of a camera, as the first actor reads them who can; None if none can.

    A target whose filter is broken shows others too, which are left out.
    """
    camera_id = camera.rpartition("/")[2]
    for actor in readers:
        try:
            rows = list(paged_rows(actor, EVENTS, camera_id=camera_id))
        except (Violation, Unavailable, TargetError):
            continue
        return [row for row in rows if row.get("camera_id") == camera_id]
    return None


def require_deletable(deleters: Sequence[Actor], *, known_roles: bool) -> None:
    """Raise Unavailable unless one of the actors may delete events; a role that is not known shows in what it reads."""
    if not deleters or not (known_roles or deleters[0].get(USERS).status == 200):
        raise Unavailable(
            "would make an event that no actor of its org in the target file is known to be able to delete"
        )


def require_silent(readers: Sequence[Actor]) -> None:
    """Raise Unavailable if an event triggered by hand could make an alert rule fire: no documented call deletes alerts.

    A rule for chosen cameras is not for one that the run has made.
    """
    try:
        rules = list(paged_rows(readers[0], RULES))
    except Violation as violation:
        raise Unavailable(f"the alert rules that an event could make fire cannot be read: {violation.actual}") from None
    loud = [rule for rule in rules if rule.get("trigger_type") == "manual" and rule.get("enabled") is not False]
    for rule in loud:
        if rule.get("scope_type") != "specific_cameras":
            raise Unavailable(
                f"an event triggered by hand would make the alert rule {rule.get('id')} fire, and alerts stay for ever"
            )
