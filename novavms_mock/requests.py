"""The journal: the calls that were made, looked up, waited for and asserted."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from urllib.parse import parse_qsl

from novavms_mock.control import Control

_MAX_CALLS = 10_000
_POLL_SECONDS = 0.02
_SHOWN_CALLS = 10
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

    def __init__(self, control: Control, org_id: str | None = None, criteria: Mapping[str, Any] | None = None) -> None:
        self._control = control
        self._org_id = org_id
        self._criteria = dict(criteria or {})

    def where(
        self,
        *,
        operation: str | None = None,
        method: str | None = None,
        path: str | None = None,
        status: int | None = None,
        header: tuple[str, str] | str | None = None,
        query: Mapping[str, str] | None = None,
        body: str | None = None,
        since: datetime | None = None,
    ) -> Self:
        """Return those that meet these criteria too.

        ``header`` is a name, or a name and a value; ``query`` has parameters that are among those sent; ``body`` is a
        part of the request's body; ``since`` is a time of the mock's clock.
        """
        given: dict[str, Any] = {
            "operation": operation,
            "method": method and method.upper(),
            "path": path,
            "status": status,
        }
        given |= {"header": (header, None) if isinstance(header, str) else header}
        given |= {"query": query, "body": body, "since": since}
        chosen = {name: value for name, value in given.items() if value is not None}
        return type(self)(self._control, self._org_id, self._criteria | chosen)

    def __iter__(self) -> Iterator[Call]:
        return iter(self.all())

    def __len__(self) -> int:
        return len(self.all())

    def all(self) -> list[Call]:
        """Return them."""
        return [call for call in self._known() if _meets(call, self._criteria)]

    def last(self) -> Call:
        """Return the newest. Raises AssertionError if there is none."""
        __tracebackhide__ = True
        found = self.all()
        if not found:
            raise AssertionError(self._mismatch("expected a call"))
        return found[-1]

    def assert_called(self, times: int | None = None) -> None:
        """Raise AssertionError unless there are so many, or one at least."""
        __tracebackhide__ = True
        found = len(self)
        if found == times or (times is None and found):
            return
        wanted = "a call" if times is None else f"{times} calls"
        raise AssertionError(self._mismatch(f"expected {wanted}, found {found},"))

    def assert_not_called(self) -> None:
        """Raise AssertionError if there is one."""
        __tracebackhide__ = True
        self.assert_called(times=0)

    def wait(self, times: int = 1, timeout: float = 5.0) -> list[Call]:
        """Return them once there are so many. Raises AssertionError after ``timeout`` seconds."""
        __tracebackhide__ = True
        until = time.monotonic() + timeout
        while len(found := self.all()) < times:
            if time.monotonic() > until:
                raise AssertionError(
                    self._mismatch(f"expected {times} calls within {timeout:g} s, found {len(found)},")
                )
            time.sleep(_POLL_SECONDS)
        return found

    def _known(self) -> list[Call]:
        given = {name: self._criteria.get(name) for name in ("operation", "status")}
        found = self._control.get("/requests", org=self._org_id, limit=_MAX_CALLS, **given)["data"]
        return [_call(entry) for entry in reversed(found)]

    def _mismatch(self, expected: str) -> str:
        """Return what was expected, and the last calls with what differs in each."""
        known = type(self)(self._control, self._org_id).all()[-_SHOWN_CALLS:]
        lines = [f"  {call}{_difference(call, self._criteria)}" for call in known]
        where = ", ".join(f"{name}={value!r}" for name, value in self._criteria.items())
        return "\n".join([f"{expected} with {where or 'any'}; the last calls:", *(lines or ["  none"])])


_MEETS: dict[str, Callable[[Call, Any], bool]] = {
    "operation": lambda call, name: call.operation == name,
    "method": lambda call, method: call.method == method,
    "path": lambda call, path: call.path == path,
    "status": lambda call, status: call.status == status,
    "header": lambda call, header: _has_header(call, *header),
    "query": lambda call, query: query.items() <= call.query.items(),
    "body": lambda call, text: text in (call.request_body or ""),
    "since": lambda call, time: call.at >= time,
}


def _meets(call: Call, criteria: Mapping[str, Any]) -> bool:
    return all(_MEETS[name](call, value) for name, value in criteria.items())


def _difference(call: Call, criteria: Mapping[str, Any]) -> str:
    differs = [name for name, value in criteria.items() if not _MEETS[name](call, value)]
    return f": differs in {', '.join(differs)}" if differs else ""


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def _has_header(call: Call, name: str, value: str | None) -> bool:
    sent = call.request_headers.get(name.lower())
    return sent is not None and value in (None, sent)


def _call(entry: dict[str, Any]) -> Call:
    return Call(
        at=datetime.fromisoformat(entry["at"]),
        query=dict(parse_qsl(entry["query"], keep_blank_values=True)),
        request_headers=entry.get("request_headers", {}),
        response_headers=entry.get("response_headers", {}),
        **{name: entry[name] for name in _SAME_NAME},
    )


_SAME_NAME = ("method", "path", "operation", "actor", "status", "request_id", "request_body", "response_body")
