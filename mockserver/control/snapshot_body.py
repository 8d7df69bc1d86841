"""Reads the JSON of a snapshot as it arrives, so that one that cannot be used is refused at its first mistake.

Elements of long lists are decoded one by one and handed over at once; every other value must be short.
"""

import codecs
import json
import math
import re
from collections.abc import Callable
from typing import Any

from mockserver.asgi import parse_json
from mockserver.domain.errors import InvalidInput, TooLarge

Keys = tuple[str, ...]
#: Returns what to keep of an element, by the keys that lead to its list and its number there; the last argument is what
#: was read of the whole. Raises InvalidInput.
ReadElement = Callable[[Keys, int, Any, dict[str, Any]], Any]
#: Refuses a key of an object, by the keys that lead to it, itself included. Raises InvalidInput.
CheckKey = Callable[[Keys], None]

_MAX_VALUE_CHARACTERS = 1024 * 1024
#: The end of a text may be the beginning of a literal, a number or an escape.
_MAX_UNFINISHED_CHARACTERS = 12
_WHITESPACE = re.compile(r"[ \t\r\n]+")
#: The object whose members are lists of elements, and lists of elements beside it.
_OBJECT, _LISTS = ("data",), {("org_clocks",), ("journal",), ("faults",)}


class SnapshotBody:
    """A JSON object that is received in pieces; its lists hold what ``read_element`` returns."""

    def __init__(self, max_bytes: int, check_key: CheckKey, read_element: ReadElement) -> None:
        self._max_bytes = max_bytes
        self._check_key = check_key
        self._read_element = read_element
        self._bytes = 0
        self._characters = codecs.getincrementaldecoder("utf-8")()
        self._json = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)
        self._text, self._at, self._complete = "", 0, False
        #: The containers that are open, the outermost first, and the keys that lead to the innermost.
        self._open: list[Any] = []
        self._keys: Keys = ()
        self._next: Callable[[], bool] = self._begin
        self._body: Any = None

    def receive(self, data: bytes) -> None:
        """Read on. Raises InvalidInput, TooLarge."""
        self._bytes += len(data)
        if self._bytes > self._max_bytes:
            raise TooLarge(f"The body is larger than {self._max_bytes} bytes.")
        self._read(data, complete=False)

    def finish(self) -> Any:
        """Return the whole value. Raises InvalidInput when it has not ended."""
        self._read(b"", complete=True)
        if self._next != self._end:
            raise _not_json("it has no end")
        return self._body

    def _read(self, data: bytes, *, complete: bool) -> None:
        try:
            self._text = self._text[self._at :] + self._characters.decode(data, complete)
        except UnicodeDecodeError as error:
            raise _not_json(f"it is not UTF-8: {error.reason}") from None
        self._at, self._complete = 0, complete
        while self._skip_whitespace() and self._next():
            pass
        if len(self._text) - self._at > _MAX_VALUE_CHARACTERS:
            raise InvalidInput({self._place(): [f"has a value of more than {_MAX_VALUE_CHARACTERS} characters"]})

    def _skip_whitespace(self) -> bool:
        """Skip white space; return whether there is more."""
        found = _WHITESPACE.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._at < len(self._text)

    def _begin(self) -> bool:
        if self._text[self._at] != "{":
            self._value()  # refuses what is no JSON
            raise InvalidInput({"body": ["must be an object"]})
        self._body = {}
        self._push(self._body)
        return True

    def _first_member(self) -> bool:
        return self._pop() if self._text[self._at] in "}]" else self._member()

    def _member(self) -> bool:
        """Read a key and begin its value, or read an element; return whether the text goes as far."""
        if isinstance(self._open[-1], list):
            return self._element()
        start = self._at
        key = self._value()
        if key is None:
            return False
        if not isinstance(key, str):
            raise _not_json("a key is not a string")
        if not self._skip_whitespace():
            self._at = start
            return False
        if self._text[self._at] != ":":
            raise _not_json("a key is not followed by a colon")
        self._at += 1
        self._keys = (*self._keys, key)
        self._check_key(self._keys)
        self._next = self._member_value
        return True

    def _member_value(self) -> bool:
        parent, keys, begins = self._open[-1], self._keys, self._text[self._at]
        if begins == "{" and keys == _OBJECT:
            parent[keys[-1]] = {}
        elif begins == "[" and (keys in _LISTS or keys[:-1] == _OBJECT):
            parent[keys[-1]] = []
        else:
            value = self._value(wrapped=True)
            if value is None:
                return False
            (parent[keys[-1]],) = value
            self._keys = keys[:-1]
            self._next = self._separator
            return True
        self._push(parent[keys[-1]])
        return True

    def _element(self) -> bool:
        value = self._value(wrapped=True)
        if value is None:
            return False
        rows = self._open[-1]
        rows.append(self._read_element(self._keys, len(rows), value[0], self._body))
        self._next = self._separator
        return True

    def _separator(self) -> bool:
        """Read the comma before another member, or the end of the container."""
        if self._text[self._at] != ",":
            return self._pop()
        self._at += 1
        self._next = self._member
        return True

    def _end(self) -> bool:
        raise _not_json("something follows its end")

    def _push(self, container: Any) -> None:
        self._at += 1
        self._open.append(container)
        self._next = self._first_member

    def _pop(self) -> bool:
        ended = self._open[-1]
        if self._text[self._at] != ("]" if isinstance(ended, list) else "}"):
            raise _not_json(f"{self._text[self._at]!r} is not what follows in {self._place()}")
        self._at += 1
        self._open.pop()
        self._keys = self._keys[:-1]
        self._next = self._separator if self._open else self._end
        return True

    def _value(self, *, wrapped: bool = False) -> Any:
        """Return the next value (``wrapped`` in a list), None if it goes on after the text. Raises InvalidInput."""
        text, start = self._text, self._at
        try:
            value, end = self._json.raw_decode(text, start)
        except json.JSONDecodeError as error:
            if self._complete or not _is_unfinished(error, text):
                raise _not_json(f"{error.msg} in {self._place()}") from None
            return None
        except RecursionError:
            raise InvalidInput({"body": ["is nested too deeply"]}) from None
        except ValueError as error:
            raise _not_json(str(error)) from None
        if end == len(text) and not self._complete and text[end - 1] not in '"]}':
            return None  # a number may go on
        self._at = end
        if text.find("\\u", start, end) >= 0:
            value = parse_json(text[start:end].encode())
        return [value] if wrapped else value

    def _place(self) -> str:
        number = f"[{len(self._open[-1])}]" if self._open and isinstance(self._open[-1], list) else ""
        return ".".join(self._keys) + number or "body"


def _is_unfinished(error: json.JSONDecodeError, text: str) -> bool:
    return error.msg.startswith("Unterminated string") or error.pos >= len(text) - _MAX_UNFINISHED_CHARACTERS


def _not_json(reason: str) -> InvalidInput:
    return InvalidInput({"body": [f"is not JSON: {reason}"]})


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"there is no {name}")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is out of range")
    return number
