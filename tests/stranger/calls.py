"""One call: who makes it, with which parameters and body, and in which order it is checked."""

import json
import math
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from tests.stranger.breaks import Break
from tests.stranger.choices import Choices
from tests.stranger.problems import forbidden, invalid, not_found
from tests.stranger.records import ROLES, Member, Org
from tests.stranger.state import State

#: A NUL, or one half of a surrogate pair.
_UNUSUAL = re.compile("[\0\ud800-\udfff]")
_MAX_DEPTH = 64
Input = TypeVar("Input")
Found = TypeVar("Found")


@dataclass(frozen=True)
class Call:
    """A call with its caller, who is None where the route is public."""

    state: State
    choices: Choices
    breaks: frozenset[Break]
    now: datetime
    caller: Member | None
    query: Mapping[str, str]
    path_id: str
    raw: bytes
    media_type: str
    export_max_rows: int
    own_events: str

    @property
    def member(self) -> Member:
        """The caller of a route that is not public."""
        assert self.caller is not None
        return self.caller

    @property
    def org(self) -> Org:
        """The caller's org."""
        return self.state.org(self.member.org_id)

    @property
    def other_org(self) -> Org:
        """The org that the caller is not of."""
        return next(org for org in self.state.orgs if org.id != self.member.org_id)

    def broken(self, sentence: Break) -> bool:
        """Whether the server breaks the sentence."""
        return sentence in self.breaks

    def require_role(self, role: str) -> None:
        """Refuse a caller below the role."""
        if ROLES.index(self.member.role) < ROLES.index(role):
            forbidden(f"This takes the role {role}.")

    def checked(self, role: str, read: Callable[[], Input], find: Callable[[], Found]) -> tuple[Input, Found]:
        """Check role, input and object in the server's order; return the input and the object."""
        steps: dict[str, Callable[[], object]] = {
            "role": lambda: self.require_role(role),
            "input": read,
            "object": find,
        }
        found = {step: steps[step]() for step in self.choices.check_order.split()}
        return found["input"], found["object"]  # type: ignore[return-value]

    def find(self, records: Mapping[str, Found], noun: str) -> Found:
        """Return the record that the path names, of those given. Raises Problem."""
        if not is_uuid(self.path_id):
            if self.choices.malformed_id == "400":
                invalid("is not a UUID", "id")
            not_found(noun)
        found = records.get(self.path_id.lower())
        if found is None:
            not_found(noun)
        return found

    def json_body(self) -> dict[str, Any]:
        """Return the body, a JSON object. Raises Problem."""
        if self.choices.body_media_type == "checked" and not self.media_type.startswith("application/json"):
            invalid("The body has to be of the type application/json.")
        try:
            body = json.loads(self.raw, parse_constant=_finite, parse_float=_finite)
            texts = "".join(_texts(body))
        except (ValueError, RecursionError):
            invalid("The body is not JSON, or nested too deeply.")
        if not isinstance(body, dict):
            invalid("The body is not a JSON object.")
        if self.choices.unusual_characters == "refused" and _UNUSUAL.search(texts):
            invalid("The body has a NUL or a lone surrogate.")
        return body

    def forgotten(self) -> bool:
        """Whether the path names something that was deleted, which this server answers its org as the first time."""
        return self.choices.second_delete == "204" and self.state.deleted.get(self.path_id.lower()) == self.org.id


def nothing() -> None:
    """Check nothing: for calls without an input."""


def _finite(text: str) -> float:
    """Return a number. Raises ValueError for NaN, Infinity, and what is too large."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _texts(value: Any, depth: int = 0) -> Iterator[str]:
    """Yield the texts in a JSON value, keys included. Raises ValueError for one that is nested too deeply."""
    if depth > _MAX_DEPTH:
        raise ValueError(depth)
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for part in (*value, *value.values()) if isinstance(value, dict) else value:
            yield from _texts(part, depth + 1)


def is_uuid(text: object) -> bool:
    """Whether the value is a UUID in its usual form."""
    try:
        return isinstance(text, str) and len(text) == 36 and str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
