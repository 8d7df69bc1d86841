"""A call that has not been sent yet, as a verb returns it, and the checks of its arguments."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Final, Generic, NoReturn, TypeAlias, TypedDict, TypeVar
from uuid import UUID

import httpx

from novavms.errors import UnsupportedOperationError, ValidationError

if sys.version_info >= (3, 11):
    from typing import Unpack as Unpack
else:
    from typing_extensions import Unpack as Unpack  # Pydantic requires it

T_co = TypeVar("T_co", covariant=True)
AwaitedT_co = TypeVar("AwaitedT_co", covariant=True)

Id: TypeAlias = str | UUID
Time: TypeAlias = datetime | date | str
Timeout: TypeAlias = float | httpx.Timeout | None


class CallOptions(TypedDict, total=False):
    """Options of one call: ``timeout`` and ``max_retries`` instead of the client's, ``headers`` besides."""

    timeout: Timeout
    max_retries: int
    headers: Mapping[str, str]


class NotGiven:
    """The type of ``NOT_GIVEN``, which is the same as leaving an argument out; None is sent as null in an update."""

    def __repr__(self) -> str:
        return "NOT_GIVEN"

    def __reduce__(self) -> str:
        return "NOT_GIVEN"


NOT_GIVEN: Final = NotGiven()


@dataclass(frozen=True)
class Trail:
    """A cursor of a walk, kept for as many pages as it took to get there and then replaced by a later one.

    Whatever cycle a server's cursors run in, one that is kept comes again (Brent's algorithm).
    """

    cursor: str | None = None
    pages: int = 0
    length: int = 1


@dataclass(frozen=True)
class Call(Generic[T_co]):
    """A request below /api/v1, and the reader of its successful response."""

    method: str
    path: str
    read: Callable[[httpx.Response], T_co]
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] | None = None
    options: CallOptions = field(default_factory=CallOptions)
    trail: Trail = Trail()


@dataclass(frozen=True)
class ListCall(Call[T_co], Generic[T_co, AwaitedT_co]):
    """The call of a list, whose pages are of another class for the asyncio client."""

    read_awaited: Callable[[httpx.Response], AwaitedT_co] = field(kw_only=True)


def refused(name: str, wrong: str) -> ValidationError:
    """Return the error for an argument that cannot be sent."""
    return ValidationError(f"{name} {wrong}; nothing was sent", field_errors={name: [wrong]})


def checked(id: Id, name: str = "id") -> str:
    """Return an id as a path segment. Raises ValidationError unless it is a UUID: other text could change the path."""
    try:
        return str(UUID(str(id)))
    except ValueError:
        raise refused(name, f"must be a UUID such as 550e8400-e29b-41d4-a716-446655440000, not {id!r}") from None


def page(cursor: str | NotGiven | None, limit: int | NotGiven | None) -> dict[str, object]:
    """Return the filters that pick a page; the server checks the upper bound of limit."""
    known = isinstance(limit, int) and not isinstance(limit, bool) and limit >= 1
    if not known and limit is not None and limit is not NOT_GIVEN:
        raise refused("limit", f"must be a whole number from 1 to 100, not {limit!r}")
    return {"cursor": cursor, "limit": limit}


def query(**filters: object) -> dict[str, str]:
    """Return the filters that were given, as text."""
    return {name: text(name, value) for name, value in given(**filters).items()}


def text(name: str, value: object) -> str:
    """Return a filter's value in the format of the API. Raises ValidationError."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return time(name, value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | UUID):
        return str(value)
    if isinstance(value, str):
        return str.__str__(value)
    raise refused(name, f"cannot be {value!r}")


def time(name: str, value: datetime) -> datetime:
    """Return a time as RFC 3339 can write it: in UTC where its offset has seconds. Raises ValidationError."""
    offset = value.utcoffset()
    if offset is None:
        raise refused(name, f"{value!r} has no time zone: give it one, such as tzinfo=timezone.utc")
    if not offset % timedelta(minutes=1):
        return value
    try:
        return value.astimezone(timezone.utc)
    except OverflowError:
        raise refused(name, f"{value!r} is out of range in UTC") from None


def given(**fields: object) -> dict[str, object]:
    """Return the fields of a new object, or the filters, that were given."""
    return {name: value for name, value in changed(**fields).items() if value is not None}


def changed(**fields: object) -> dict[str, object]:
    """Return the fields of an update that were given; None stays, and is sent as null."""
    return {name: value for name, value in fields.items() if value is not NOT_GIVEN}


def unsupported(operation: str, instead: str) -> Callable[..., Call[NoReturn]]:
    """Return a verb without an operation of the API, so that every namespace has the five verbs (SDK-39)."""

    def verb(*arguments: object, **fields: object) -> Call[NoReturn]:
        raise UnsupportedOperationError(f"The API has no operation for {operation}: {instead}")

    verb.__name__ = operation.rpartition(".")[2]
    verb.__doc__ = f"Raise UnsupportedOperationError: {instead}."
    return verb
