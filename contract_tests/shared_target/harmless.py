"""Calls on what a run has not created that can change nothing, whatever the target makes of them."""

from collections.abc import Sequence
from typing import Any

from contract_tests.actors import Actor
from contract_tests.world import EVENTS, INVENTED_IDS, INVENTED_IDS_PREFIX


def changes_nothing(actors: Sequence[Actor], method: str, item: str, body: Any) -> bool:
    """Whether a call is on an id that checks have invented, or sets the star of an event to what it is.

    An invented id that an actor sees an object with is none.
    """
    invented = item.rpartition("/")[2]
    if invented in INVENTED_IDS or invented.startswith(INVENTED_IDS_PREFIX):
        return not any(200 <= actor.get(item).status < 300 for actor in actors)
    if method != "PATCH" or not item.startswith(EVENTS) or not isinstance(body, dict) or [*body] != ["starred"]:
        return False
    answers = (actor.get(item) for actor in actors)
    return any(answer.status == 200 and answer.json.get("starred") is body["starred"] for answer in answers)
