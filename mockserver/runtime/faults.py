"""Faults: the weather that users of the mock inject to see how their client bears it."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Count = Annotated[int, Meta(ge=0)]
Milliseconds = Annotated[int, Meta(ge=0, le=600_000)]
#: What can happen to a call; of the first four only one.
ANSWERS = ("status", "drop", "truncate", "malformed")
EFFECTS = (*ANSWERS, "delay_ms", "jitter_ms", "drip_ms")


class CallInfo(msgspec.Struct, frozen=True):
    """A call that a fault may strike: what is asked, by whom, and with which headers."""

    operation: str | None
    method: str
    path: str
    org: str | None = None
    actor: str | None = None
    headers: Iterable[tuple[bytes, bytes]] = ()


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which calls to disturb (every one by default), how, how often, and how many it has hit so far.

    ``path`` is a literal path or a template such as ``/api/v1/events/{id}``; ``after`` lets so many of the calls pass
    first, ``seen`` of them so far; ``times`` None means until cleared. ``truncate`` is the number of body bytes sent
    before the connection is cut, ``malformed`` sends a body that is no JSON, ``drip_ms`` takes so long over the body.
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

    def spent(self) -> bool:
        """Whether it has hit as often as it should."""
        return self.times is not None and self.matched >= self.times

    def concerns(self, call: CallInfo) -> bool:
        """Whether a call is one of those to disturb."""
        return (
            self.operation in (None, call.operation)
            and self.method in (None, call.method)
            and (self.path is None or _pattern(self.path).fullmatch(call.path) is not None)
            and self.org in (None, call.org)
            and self.actor in (None, call.actor)
            and (self.headers is None or _carries(call, self.headers))
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
    if fault.operation is not None and (fault.method is not None or fault.path is not None):
        raise FaultError("operation", "stands alone, without method and path")
    answers = [name for name in ANSWERS if getattr(fault, name) is not None]
    if len(answers) > 1:
        raise FaultError(answers[1], f"excludes {answers[0]}")
    if fault.drip_ms is not None and (fault.drop or fault.truncate is not None):
        raise FaultError("drip_ms", "takes a body that is sent to its end")
    if all(getattr(fault, name) is None for name in EFFECTS):
        raise FaultError("status", f"one of {', '.join(EFFECTS)} is required")


class Faults:
    """The faults in force, asked in the order they were added; ``chance`` returns a number from 0 to 1."""

    def __init__(self, random_source: Callable[[], float]) -> None:
        self._random_source = random_source
        self._faults: list[Fault] = []
        self._added = 0

    def add(self, fault: Fault) -> Fault:
        """Put a fault in force and return it with its id."""
        self._added += 1
        numbered = msgspec.structs.replace(fault, id=self._added, matched=0)
        self._faults.append(numbered)
        return numbered

    def __len__(self) -> int:
        return len(self._faults)

    def match(self, call: CallInfo) -> Fault | None:
        """Return the fault that hits this call, if any, and count the hit."""
        for index, fault in enumerate(self._faults):
            if fault.spent() or not fault.concerns(call):
                continue
            if fault.seen < fault.after:
                self._faults[index] = msgspec.structs.replace(fault, seen=fault.seen + 1)
                continue
            if fault.probability >= 1 or self._random_source() < fault.probability:
                self._faults[index] = msgspec.structs.replace(fault, matched=fault.matched + 1)
                return fault
        return None

    def seconds(self, fault: Fault) -> float:
        """Return for how long a fault holds its call back; jitter adds up to so much."""
        jitter = (fault.jitter_ms or 0) * self._random_source() if fault.jitter_ms else 0
        return ((fault.delay_ms or 0) + jitter) / 1000

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


def _carries(call: CallInfo, wanted: Mapping[str, str]) -> bool:
    carried = {(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in call.headers}
    return all((name.lower(), value) in carried for name, value in wanted.items())


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^/{}]+\}", template)
    return re.compile("[^/]+".join(re.escape(part) for part in parts))
