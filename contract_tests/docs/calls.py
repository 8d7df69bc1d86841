"""The calls of clients in code examples, Python and TypeScript."""

import re
from collections.abc import Iterator

_CALL = re.compile(r"\b(?:client|novavms)\.(\w+)\.(\w+)\(")
_MAX_CALL_CHARS = 2_000
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_CLOSING = frozenset(_BRACKETS.values())
_STRING = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"")
_TOKEN = re.compile(rf"{_STRING.pattern}|[()\[\]{{}}]")
_NAMED = re.compile(r"(\w+)\s*=(?!=)|[{,]\s*(\w+)\s*:")


def find(text: str) -> Iterator[tuple[int, str, str, tuple[str, ...], str]]:
    """Yield of each call where it begins, its namespace, verb and named arguments in snake_case, and its text."""
    for found in _CALL.finditer(text):
        end = _closing(text, found.end())
        yield (
            found.start(),
            snake_case(found[1]),
            snake_case(found[2]),
            tuple(_arguments(text[found.end() : end])),
            text[found.start() : end + 1],
        )


def snake_case(name: str) -> str:
    """Return a camelCase name in snake_case."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: f"_{found[1].lower()}", name)


def _closing(text: str, begin: int) -> int:
    """Return where the call ends whose arguments begin at ``begin``: at its bracket, without one with the line."""
    depth = 1
    for token in _TOKEN.finditer(text, begin, begin + _MAX_CALL_CHARS):
        depth += (token[0] in _BRACKETS) - (token[0] in _CLOSING)
        if not depth:
            return token.start()
    line_end = text.find("\n", begin)
    return len(text) if line_end < 0 else line_end


def _arguments(text: str) -> Iterator[str]:
    """Yield the names of the arguments: those of keywords, and the keys of an object that is an argument itself."""
    plain = _STRING.sub("", text)
    for found in _NAMED.finditer(plain):
        before = plain[: found.start() + 1]
        opened = [before.count(bracket) - before.count(closing) for bracket, closing in _BRACKETS.items()]
        if opened in ([0, 0, 0], [0, 0, 1]) and (found[1] is None) == (opened[2] == 1):
            yield snake_case(found[1] or found[2])
