"""One call, before it is sent: what the verb of a namespace stands for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Final, Generic, NoReturn, TypeAlias, TypeVar
from uuid import UUID

import httpx

from novavms.errors import UnsupportedOperationError, ValidationError

T_co = TypeVar("T_co", covariant=True)

Id: TypeAlias = str | UUID
Time: TypeAlias = datetime | date | str


class NotGiven(Enum):
    """The type of ``NOT_GIVEN``, which leaves a field of an update as it is; None would be sent, as null."""

    NOT_GIVEN = "NOT_GIVEN"

    def __repr__(self) -> str:
        return self.name


NOT_GIVEN: Final = NotGiven.NOT_GIVEN


@dataclass(frozen=True)
class Call(Generic[T_co]):
    """A request below /api/v1, and how its success is read."""

    method: str
    path: str
    read: Callable[[httpx.Response], T_co]
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] | None = None


def refused(name: str, wrong: str) -> ValidationError:
    """Return the error of an argument that is not worth sending."""
    return ValidationError(f"{name} {wrong}; nothing was sent", field_errors={name: [wrong]})


def checked(id: Id, name: str = "id") -> str:
    """Return an id as a path segment; one that is no UUID would lead to another resource."""
    try:
        return str(UUID(str(id)))
    except ValueError:
        raise refused(name, f"must be a UUID such as 550e8400-e29b-41d4-a716-446655440000, not {id!r}") from None


def page(cursor: str | None, limit: int | None) -> dict[str, str | int | None]:
    """Return the filters that pick a page; how many items it may hold at most is the server's affair."""
    if limit is not None and (not isinstance(limit, int) or limit < 1):
        raise refused("limit", f"must be a whole number from 1 to 100, not {limit!r}")
    return {"cursor": cursor, "limit": limit}


def query(**filters: object) -> dict[str, str]:
    """Return the filters that were given, as text."""
    return {name: text(name, value) for name, value in filters.items() if value is not None}


def text(name: str, value: object) -> str:
    """Return a filter's value as the API reads it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime) and value.tzinfo is None:
        raise refused(name, f"{value!r} has no time zone: give it one, such as tzinfo=timezone.utc")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | UUID):
        return str(value)
    if isinstance(value, str):
        return str.__str__(value)
    raise refused(name, f"cannot be {value!r}")


def given(**fields: object) -> dict[str, object]:
    """Return the fields of a new object that were given."""
    return {name: value for name, value in fields.items() if value is not None}


def changed(**fields: object) -> dict[str, object]:
    """Return the fields of an update that were given, those that shall become null among them."""
    return {name: value for name, value in fields.items() if value is not NOT_GIVEN}


def unsupported(operation: str, instead: str) -> Callable[..., Call[NoReturn]]:
    """Return a verb that the API has no operation for, so that every namespace has the five verbs (SDK-39)."""

    def verb(*arguments: object, **fields: object) -> Call[NoReturn]:
        raise UnsupportedOperationError(f"The API has no operation for {operation}: {instead}")

    verb.__name__ = operation.rpartition(".")[2]
    verb.__doc__ = f"Raise UnsupportedOperationError: {instead}."
    return verb
