"""What processes on one database tell each other: a notice is an order with details, in as many parts as it takes."""

from collections.abc import Iterable
from itertools import count
from typing import Any, Generic, TypeVar

import msgspec

from mockserver.store.postgres.pool import literal

CHANNEL = "novavms_mock"
#: PostgreSQL takes 8,000 bytes at a time, and a character has up to four.
_MOST_CHARACTERS = 1_900

D = TypeVar("D")


class Notice(msgspec.Struct, Generic[D], frozen=True):
    """An order to all, from one of them; ``call`` is what replies refer to, where one is asked for."""

    order: str
    sender: int
    call: int
    details: D


class Writer:
    """Writes notices as statements, which tell when their transaction commits."""

    def __init__(self) -> None:
        self._serial = count(1)

    def write(self, notice: Notice[Any]) -> Iterable[str]:
        """Yield the statements that send a notice."""
        text = msgspec.json.encode(notice).decode()
        parts = [text[start : start + _MOST_CHARACTERS] for start in range(0, len(text), _MOST_CHARACTERS)]
        name = f"{notice.sender}.{next(self._serial)}"
        for place, part in enumerate(parts):
            yield f"select pg_notify('{CHANNEL}', {literal(f'{name}:{len(parts) - place - 1}:{part}')})"


class Reader:
    """Puts the parts of notices together; those of one come in their order, without another's in between."""

    def __init__(self) -> None:
        self._parts: dict[str, list[str]] = {}

    def read(self, payload: str) -> Notice[msgspec.Raw] | None:
        """Return the notice of which this is the last part."""
        name, left, part = payload.split(":", 2)
        parts = self._parts.setdefault(name, [])
        parts.append(part)
        if left != "0":
            return None
        del self._parts[name]
        return msgspec.json.decode("".join(parts), type=Notice[msgspec.Raw])
