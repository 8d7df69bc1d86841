"""The journal: the calls that were made, looked up, waited for and asserted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from urllib.parse import parse_qsl

from novavms_mock.control import Control

_MAX_CALLS = 10_000
_MAX_BODY_CHARS = 300


@dataclass(frozen=True)
class Call:
    """A call and its answer. Bodies are cut at 1 KiB; names of headers are in lower case, secrets are ``***``."""

    at: datetime
    method: str
    path: str
    query: Mapping[str, str]
    operation: str | None
    actor: str | None
    status: int | None
    request_id: str
    request_headers: Mapping[str, str] = field(repr=False)
    request_body: str | None = field(repr=False)
    response_headers: Mapping[str, str] = field(repr=False)
    response_body: str | None = field(repr=False)

    def __str__(self) -> str:
        query = "&".join(f"{name}={value}" for name, value in self.query.items())
        answered = "no answer" if self.status is None else str(self.status)
        text = f"{self.method} {self.path}{f'?{query}' if query else ''} -> {answered} ({self.actor or 'nobody'})"
        return _printable(text)

    def text(self) -> str:
        """Return the call in a line, with the beginning of the bodies in a line each."""
        bodies = (("sent", self.request_body), ("answered", self.response_body))
        shown = [f"  {name} {_printable(body[:_MAX_BODY_CHARS])}" for name, body in bodies if body]
        return "\n".join([str(self), *shown])


class Requests:
    """The calls of the mock, or of one org, that meet all criteria; oldest first. They are read when they are used."""

    def __init__(self, control: Control, criteria: Mapping[str, Any]) -> None:
        self._control = control
        self._criteria = criteria

    def where(
        self,
        *,
        operation: str | None = None,
        method: str | None = None,
        path: str | None = None,
        status: int | None = None,
        actor: str | None = None,
        header: tuple[str, str] | str | None = None,
        query: Mapping[str, str] | None = None,
        body: str | None = None,
        since: datetime | None = None,
    ) -> Self:
        """Return those that meet these criteria too.

        ``path`` is a path or a template, ``header`` a name, or a name and a value; ``query`` has parameters that are
        among those sent, ``body`` is a part of the request's body, ``since`` a time of the mock's clock.
        """
        given: dict[str, Any] = {"operation": operation, "method": method and method.upper(), "path": path}
        given |= {"status": status, "actor": actor, "body": body, "since": since and since.isoformat()}
        if query is not None:
            given["query"] = {**self._criteria.get("query", {}), **query}
        if header is not None:
            name, value = (header, None) if isinstance(header, str) else header
            given["headers"] = {**self._criteria.get("headers", {}), name: value}
        return type(self)(self._control, {**self._criteria, **_given(given)})

    def __iter__(self) -> Iterator[Call]:
        return iter(self.all())

    def __len__(self) -> int:
        return len(self.all())

    def all(self) -> list[Call]:
        """Return them."""
        filters = {name: value for name, value in self._criteria.items() if name not in ("headers", "query")}
        filters["header"] = [name if value is None else f"{name}: {value}" for name, value in self._items("headers")]
        filters["query"] = [f"{name}={value}" for name, value in self._items("query")]
        found = self._control.get("/requests", {"limit": _MAX_CALLS, **filters})["data"]
        return [_call(entry) for entry in reversed(found)]

    def last(self) -> Call:
        """Return the newest. Raises AssertionError if there is none."""
        __tracebackhide__ = True
        self.assert_called()
        return self.all()[-1]

    def assert_called(self, times: int | None = None) -> None:
        """Raise AssertionError, which names the closest call, unless there are so many, or one at least."""
        __tracebackhide__ = True
        self._verify({"at_least": 1} if times is None else {"count": times})

    def assert_not_called(self) -> None:
        """Raise AssertionError if there is one."""
        __tracebackhide__ = True
        self._verify({"count": 0})

    def wait(self, times: int = 1, timeout: float = 5.0) -> list[Call]:
        """Return them once there are so many. Raises AssertionError after ``timeout`` seconds, 60 at most."""
        __tracebackhide__ = True
        self._verify({"at_least": times, "wait": timeout})
        return self.all()

    def _verify(self, expected: Mapping[str, Any]) -> None:
        __tracebackhide__ = True
        result = self._control.post("/requests/verify", {"match": self._criteria, **expected})
        if not result["met"]:
            raise AssertionError(result["message"])

    def _items(self, name: str) -> list[tuple[str, str | None]]:
        return list(self._criteria.get(name, {}).items())


def _given(criteria: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in criteria.items() if value is not None}


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def _call(entry: dict[str, Any]) -> Call:
    return Call(
        at=datetime.fromisoformat(entry["at"]),
        query=dict(parse_qsl(entry["query"], keep_blank_values=True)),
        **{name: entry[name] for name in _SAME_NAME},
    )


_SAME_NAME = (
    "method", "path", "operation", "actor", "status", "request_id",
    "request_headers", "request_body", "response_headers", "response_body",
)  # fmt: skip
