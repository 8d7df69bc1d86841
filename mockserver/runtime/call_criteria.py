"""What calls of the journal are searched for by, and in what a call differs from it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import msgspec

from mockserver.runtime.journal import Entry, RecordedCall, entry_of
from mockserver.runtime.path_templates import path_matches

#: The fields of a call that it has to have as they are.
_EQUAL = ("org_id", "operation", "actor", "method", "status", "request_id")
#: Of these, what a database has in columns of their own.
_COLUMNS = ("org_id", "operation", "status")


class Difference(NamedTuple):
    """What a call has that is asked for otherwise; None for what it does not have."""

    what: str
    found: str | None
    expected: str

    def __str__(self) -> str:
        found = "is missing" if self.found is None else f"is {self.found!r}"
        return f"{self.what} {found}, expected {self.expected}"


class CallCriteria(msgspec.Struct, frozen=True, kw_only=True):
    """The criteria that a call must meet, all of those that are given.

    ``path`` is literal or a template; ``headers`` have names in lower case, ``query`` and they have None for any value;
    ``body`` is a text in the kept part of the request's body. ``since`` is included, ``until`` is not, and ``after`` is
    the id of a call that came before, ``before`` that of one that came after.
    """

    org_id: str | None = None
    operation: str | None = None
    actor: str | None = None
    method: str | None = None
    path: str | None = None
    status: int | None = None
    headers: tuple[tuple[str, str | None], ...] = ()
    query: tuple[tuple[str, str | None], ...] = ()
    body: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: str | None = None
    before: str | None = None
    request_id: str | None = None

    def columns(self) -> dict[str, Any] | None:
        """Return the columns of a database that decide, by name; None if others are needed, too."""
        given = {name: getattr(self, name) for name in self.__struct_fields__ if getattr(self, name) not in (None, ())}
        return given if given.keys() <= set(_COLUMNS) else None

    def match(self, call: RecordedCall) -> bool:
        """Whether a call meets the criteria, but for ``after`` and ``before``."""
        return (
            self.org_id in (None, call.org_id)
            and self.operation in (None, call.operation)
            and self.method in (None, call.method)
            and self.status in (None, call.status)
            and self.request_id in (None, call.request_id)
            and self.actor in (None, call.actor)
            and (self.since is None or call.at >= self.since)
            and (self.until is None or call.at < self.until)
            and (self.path is None or path_matches(self.path, call.path))
            and (not self._reads_texts or next(self._differing_texts(entry_of(call)), None) is None)
        )

    @property
    def _reads_texts(self) -> bool:
        return bool(self.headers or self.query or self.body)

    def differences(self, entry: Entry) -> list[Difference]:
        """Return in what a call differs from the criteria, but for times, ``after`` and ``before``."""
        found = [
            Difference(name, _shown(getattr(entry, name)), repr(str(getattr(self, name))))
            for name in _EQUAL
            if getattr(self, name) not in (None, getattr(entry, name))
        ]
        if self.path is not None and not path_matches(self.path, entry.path):
            found.append(Difference("path", entry.path, repr(self.path)))
        return found + list(self._differing_texts(entry))

    def _differing_texts(self, entry: Entry) -> Iterator[Difference]:
        yield from _differing("header", self.headers, lambda name: _one(entry.request_headers.get(name)))
        sent = parse_qsl(entry.query, keep_blank_values=True) if self.query else []
        yield from _differing("query", self.query, lambda name: [value for key, value in sent if key == name])
        if self.body is not None and self.body not in (entry.request_body or ""):
            yield Difference("body", entry.request_body, f"one that contains {self.body!r}")


def _differing(
    kind: str, expected: tuple[tuple[str, str | None], ...], found: Callable[[str], list[str]]
) -> Iterator[Difference]:
    for name, value in expected:
        values = found(name)
        if not values or (value is not None and value not in values):
            yield Difference(f"{kind} {name}", ", ".join(values) if values else None, _expected(value))


def _expected(value: str | None) -> str:
    return "any value" if value is None else repr(value)


def _one(value: str | None) -> list[str]:
    return [] if value is None else [value]


def _shown(value: object) -> str | None:
    return None if value is None else str(value)
