"""Which operations a shared target serves: those that no endpoint page documents may be missing."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from contract_tests import catalogue, document
from contract_tests.actors import Actor, Answer
from contract_tests.document import Operation
from contract_tests.verdicts import NotServed, Violation

#: The id of no object on any target.
_UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
_ID = re.compile(r"\{\w+\}")
#: How many objects of a list are read to find out whether they can be read one by one.
_MAX_OBJECTS = 3


@dataclass
class ServedOperations:
    """What a run has found out by calls that change nothing; ``actors`` returns the callers whose token is valid."""

    actors: Callable[[], Sequence[Actor]]
    _found: dict[str, bool] = field(default_factory=dict)

    def require(self, method: str, path: str, answer: Answer) -> None:
        """Raise NotServed if the answer means that the target does not have the operation, whoever calls it."""
        operation = document.operation_at(method, path) if answer.status in (404, 405) else None
        if operation is None or operation.id in catalogue.load().documented:
            return
        if answer.status == 405 or not self._is_served(operation):
            raise NotServed(f"{operation.method} {operation.path}: not served here, nor named by an endpoint page")

    def _is_served(self, operation: Operation) -> bool:
        """Whether a 404 can be about an object, because the target has the operation.

        Where that cannot be told, the operation counts as missing.
        """
        if operation.id not in self._found:
            found = self._reads(operation) if operation.method == "GET" else self._answers_405(operation)
            self._found[operation.id] = found
        return self._found[operation.id]

    def _reads(self, operation: Operation) -> bool:
        """Whether some caller gets an answer to a GET, of an object that exists if the path takes an id."""
        return any(
            actor.get(path).status not in (404, 405)
            for actor in self.actors()
            for path in self._existing_paths(actor, operation)
        )

    def _existing_paths(self, actor: Actor, operation: Operation) -> Iterator[str]:
        if not operation.takes_id:
            yield operation.path
            return
        collection = operation.path.partition("/{")[0]
        try:
            rows = actor.get(collection).rows[:_MAX_OBJECTS]
        except Violation:
            rows = []
        yield from (_ID.sub(str(row["id"]), operation.path) for row in rows if "id" in row)

    def _answers_405(self, operation: Operation) -> bool:
        """Whether the target has the path and answers 405 where it has not the method; no object has the ids."""
        offered = document.load().paths[operation.path]
        method = next(method for method in ("GET", "POST", "PUT") if method not in offered)
        path = _ID.sub(_UNKNOWN_ID, operation.path)
        return any(actor.call(method, path).status == 405 for actor in self.actors()[:1])
