"""Faults: errors, delays and broken connections that users of the mock inject to test how their client copes."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Count = Annotated[int, Meta(ge=0)]
Milliseconds = Annotated[int, Meta(ge=0, le=600_000)]
#: The effects that exclude each other, and all effects.
EXCLUSIVE_EFFECTS = ("status", "drop", "truncate", "malformed")
EFFECTS = (*EXCLUSIVE_EFFECTS, "delay_ms", "jitter_ms", "drip_ms")


class CallInfo(msgspec.Struct, frozen=True):
    """What a fault is matched against: which operation is called, by which actor of which org, with which headers."""

    operation: str | None
    method: str
    path: str
    org: str | None = None
    actor: str | None = None
    headers: Iterable[tuple[bytes, bytes]] = ()


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which calls to disturb (by default all), how, and how often.

    ``path`` is a literal path or a template such as ``/api/v1/events/{id}``. The first ``after`` matching calls pass;
    ``seen`` counts those that have. ``times`` is how many calls to disturb (None: until the fault is cleared);
    ``matched`` counts those that were. ``truncate`` is the number of body bytes sent before the connection is closed,
    ``malformed`` sends a body that is not JSON, ``drip_ms`` spreads the sending of the body over so many milliseconds.
    """

    id: int = 0
    operation: str | None = None
    method: str | None = None
    path: str | None = None
    org: str | None = None
    actor: str | None = None
    headers: dict[str, str] | None = None
    status: Annotated[int, Meta(ge=400, le=599)] | None = None
    delay_ms: Milliseconds | None = None
    jitter_ms: Milliseconds | None = None
    drip_ms: Milliseconds | None = None
    drop: Literal[True] | None = None
    truncate: Count | None = None
    malformed: Literal[True] | None = None
    after: Count = 0
    times: int | None = None
    probability: float = 1.0
    seen: int = 0
    matched: int = 0

    def used_up(self) -> bool:
        """Whether it has disturbed as many calls as it should."""
        return self.times is not None and self.matched >= self.times

    def matches(self, call: CallInfo) -> bool:
        """Whether a call is one of those to disturb, whatever was counted so far."""
        return (
            self.operation in (None, call.operation)
            and self.method in (None, call.method)
            and (self.path is None or _path_pattern(self.path).fullmatch(call.path) is not None)
            and self.org in (None, call.org)
            and self.actor in (None, call.actor)
            and (self.headers is None or _has_headers(call, self.headers))
        )


class FaultError(ValueError):
    """A fault contradicts itself or can never match; ``key`` is the key to change."""

    def __init__(self, key: str, text: str) -> None:
        super().__init__(f"{key}: {text}")
        self.key = key
        self.text = text


def check(fault: Fault, operations: Collection[str]) -> None:
    """Raise FaultError for a fault that contradicts itself or names none of the ``operations``."""
    if fault.operation is not None and fault.operation not in operations:
        raise FaultError("operation", "is not an operationId of the document")
    if fault.operation is not None and (fault.method is not None or fault.path is not None):
        raise FaultError("operation", "excludes method and path")
    answers = [name for name in EXCLUSIVE_EFFECTS if getattr(fault, name) is not None]
    if len(answers) > 1:
        raise FaultError(answers[1], f"excludes {answers[0]}")
    if fault.drip_ms is not None and (fault.drop or fault.truncate is not None):
        raise FaultError("drip_ms", "excludes drop and truncate: it needs a body that is sent completely")
    if all(getattr(fault, name) is None for name in EFFECTS):
        raise FaultError("status", f"one of {', '.join(EFFECTS)} is required")


class FaultList:
    """The active faults, matched in the order they were added; ``random`` returns a number from 0 to 1."""

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._faults: list[Fault] = []
        self._added = 0

    def add(self, fault: Fault) -> Fault:
        """Activate a fault and return it with its id."""
        self._added += 1
        numbered = msgspec.structs.replace(fault, id=self._added, matched=0)
        self._faults.append(numbered)
        return numbered

    def __len__(self) -> int:
        return len(self._faults)

    def match(self, call: CallInfo) -> Fault | None:
        """Return the fault that applies to this call, if any, and count the match."""
        for index, fault in enumerate(self._faults):
            if fault.used_up() or not fault.matches(call):
                continue
            if fault.seen < fault.after:
                self._faults[index] = msgspec.structs.replace(fault, seen=fault.seen + 1)
                continue
            if fault.probability >= 1 or self._random() < fault.probability:
                self._faults[index] = msgspec.structs.replace(fault, matched=fault.matched + 1)
                return fault
        return None

    def seconds(self, fault: Fault) -> float:
        """Return by how many seconds a fault delays its call: ``delay_ms`` and a random part of ``jitter_ms``."""
        jitter = (fault.jitter_ms or 0) * self._random() if fault.jitter_ms else 0
        return ((fault.delay_ms or 0) + jitter) / 1000

    def clear(self) -> None:
        """Remove all faults."""
        self._faults.clear()

    def dump(self) -> list[Fault]:
        """Return all faults, the used-up ones too, oldest first."""
        return list(self._faults)

    def restore(self, faults: Sequence[Fault]) -> None:
        """Activate exactly these faults."""
        self._faults = list(faults)
        self._added = max((fault.id for fault in faults), default=0)


def _has_headers(call: CallInfo, required: Mapping[str, str]) -> bool:
    sent = {(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in call.headers}
    return all((name.lower(), value) in sent for name, value in required.items())


def _path_pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^/{}]+\}", template)
    return re.compile("[^/]+".join(re.escape(part) for part in parts))
