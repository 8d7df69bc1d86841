"""The active faults: which of them applies to a call, found by an index, and how often each has applied."""

import heapq
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from operator import attrgetter

import msgspec

from mockserver.runtime.faults import CallInfo, Effects, Fault, FaultError

MAX_FAULTS = 10_000
MAX_FAULTS_BYTES = 16 * 1024 * 1024
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
        self._bytes: int | None = 0  # None: to be counted

    def add(self, fault: Fault) -> Fault:
        """Activate a fault and return it with its id. Raises FaultError when there are too many, or too large ones."""
        held = sum(map(size, self._faults.values())) if self._bytes is None else self._bytes
        require_room(len(self._faults), held, fault)
        self._added += 1
        numbered = msgspec.structs.replace(fault, id=self._added, matched=0)
        self._bytes = held + size(numbered)
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
        if fault.used_up():
            self._remove_from_index(fault)
        else:
            self._index.setdefault(_key(fault), {})[fault.id] = fault

    def _remove_from_index(self, fault: Fault) -> None:
        key = _key(fault)
        if indexed := self._index.get(key):
            indexed.pop(fault.id, None)
            if not indexed:
                del self._index[key]

    def seconds(self, effects: Effects) -> float:
        """Return by how many seconds effects delay a call: ``delay_ms`` and a random part of ``jitter_ms``."""
        jitter = (effects.jitter_ms or 0) * self._random() if effects.jitter_ms else 0
        return ((effects.delay_ms or 0) + jitter) / 1000

    def remove(self, ids: Collection[int]) -> None:
        """Remove the faults with these ids."""
        for fault in [self._faults.pop(id_) for id_ in ids if id_ in self._faults]:
            self._bytes = None
            self._remove_from_index(fault)

    def clear(self) -> None:
        """Remove all faults."""
        self._faults.clear()
        self._index.clear()
        self._bytes = 0

    def dump(self) -> list[Fault]:
        """Return all faults, the used-up ones too, oldest first."""
        return list(self._faults.values())

    def restore(self, faults: Sequence[Fault]) -> None:
        """Activate exactly these faults."""
        self.clear()
        for fault in faults:
            self._bytes = None
            self._keep(fault)
        self._added = max((fault.id for fault in faults), default=0)


def size(fault: Fault) -> int:
    """Return the size of a fault in bytes."""
    return len(msgspec.json.encode(fault))


def require_room(number: int, bytes_: int, fault: Fault) -> None:
    """Raise FaultError if a fault cannot be added to so many of so many bytes."""
    if number >= MAX_FAULTS:
        raise FaultError("body", f"there are {MAX_FAULTS:,} faults already; DELETE /_mock/faults removes them")
    if bytes_ + size(fault) > MAX_FAULTS_BYTES:
        raise FaultError("body", f"all faults together have at most {MAX_FAULTS_BYTES:,} bytes")


def _key(fault: Fault) -> _Key:
    """Return the key that a fault is indexed by: one that every call that it matches has."""
    wanted = fault.criteria
    if wanted.headers:
        name, text = next(iter(wanted.headers.items()))
        return wanted.org, "header", name.lower(), text
    if wanted.path is not None:
        literal, brace, _ = wanted.path.partition("{")
        return (wanted.org, "below", literal.rpartition("/")[0]) if brace else (wanted.org, "path", literal)
    return (wanted.org, "operation", wanted.operation) if wanted.operation else (wanted.org, "actor", wanted.actor)


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
