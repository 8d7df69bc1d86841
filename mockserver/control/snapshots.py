"""Snapshots that are restored: read as they arrive, and checked in parts as the calls check that make such things."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from mockserver import fixtures
from mockserver.asgi import Message, Receive
from mockserver.backends.base import ClockState, OrgClockState, State
from mockserver.control.context import MockContext
from mockserver.control.snapshot_body import Keys, SnapshotBody
from mockserver.domain.errors import InvalidInput
from mockserver.fixtures import FixtureError, SeedData
from mockserver.openapi.validation import BodySchema
from mockserver.runtime import faults
from mockserver.runtime.faults import Fault, FaultError
from mockserver.runtime.journal import Entry
from mockserver.runtime.random_source import RandomState
from mockserver.runtime.timers import in_range
from mockserver.store import kinds
from mockserver.store.kinds import WEBHOOKS

_KEYS = ("version", "clock", "org_clocks", "chance", "data", "journal", "faults")
_LISTS = ("org_clocks", "journal", "faults")
#: For a record that is checked before it is known what its times are relative to.
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_PART_SIZE, _SHOWN_CHARACTERS = 1000, 80


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    """What a snapshot says beside its lists."""

    version: Literal[1]
    clock: ClockState
    random: RandomState = msgspec.field(name="chance")


class Reader:
    """Reads the body of a snapshot; ``check`` checks its outline by the document of the control plane."""

    def __init__(self, context: MockContext, check: Callable[[Any], Any], max_bytes: int) -> None:
        self._operations = context.router.operations
        self._fault = BodySchema(context.control_document, {"$ref": "#/components/schemas/Fault"})
        creation = self._operations.get("createWebhook")
        self._webhook = creation.body if creation else None
        self._check = check
        self._now: datetime | None = None
        self._body = SnapshotBody(max_bytes, _check_key, self._element)

    def wrapped(self, receive: Receive) -> Receive:
        """Return a function that receives as ``receive`` does, and reads the body. It raises InvalidInput, TooLarge."""

        async def receive_and_read() -> Message:
            message = await receive()
            self._body.receive(message.pop("body", b""))
            return message

        return receive_and_read

    def finish(self) -> dict[str, Any]:
        """Return the body, in which elements of lists are records, calls and faults. Raises InvalidInput."""
        body: dict[str, Any] = self._body.finish()
        data = body.get("data")
        lists: dict[str, Any] = {
            name: [] for name in ("org_clocks", "journal", "faults") if isinstance(body.get(name), list)
        }
        if isinstance(data, dict):
            lists["data"] = {name: [] if isinstance(rows, list) else rows for name, rows in data.items()}
        self._check(body | lists)
        return body

    def _element(self, keys: Keys, number: int, raw: Any, body: dict[str, Any]) -> Any:
        if keys == ("journal",):
            return _convert(raw, Entry, f"journal[{number}]")
        if keys == ("org_clocks",):
            return _convert(raw, OrgClockState, f"org_clocks[{number}]")
        if keys == ("faults",):
            return self._checked_fault(raw, number)
        if self._now is None:
            self._now = _time(body.get("clock"))
        if keys[-1] == WEBHOOKS.name:
            self._check_webhook(raw, number)
        record = _record(raw, keys[-1], number, self._now or _ANY_TIME)
        return raw if self._now is None else record

    def _checked_fault(self, raw: Any, number: int) -> Fault:
        fault: Fault = _convert(raw, Fault, f"faults[{number}]")
        with _naming(f"faults[{number}]"):
            self._fault.check({"matched": 0, **raw})
            faults.check(fault, self._operations)
        return fault

    def _check_webhook(self, raw: Any, number: int) -> None:
        if self._webhook and isinstance(raw, dict):
            with _naming(f"data.webhooks[{number}]"):
                self._webhook.check({name: raw[name] for name in ("name", "url", "event_types") if name in raw})


async def checked(body: dict[str, Any]) -> tuple[State, SeedData]:
    """Return the state and the records of a snapshot that was read. Raises InvalidInput that names the key."""
    head = _convert({name: body[name] for name in ("version", "clock", "chance")}, _Head, "")
    try:
        now = in_range(head.clock.now)
    except ValueError as error:
        raise InvalidInput({"clock.now": [str(error)]}) from None
    found: dict[str, list[Any]] = {name: body["data"].get(name, []) for name in kinds.ALL}
    for _ in _converting(found, now):
        await asyncio.sleep(0)
    org_clocks = body.get("org_clocks", [])
    _check_org_clocks(org_clocks, {org.id for org in found["orgs"]})
    state = State(
        clock=ClockState(now, head.clock.frozen),
        org_clocks=org_clocks,
        random=head.random,
        journal=body["journal"],
        faults=body["faults"],
    )
    return state, SeedData(found, [])


def _converting(found: dict[str, list[Any]], now: datetime) -> Iterator[None]:
    """Convert what was read before the clock was, and check all, in steps. Raises InvalidInput."""
    for name, rows in found.items():
        for number, row in enumerate(rows):
            if isinstance(row, dict):
                rows[number] = _record(row, name, number, now)
            if number % _PART_SIZE == 0:
                yield
    try:
        yield from fixtures.checking(found, "data")
    except FixtureError as error:
        raise InvalidInput({"data": [str(error)]}) from None


def _check_org_clocks(org_clocks: Sequence[OrgClockState], org_ids: set[str]) -> None:
    """Check that each is of another org of the snapshot, and shows a time in range. Raises InvalidInput."""
    without = set(org_ids)
    for number, org_clock in enumerate(org_clocks):
        if org_clock.org_id not in without:
            wrong = "is there twice" if org_clock.org_id in org_ids else "is not one of data.orgs"
            raise InvalidInput({f"org_clocks[{number}].org_id": [wrong]})
        without.remove(org_clock.org_id)
        try:
            in_range(org_clock.now)
        except ValueError as error:
            raise InvalidInput({f"org_clocks[{number}].now": [str(error)]}) from None


def _check_key(keys: Keys) -> None:
    """Refuse a key that no snapshot has."""
    key = keys[-1][:_SHOWN_CHARACTERS]
    if len(keys) == 1 and key not in _KEYS:
        raise InvalidInput({key: [f"is not one of {', '.join(_KEYS)}"]})
    if keys[:-1] == ("data",) and key == "bulk":
        raise InvalidInput({"data": ["data: bulk: a snapshot holds events, it does not ask for them"]})
    if keys[:-1] == ("data",) and key not in kinds.ALL:
        raise InvalidInput({"data": [f"data: {key!r} is not one of {', '.join(kinds.ALL)}"]})


def _record(raw: Any, name: str, number: int, now: datetime) -> Any:
    try:
        return fixtures.record(raw, kinds.ALL[name], number, "data", now)
    except FixtureError as error:
        raise InvalidInput({"data": [str(error)]}) from None


def _time(clock: Any) -> datetime | None:
    """Return the time of a clock, None if there is none as yet or it cannot be used."""
    try:
        return in_range(msgspec.convert(clock, ClockState).now)
    except ValueError:
        return None


def _convert(raw: Any, type_: Any, place: str) -> Any:
    try:
        return msgspec.convert(raw, type_)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at ")
        raise InvalidInput(
            {(place + path.strip("`").removeprefix("$")).removeprefix(".") or "body": [message]}
        ) from None


@contextmanager
def _naming(place: str) -> Iterator[None]:
    """Raise InvalidInput with the place before its keys, for that of the block and for a FaultError."""
    try:
        yield
    except InvalidInput as error:
        raise InvalidInput({f"{place}.{key}": texts for key, texts in error.field_errors.items()}) from None
    except FaultError as error:
        raise InvalidInput({f"{place}.{error.key}": [error.text]}) from None
