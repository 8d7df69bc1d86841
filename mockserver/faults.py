"""Faults: the weather that users of the mock inject to see how their client bears it."""

import re
from collections.abc import Callable, Collection, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which calls to disturb (every one by default), how, how often, and how many it has hit so far.

    ``path`` is a literal path or a template such as ``/api/v1/events/{id}``; ``times`` None means until cleared;
    ``truncate`` is the number of body bytes sent before the connection is cut.
    """

    id: int = 0
    operation: str | None = None
    method: str | None = None
    path: str | None = None
    status: Annotated[int, Meta(ge=400, le=599)] | None = None
    delay_ms: int | None = None
    drop: bool | None = None
    truncate: int | None = None
    times: int | None = None
    probability: float = 1.0
    matched: int = 0

    def spent(self) -> bool:
        """Whether it has hit as often as it should."""
        return self.times is not None and self.matched >= self.times

    def concerns(self, operation: str | None, method: str, path: str) -> bool:
        """Whether a call is one of those to disturb."""
        return (
            self.operation in (None, operation)
            and self.method in (None, method)
            and (self.path is None or _pattern(self.path).fullmatch(path) is not None)
        )


class FaultError(ValueError):
    """A fault that makes no sense; ``key`` is the one to change."""

    def __init__(self, key: str, text: str) -> None:
        super().__init__(f"{key}: {text}")
        self.key = key
        self.text = text


def check(fault: Fault, operations: Collection[str]) -> None:
    """Refuse a fault that could never strike or contradicts itself. Raises FaultError."""
    if fault.operation is not None and fault.operation not in operations:
        raise FaultError("operation", "is not an operationId of the document")
    if fault.operation is not None and fault.method is not None:
        raise FaultError("operation", "stands alone, without method and path")
    if (fault.method is None) != (fault.path is None):
        raise FaultError("method" if fault.method is None else "path", "goes with the other of method and path")
    answers = [name for name in ("status", "drop", "truncate") if getattr(fault, name) is not None]
    if len(answers) > 1:
        raise FaultError(answers[1], f"excludes {answers[0]}")
    if not answers and fault.delay_ms is None:
        raise FaultError("status", "one of status, delay_ms, drop and truncate is required")


class Faults:
    """The faults in force, asked in the order they were added; ``chance`` returns a number from 0 to 1."""

    def __init__(self, chance: Callable[[], float]) -> None:
        self._chance = chance
        self._faults: list[Fault] = []
        self._added = 0

    def add(self, fault: Fault) -> Fault:
        """Put a fault in force and return it with its id."""
        self._added += 1
        numbered = msgspec.structs.replace(fault, id=self._added, matched=0)
        self._faults.append(numbered)
        return numbered

    def strike(self, operation: str | None, method: str, path: str) -> Fault | None:
        """Return the fault that hits this call, if any, and count the hit."""
        for index, fault in enumerate(self._faults):
            if fault.spent() or not fault.concerns(operation, method, path):
                continue
            if fault.probability >= 1 or self._chance() < fault.probability:
                self._faults[index] = msgspec.structs.replace(fault, matched=fault.matched + 1)
                return fault
        return None

    def clear(self) -> None:
        """Clear the sky."""
        self._faults.clear()

    def dump(self) -> list[Fault]:
        """Return all faults, the spent ones too, oldest first."""
        return list(self._faults)

    def restore(self, faults: Sequence[Fault]) -> None:
        """Put exactly these faults in force."""
        self._faults = list(faults)
        self._added = max((fault.id for fault in faults), default=0)


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^/{}]+\}", template)
    return re.compile("[^/]+".join(re.escape(part) for part in parts))
