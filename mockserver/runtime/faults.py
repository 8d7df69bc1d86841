"""Faults: errors, delays and broken connections that users of the mock inject to test how their client copes."""

import heapq
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from mockserver.runtime.path_templates import path_matches

Count = Annotated[int, Meta(ge=0)]
Milliseconds = Annotated[int, Meta(ge=0, le=600_000)]
#: The effects that exclude each other, and all effects.
EXCLUSIVE_EFFECTS = ("status", "drop", "truncate", "malformed")
EFFECTS = (*EXCLUSIVE_EFFECTS, "delay_ms", "jitter_ms", "drip_ms")
MAX_FAULTS = 10_000


@dataclass(frozen=True)
class CallInfo:
    """What a fault is matched against: which operation is called, by which actor of which org, with which headers."""

    operation: str | None
    method: str
    path: str
    org: str | None = None
    actor: str | None = None
    headers: Iterable[tuple[bytes, bytes]] = ()

    @cached_property
    def sent(self) -> frozenset[tuple[str, str]]:
        """The headers as texts, their names in lower case."""
        return frozenset((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in self.headers)


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
            and self.org in (None, call.org)
            and self.actor in (None, call.actor)
            and self.method in (None, call.method)
            and (self.path is None or path_matches(self.path, call.path))
            and (self.headers is None or all((name.lower(), text) in call.sent for name, text in self.headers.items()))
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


#: The longest path of a fault (spec/control.yaml).
_MAX_PATH_LENGTH = 1000
#: What a call must have for a fault to match it: an org or any (None), and one thing more, such as an operation.
_Key = tuple[str | None, ...]


class FaultList:
    """The active faults, matched in the order they were added; ``random`` returns a number from 0 to 1.

    Those that are not used up are indexed by what they select, so that faults of other calls cost a call nothing.
    """

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._faults: dict[int, Fault] = {}
        self._index: dict[_Key, dict[int, Fault]] = {}
        self._added = 0

    def add(self, fault: Fault) -> Fault:
        """Activate a fault and return it with its id. Raises FaultError when there are MAX_FAULTS."""
        require_room(self._faults)
        self._added += 1
        numbered = msgspec.structs.replace(fault, id=self._added, matched=0)
        self._keep(numbered)
        return numbered

    def __len__(self) -> int:
        return len(self._faults)

    def matches(self, call: CallInfo) -> bool:
        """Whether any fault that is not used up matches a call, whatever was counted so far."""
        return any(fault.matches(call) for fault in self._candidates(call))

    def match(self, call: CallInfo) -> Fault | None:
        """Return the fault that applies to this call, if any, and count the match."""
        for fault in self._candidates(call):
            if not fault.matches(call):
                continue
            if fault.seen < fault.after:
                self._keep(msgspec.structs.replace(fault, seen=fault.seen + 1))
                continue
            if fault.probability >= 1 or self._random() < fault.probability:
                self._keep(msgspec.structs.replace(fault, matched=fault.matched + 1))
                return fault
        return None

    def _candidates(self, call: CallInfo) -> Iterable[Fault]:
        """Return the faults, oldest first, that may match a call; each may be replaced meanwhile."""
        found = [self._index[key].values() for key in _keys_of_call(call) if key in self._index]
        return found[0] if len(found) == 1 else heapq.merge(*found, key=attrgetter("id"))

    def _keep(self, fault: Fault) -> None:
        """Store a fault in place of the one with its id."""
        self._faults[fault.id] = fault
        indexed = self._index.setdefault(_key(fault), {})
        if fault.used_up():
            indexed.pop(fault.id, None)
        else:
            indexed[fault.id] = fault

    def seconds(self, fault: Fault) -> float:
        """Return by how many seconds a fault delays its call: ``delay_ms`` and a random part of ``jitter_ms``."""
        jitter = (fault.jitter_ms or 0) * self._random() if fault.jitter_ms else 0
        return ((fault.delay_ms or 0) + jitter) / 1000

    def clear(self) -> None:
        """Remove all faults."""
        self._faults.clear()
        self._index.clear()

    def dump(self) -> list[Fault]:
        """Return all faults, the used-up ones too, oldest first."""
        return list(self._faults.values())

    def restore(self, faults: Sequence[Fault]) -> None:
        """Activate exactly these faults."""
        self.clear()
        for fault in faults:
            self._keep(fault)
        self._added = max((fault.id for fault in faults), default=0)


def require_room(faults: Collection[object]) -> None:
    """Raise FaultError if no fault can be added to these."""
    if len(faults) >= MAX_FAULTS:
        raise FaultError("status", f"there are {MAX_FAULTS:,} faults already; DELETE /_mock/faults removes them")


def _key(fault: Fault) -> _Key:
    """Return the key that a fault is indexed by: one that every call that it matches has."""
    if fault.headers:
        name, text = next(iter(fault.headers.items()))
        return fault.org, "header", name.lower(), text
    if fault.path is not None:
        literal, brace, _ = fault.path.partition("{")
        return (fault.org, "below", literal.rpartition("/")[0]) if brace else (fault.org, "path", literal)
    return (fault.org, "operation", fault.operation) if fault.operation else (fault.org, "actor", fault.actor)


def _keys_of_call(call: CallInfo) -> Iterable[_Key]:
    """Yield every key that a fault may have that matches the call."""
    for org in {None, call.org}:
        yield org, "path", call.path
        yield from (
            (org, "below", call.path[: slash.start()]) for slash in re.finditer("/", call.path[:_MAX_PATH_LENGTH])
        )
        yield from ((org, "header", *header) for header in call.sent)
        yield org, "operation", call.operation
        yield from ((org, "actor", actor) for actor in {None, call.actor})
