"""Calls of the journal with why they were answered as they were: the step, the rules about the error, its message."""

import asyncio
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Self

import msgspec

from mockserver import resources
from mockserver.openapi.operations import Operation
from mockserver.runtime.journal import Entry, Step

#: The first fields of an error's body; the journal may have cut it after them.
_MESSAGE = re.compile(r'\{"error":"\w+","message":("(?:[^"\\]|\\.)*")')
_FIELD_NAME = re.compile(r"\w+")
#: Steps that answer by no rule of the documentation.
_WITHOUT_RULES = (Step.FAULT, Step.DOCUMENT, Step.STORE)
_FIRST_ERROR = 400
_PART_SIZE = 200


class _Rule(msgspec.Struct, frozen=True):
    """What a rule of the catalogue says, and the operations and fields that it is about."""

    id: str
    says: str
    operations: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()

    def names(self, fields: frozenset[str]) -> bool:
        """Whether it is about one of the fields."""
        return not fields.isdisjoint(self.fields) or not fields.isdisjoint(_FIELD_NAME.findall(self.says))


class Explanations:
    """Explains calls by the operations of the API and the rules of the catalogue, by the status that they name."""

    def __init__(self, operations: Mapping[str, Operation], rules: Mapping[str, Sequence[_Rule]]) -> None:
        self._operations = operations
        self._rules = rules

    @classmethod
    async def read(cls, operations: Mapping[str, Operation]) -> Self:
        """Read the catalogue, the first time."""
        return cls(operations, await asyncio.to_thread(_rules_by_status))

    async def records(self, entries: Sequence[Entry]) -> list[dict[str, Any]]:
        """Return calls as the control plane shows them, and let others go on meanwhile."""
        found = []
        for number, entry in enumerate(entries, 1):
            found.append(msgspec.structs.asdict(entry) | {"why": self.why(entry)})
            if number % _PART_SIZE == 0:
                await asyncio.sleep(0)
        return found

    def why(self, entry: Entry) -> dict[str, Any] | None:
        """Return the step that answered, whether a fault had an effect, the ids of rules and the error's message."""
        if entry.why is None:
            return None
        rules: list[str] = []
        message = None
        if entry.status is not None and entry.status >= _FIRST_ERROR:
            operation = self._operations.get(entry.operation or "")
            if entry.why.step not in _WITHOUT_RULES and (operation is None or operation.is_ours):
                rules = self._rules_about(entry)
            found = _MESSAGE.match(entry.response_body or "")
            message = msgspec.json.decode(found[1]) if found else None
        return {"step": entry.why.step, "fault": entry.why.fault, "rules": rules, "message": message}

    def _rules_about(self, entry: Entry) -> list[str]:
        """Return the ids of the rules that name the operation and the status of an error, or else the status alone.

        Of these, those that name a field with an error, if there are any.
        """
        about = self._rules.get(str(entry.status), ())
        found = [rule for rule in about if entry.operation in rule.operations]
        found = found or [rule for rule in about if not rule.operations]
        fields = _fields(entry.response_body)
        return [rule.id for rule in [rule for rule in found if rule.names(fields)] or found]


def _fields(body: str | None) -> frozenset[str]:
    """Return the names of the fields that an error is about; none if the journal has cut its body."""
    try:
        sent = msgspec.json.decode(body or "{}")
    except msgspec.DecodeError:
        return frozenset()
    errors = sent.get("field_errors") if isinstance(sent, dict) else None
    return frozenset(place.partition(".")[0] for place in errors) if isinstance(errors, dict) else frozenset()


@cache
def _rules_by_status() -> dict[str, list[_Rule]]:
    """Return the rules of the API that name a status, by that status."""
    found: dict[str, list[_Rule]] = {}
    for rule in _catalogue():
        for status in set(re.findall(r"\b[45]\d\d\b", rule.says)):
            found.setdefault(status, []).append(rule)
    return found


def _catalogue() -> Iterator[_Rule]:
    for name in resources.names("spec", "rules", ".toml"):
        family = tomllib.loads(resources.path("spec", "rules", f"{name}.toml").read_text(encoding="utf-8"))
        for raw in family["rule"]:
            if "says" in raw and "sdk" not in raw.get("needs", ()):
                yield msgspec.convert(raw, _Rule)
