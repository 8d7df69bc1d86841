"""Calls whose answer was lost: whether they took effect, so that making them again would not be the same.

Reading tells. An object that a lost call created is removed, and can then be created again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from contract_tests import document
from contract_tests.actors import Actor, Call, NotReached
from contract_tests.shared_target.lists import name_of, paged_rows
from contract_tests.verdicts import Unavailable, Violation
from contract_tests.world import GATEWAYS

#: Methods whose repetition has no further effect (RFC 9110, 9.2.2).
_IDEMPOTENT_METHODS = ("GET", "HEAD", "OPTIONS", "PUT", "DELETE")
#: Fields whose change may be refused, or recorded anew, when it is asked for again.
_TRANSITIONS = ("status", "acknowledged")
JSON = Any


@dataclass(frozen=True)
class LostCalls:
    """Finds out what became of calls.

    ``readers`` returns who can read what an actor may have changed; ``is_known`` is whether the path is of an object
    whose creation was answered; ``remove`` removes an object of which only now is known that the run created it: by its
    name, which begins with ``prefix``.
    """

    readers: Callable[[Actor], Sequence[Actor]]
    is_known: Callable[[str], bool]
    remove: Callable[[Actor, str], bool]
    prefix: str = ""

    def require_repeatable(self, call: Call) -> None:
        """Make sure that making a call again has the effect of making it once. Raises NotReached."""
        if call.method in _IDEMPOTENT_METHODS:
            return
        if call.method == "PATCH":
            self._require_no_change(call)
        elif call.method == "POST" and _creates(call):
            self._remove_created(call)
        else:
            raise NotReached(f"{call} was not answered, and may have taken effect")

    def _require_no_change(self, call: Call) -> None:
        """Make sure that a change with absolute values has not been made, where making it again may be refused."""
        changed = call.body if isinstance(call.body, dict) else {}
        transitions = {name: changed[name] for name in _TRANSITIONS if name in changed}
        if not transitions and isinstance(call.body, dict):
            return
        shown = self._object(call) if transitions else None
        if shown is None or all(shown.get(name) == value for name, value in transitions.items()):
            raise NotReached(f"{call} was not answered, and may have taken effect")

    def _remove_created(self, call: Call) -> None:
        """Remove what a lost call has created, by its name."""
        path, name = _list_of(call.path), name_of(call.body)
        for actor in self.readers(call.actor) if name else ():
            rows = _rows(actor, path)
            if rows is None:
                continue
            found = [f"{path}/{row['id']}" for row in rows if name_of(row) == name and "id" in row]
            unknown = [item for item in found if not self.is_known(item)]
            if unknown and not (name or "").startswith(self.prefix):
                break
            if all(self.remove(call.actor, item) for item in unknown):
                return
        raise NotReached(f"{call} was not answered, and may have created something")

    def _object(self, call: Call) -> JSON | None:
        """Return the object that a call is about, read alone or in its list."""
        path, _, object_id = call.path.rpartition("/")
        for actor in self.readers(call.actor):
            answer = actor.get(call.path)
            if answer.status == 200 and isinstance(answer.json, dict):
                return answer.json
            rows = _rows(actor, path) or ()
            if found := next((row for row in rows if row.get("id") == object_id), None):
                return found
        return None


def _creates(call: Call) -> bool:
    """Whether a call creates an object that a list shows."""
    operation = document.operation_at("POST", call.path)
    return operation is not None and operation.created_in is not None


def _list_of(path: str) -> str:
    return GATEWAYS if path.startswith(f"{GATEWAYS}/") else path


def _rows(actor: Actor, path: str) -> list[JSON] | None:
    """Return the objects of a list from all its pages, None if the actor cannot read it."""
    try:
        return list(paged_rows(actor, path))
    except (Violation, Unavailable):
        return None
