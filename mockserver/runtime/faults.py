"""Faults: answers, changes, delays and broken connections by which users of the mock test how their client copes."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl

import msgspec
from msgspec import UNSET, Meta, UnsetType

from mockserver.runtime.path_templates import path_matches

Count = Annotated[int, Meta(ge=0)]
Milliseconds = Annotated[int, Meta(ge=0, le=600_000)]
#: The effects that exclude each other, and all effects.
EXCLUSIVE_EFFECTS = ("status", "answer", "change", "drop", "truncate", "malformed")
EFFECTS = (*EXCLUSIVE_EFFECTS, "delay_ms", "jitter_ms", "drip_ms")
CRITERIA = ("operation", "method", "path", "org", "actor", "headers")
#: Headers of answers, which a fault that has them beside its effects is not meant to match.
_ANSWERED = re.compile(
    r"accept-ranges|access-control-.*|age|allow|cache-control|content-.*|date|etag|expires|last-modified|link|location|"
    r"proxy-authenticate|retry-after|server|set-cookie|strict-transport-security|vary|www-authenticate|x-ratelimit-.*|"
    r"x-request-id"
)
_FRAMING = ("connection", "content-length", "date", "keep-alive", "trailer", "transfer-encoding", "upgrade")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t -~\x80-\xff]*")
#: What the operations of a JSON Patch have beside their path.
_PATCH_FIELDS = {"add": ("value",), "replace": ("value",), "test": ("value",), "move": ("from",), "copy": ("from",)}
_WITHOUT_BODY = (204, 205, 304)


@dataclass(frozen=True)
class CallInfo:
    """What a fault is matched against: which operation is called, by which actor of which org, with what."""

    operation: str | None
    method: str
    path: str
    org: str | None = None
    actor: str | None = None
    headers: Iterable[tuple[bytes, bytes]] = ()
    query: bytes = b""

    @cached_property
    def asked(self) -> frozenset[tuple[str, str]]:
        """The parameters of the query."""
        return frozenset(parse_qsl(self.query.decode("latin-1"), keep_blank_values=True))

    @cached_property
    def sent(self) -> frozenset[tuple[str, str]]:
        """The headers as texts, their names in lower case."""
        return frozenset((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in self.headers)


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of a fault."""


class Match(_Part, frozen=True, kw_only=True):
    """Which calls a fault applies to: those that have all that is given; ``path`` may be a template."""

    operation: str | None = None
    method: str | None = None
    path: str | None = None
    org: str | None = None
    actor: str | None = None
    headers: dict[str, str] | None = None
    query: dict[str, str] | None = None


class FaultAnswer(_Part, frozen=True, kw_only=True):
    """What is answered instead of carrying the call out.

    Without a ``body`` an error has the body of the API, any other answer none. A text is sent as it is, anything else
    as JSON. ``retry_after`` is in seconds, and written as such or as a date.
    """

    status: Annotated[int, Meta(ge=200, le=599)]
    headers: dict[str, str] = {}
    content_type: str | None = None
    body: Any | UnsetType = UNSET
    retry_after: Annotated[int, Meta(ge=0, le=1_000_000_000)] | None = None
    retry_after_as: Literal["seconds", "date"] = "seconds"


class FaultChange(_Part, frozen=True, kw_only=True):
    """How the answer of a call that is carried out is changed: headers set or, by None, removed, and its JSON body.

    ``at`` is the JSON Pointer of the value that the patches apply to; ``*`` stands for every item.
    """

    headers: dict[str, str | None] = {}
    at: str = ""
    merge_patch: Any | UnsetType = UNSET
    json_patch: list[dict[str, Any]] | None = None


class Effects(_Part, frozen=True, kw_only=True):
    """What happens to a call.

    ``truncate`` is the number of body bytes sent before the connection is closed, ``malformed`` sends a body that is
    not JSON, ``drip_ms`` spreads the sending of the body over so many milliseconds.
    """

    status: Annotated[int, Meta(ge=400, le=599)] | None = None
    answer: FaultAnswer | None = None
    change: FaultChange | None = None
    delay_ms: Milliseconds | None = None
    jitter_ms: Milliseconds | None = None
    drip_ms: Milliseconds | None = None
    drop: Literal[True] | None = None
    truncate: Count | None = None
    malformed: Literal[True] | None = None

    def given(self) -> list[str]:
        """Return the names of the effects that it has."""
        return [name for name in EFFECTS if getattr(self, name) is not None]


class Fault(Effects, frozen=True, kw_only=True):
    """Which calls to disturb (by default all), how, and how often.

    The calls are those of ``match``, or of the same criteria beside the effects. Of a ``sequence`` each call meets the
    next effects. The first ``after`` matching calls pass; ``seen`` counts those that have. ``times`` is how many calls
    to disturb (None: until the fault is removed, or once through the sequence); ``matched`` counts those that were.
    """

    id: int = 0
    match: Match | None = None
    operation: str | None = None
    method: str | None = None
    path: str | None = None
    org: str | None = None
    actor: str | None = None
    headers: dict[str, str] | None = None
    sequence: tuple[Effects, ...] = ()
    after: Count = 0
    times: int | None = None
    probability: float = 1.0
    seen: int = 0
    matched: int = 0

    @property
    def criteria(self) -> "Match | Fault":
        """What has the criteria: ``match``, or the fault itself."""
        return self.match or self

    @property
    def limit(self) -> int | None:
        """How many calls it disturbs; None for any number."""
        return len(self.sequence) or None if self.times is None else self.times

    def effects(self) -> Effects:
        """Return what happens to the next call that it disturbs."""
        return self.sequence[self.matched % len(self.sequence)] if self.sequence else self

    def used_up(self) -> bool:
        """Whether it has disturbed as many calls as it should."""
        return self.limit is not None and self.matched >= self.limit

    def matches(self, call: CallInfo) -> bool:
        """Whether a call is one of those to disturb, whatever was counted so far."""
        criteria = self.match or self
        return (
            criteria.operation in (None, call.operation)
            and criteria.org in (None, call.org)
            and criteria.actor in (None, call.actor)
            and criteria.method in (None, call.method)
            and (criteria.path is None or path_matches(criteria.path, call.path))
            and (self.match is None or self.match.query is None or self.match.query.items() <= call.asked)
            and (
                criteria.headers is None
                or all((name.lower(), text) in call.sent for name, text in criteria.headers.items())
            )
        )


class FaultError(ValueError):
    """A fault contradicts itself or can never match; ``key`` is the key to change."""

    def __init__(self, key: str, text: str) -> None:
        super().__init__(f"{key}: {text}")
        self.key = key
        self.text = text


def check(fault: Fault, operations: Collection[str]) -> None:
    """Raise FaultError for a fault that contradicts itself or names none of the ``operations``."""
    _check_criteria(fault, operations)
    if fault.sequence and (given := fault.given()):
        raise FaultError("sequence", f"excludes {given[0]}: put it into the steps")
    steps = [(f"sequence.{place}.", step) for place, step in enumerate(fault.sequence)] or [("", fault)]
    for place, effects in steps:
        check_effects(effects, place)
    if not any(effects.given() for _, effects in steps):
        raise FaultError("sequence" if fault.sequence else "status", f"one of {', '.join(EFFECTS)} is required")


def _check_criteria(fault: Fault, operations: Collection[str]) -> None:
    flat = [name for name in CRITERIA if getattr(fault, name) is not None]
    if fault.match and flat:
        raise FaultError(flat[0], f"is not allowed beside match: write match.{flat[0]}")
    if answered := [name for name in fault.headers or () if _ANSWERED.fullmatch(name.lower())]:
        text = (
            f"{answered[0]} is a header of answers: write answer.headers to answer with it, or match.headers to match"
        )
        raise FaultError("headers", text)
    criteria, place = fault.criteria, "match." if fault.match else ""
    if criteria.operation is not None and criteria.operation not in operations:
        raise FaultError(f"{place}operation", "is not an operationId of the document")
    if criteria.operation is not None and (criteria.method is not None or criteria.path is not None):
        raise FaultError(f"{place}operation", "excludes method and path")


def check_effects(effects: Effects, place: str = "") -> None:
    """Raise FaultError for effects that contradict each other; ``place`` begins its key."""
    exclusive = [name for name in EXCLUSIVE_EFFECTS if getattr(effects, name) is not None]
    if len(exclusive) > 1:
        raise FaultError(place + exclusive[1], f"excludes {exclusive[0]}")
    if effects.drip_ms is not None and (effects.drop or effects.truncate is not None):
        raise FaultError(f"{place}drip_ms", "excludes drop and truncate: it needs a body that is sent completely")
    if effects.answer:
        _check_answer(effects.answer, f"{place}answer.")
    if effects.change:
        _check_change(effects.change, f"{place}change.")


def _check_answer(answer: FaultAnswer, place: str) -> None:
    _check_headers(answer.headers, f"{place}headers")
    names = {name.lower() for name in answer.headers}
    if answer.content_type is not None:
        _check_value(answer.content_type, f"{place}content_type")
    for name, given in (("content-type", answer.content_type), ("retry-after", answer.retry_after)):
        if given is not None and name in names:
            raise FaultError(f"{place}{name.replace('-', '_')}", f"is given in {place}headers, too")
    if answer.retry_after_as == "date" and answer.retry_after is None:
        raise FaultError(f"{place}retry_after", "is required with retry_after_as")
    if answer.status in _WITHOUT_BODY and answer.body is not UNSET:
        raise FaultError(f"{place}body", f"is not allowed with the status {answer.status}")


def _check_change(change: FaultChange, place: str) -> None:
    _check_headers(change.headers, f"{place}headers")
    if change.json_patch is not None and change.merge_patch is not UNSET:
        raise FaultError(f"{place}json_patch", "excludes merge_patch")
    if not change.headers and change.json_patch is None and change.merge_patch is UNSET:
        raise FaultError(f"{place}json_patch", "one of headers, merge_patch, json_patch is required")
    for number, operation in enumerate(change.json_patch or ()):
        missing = next((name for name in _PATCH_FIELDS.get(operation["op"], ()) if name not in operation), None)
        pointers = [operation["path"], operation.get("from", "")]
        if missing or any(pointer and not pointer.startswith("/") for pointer in pointers):
            text = f"lacks {missing}" if missing else "has a path that is no JSON Pointer, which begins with a slash"
            raise FaultError(f"{place}json_patch.{number}", text)
    if change.at and not change.at.startswith("/"):
        raise FaultError(f"{place}at", "is no JSON Pointer: it is empty or begins with a slash")


def _check_headers(headers: "dict[str, str] | dict[str, str | None]", place: str) -> None:
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise FaultError(place, f"{name!r} is not the name of a header")
        if name.lower() in _FRAMING:
            raise FaultError(f"{place}.{name}", "is written by the server")
        if value is not None:
            _check_value(value, f"{place}.{name}")


def _check_value(value: str, place: str) -> None:
    if not _HEADER_VALUE.fullmatch(value):
        raise FaultError(place, "is not the value of a header: it has control characters, or some beyond Latin-1")
