"""Calls on what a run has not created that can change nothing, whatever the target makes of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from contract_tests.actors import Actor
from contract_tests.world import EVENTS, INVENTED_IDS, INVENTED_IDS_PREFIX


@dataclass(frozen=True)
class HarmlessCalls:
    """Tells such calls, and remembers which paths with invented ids no actor sees an object at."""

    _empty: set[str] = field(default_factory=set)

    def include(self, readers: Sequence[Actor], method: str, item: str, body: Any) -> bool:
        """Whether a call is on an id that checks have invented, or sets the star of an event to what it is.

        An invented id that a reader sees an object with is none; of each org the one who sees most is asked.
        """
        invented = item.rpartition("/")[2]
        if invented in INVENTED_IDS or invented.startswith(INVENTED_IDS_PREFIX):
            if item not in self._empty and not any(200 <= actor.get(item).status < 300 for actor in readers):
                self._empty.add(item)
            return item in self._empty
        if method != "PATCH" or not item.startswith(EVENTS) or not isinstance(body, dict) or [*body] != ["starred"]:
            return False
        answers = (actor.get(item) for actor in readers)
        return any(answer.status == 200 and answer.json.get("starred") is body["starred"] for answer in answers)
