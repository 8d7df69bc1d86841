"""The notices that the processes on one database send each other with NOTIFY, in as many parts as their size takes."""

from collections.abc import Iterable
from itertools import count
from typing import Any, Generic, TypeVar

import msgspec

from mockserver.store.postgres.pool import literal

CHANNEL = "novavms_mock"
#: PostgreSQL accepts payloads of less than 8,000 bytes, and a character takes up to four.
_MAX_PART_CHARACTERS = 1_900

P = TypeVar("P")


class Notice(msgspec.Struct, Generic[P], frozen=True):
    """A message from the replica of number ``sender`` to all; ``id`` is what replies refer to (0: none expected)."""

    topic: str
    sender: int
    id: int
    payload: P


class Writer:
    """Turns notices into statements; PostgreSQL delivers a notice when the transaction of its statements commits."""

    def __init__(self) -> None:
        self._serial = count(1)

    def write(self, notice: Notice[Any]) -> Iterable[str]:
        """Yield the statements that send a notice."""
        text = msgspec.json.encode(notice).decode()
        parts = [text[start : start + _MAX_PART_CHARACTERS] for start in range(0, len(text), _MAX_PART_CHARACTERS)]
        name = f"{notice.sender}.{next(self._serial)}"
        for place, part in enumerate(parts):
            yield f"select pg_notify('{CHANNEL}', {literal(f'{name}:{len(parts) - place - 1}:{part}')})"


class Reader:
    """Joins the parts of notices; the parts of one notice arrive in order."""

    def __init__(self) -> None:
        self._parts: dict[str, list[str]] = {}

    def read(self, part: str) -> Notice[msgspec.Raw] | None:
        """Return the notice that this part completes, None when parts are missing."""
        name, missing, text = part.split(":", 2)
        parts = self._parts.setdefault(name, [])
        parts.append(text)
        if missing != "0":
            return None
        del self._parts[name]
        return msgspec.json.decode("".join(parts), type=Notice[msgspec.Raw])
