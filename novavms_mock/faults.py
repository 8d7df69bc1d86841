"""Faults: calls that are answered with an error, late, in part or not at all."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypedDict, Unpack

from novavms_mock.control import Control, MockError

#: Of a fault that a reset or ``clear`` has removed.
_NOT_FOUND = 404


class FaultFields(TypedDict, total=False):
    """The fields of ``POST /_mock/faults``: which calls, and what happens to them."""

    match: Mapping[str, Any]
    method: str
    path: str
    org: str
    actor: str
    headers: Mapping[str, str]
    status: int
    answer: Mapping[str, Any]
    change: Mapping[str, Any] | Sequence[Mapping[str, Any]]
    delay_ms: int
    jitter_ms: int
    drip_ms: int
    drop: bool
    truncate: int
    malformed: bool
    sequence: Sequence[Mapping[str, Any]]
    after: int
    times: int
    probability: float


class Fault:
    """One fault of the mock; as a context manager it is removed when the block ends."""

    def __init__(self, control: Control, described: Mapping[str, Any]) -> None:
        self._control = control
        self.id: int = described["id"]

    @property
    def matched(self) -> int:
        """The number of calls that it has applied to. Raises MockError once it is removed."""
        found: int = self._control.get(f"/faults/{self.id}")["matched"]
        return found

    def remove(self) -> None:
        """Remove it. Raises MockError once it is removed."""
        self._control.call("DELETE", f"/faults/{self.id}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self.remove()
        except MockError as failure:
            if failure.status != _NOT_FOUND:
                raise


class Faults:
    """The faults of the mock, or those for the calls of one org."""

    def __init__(self, control: Control, org_id: str | None = None) -> None:
        self._control = control
        self._org = {} if org_id is None else {"org": org_id}

    def add(self, operation: str | None = None, **fault: Unpack[FaultFields]) -> Fault:
        """Add a fault for the calls of an ``operation``, or of a ``method`` and ``path``, or for all.

        Raises MockError that names the field that is wrong.
        """
        chosen = self._org | ({} if operation is None else {"operation": operation})
        match = fault.pop("match", None)
        matched = chosen if match is None else {"match": {**chosen, **match}}
        return Fault(self._control, self._control.post("/faults", {**matched, **fault}))

    def all(self) -> list[Fault]:
        """Return them, oldest first."""
        return [Fault(self._control, described) for described in self._control.get("/faults", self._org)["data"]]

    def clear(self) -> None:
        """Remove all of them."""
        self._control.call("DELETE", "/faults", params=self._org)
