"""Expected and actual beside each other: structured texts on several lines, and what differs marked."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from contract_tests.output.texts import SIZE, shorten

#: How much of a text is shown.
MAX_CHARS, MAX_LINES = 2000, 40
#: Longer texts are not compared, and texts with less in common than this share are not marked.
_MAX_WORDS, _MIN_IN_COMMON = 400, 0.3
_MAX_GROUP_CHARS = 60
_MAX_DEPTH = 8
_STATUS = re.compile(r"[1-5]\d\d\b")
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
#: Texts in quotes, brackets, commas, and what is between them; a quote within prose begins no text.
_TOKEN = re.compile(r"\"(?:[^\"\\]|\\.)*\"|(?<=[\[{(,:= ])'(?:[^'\\]|\\.)*'|[\[\]{},]|[^\[\]{},\"']+|.", re.DOTALL)


@dataclass(frozen=True)
class Part:
    """A part of a text, and whether the other text lacks it."""

    text: str
    differs: bool = False


def parts(expected: str, actual: str) -> tuple[list[Part], list[Part]]:
    """Return both texts in parts, cut to what is shown."""
    texts = [bounded(text) for text in (expected, actual)]
    left, right = (_WORD.findall(text) for text in texts)
    if len(left) > _MAX_WORDS or len(right) > _MAX_WORDS:
        return [Part(texts[0])], [Part(texts[1])]
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    same = [word for start, _, size in matcher.get_matching_blocks() for word in left[start : start + size]]
    if 2 * _words(same) < _MIN_IN_COMMON * _words([*left, *right]):
        return _with_status(*texts), _with_status(*reversed(texts))
    operations = matcher.get_opcodes()
    return (
        list(_marked(left, [(start, end, name != "equal") for name, start, end, _, _ in operations])),
        list(_marked(right, [(start, end, name != "equal") for name, _, _, start, end in operations])),
    )


def bounded(text: str) -> str:
    """Return the text indented, or its beginning and its size."""
    shown = shorten(text, MAX_CHARS)
    size = SIZE.search(shown)
    lines = indented(shown[: size.start()] if size else shown).splitlines()
    if len(lines) > MAX_LINES:
        return "\n".join([*lines[:MAX_LINES], size[0] if size else f"… {len(text):,} characters in all"])
    return "\n".join(lines) + (size[0] if size else "")


def indented(text: str) -> str:
    """Return a text with JSON, or the like, in it on several lines, even if its end is missing."""
    tokens = _TOKEN.findall(text)
    written, depth, index = "", 0, 0
    while index < len(tokens):
        token = tokens[index]
        if token in ("[", "{") and (end := _end_of_short_group(tokens, index)):
            written += "".join(tokens[index:end])
            index = end
            continue
        depth = max(0, depth + (token in ("[", "{")) - (token in ("]", "}")))
        line = "\n" + "  " * min(depth, _MAX_DEPTH)
        if token in ("[", "{") or (token == "," and depth):
            written += token + line
        elif token in ("]", "}"):
            written = written.rstrip() + line + token
        else:
            written += token.lstrip() if written.endswith((" ", "\n")) else token
        index += 1
    return written


def _end_of_short_group(tokens: Sequence[str], start: int) -> int:
    """Return where a group in brackets ends that needs no lines of its own, 0 if it does."""
    depth = chars = 0
    for index in range(start, len(tokens)):
        depth += (tokens[index] in ("[", "{")) - (tokens[index] in ("]", "}"))
        chars += len(tokens[index])
        if chars > _MAX_GROUP_CHARS:
            return 0
        if depth == 0:
            return index + 1
    return 0


def _words(tokens: Sequence[str]) -> int:
    return sum(token[0].isalnum() for token in tokens)


def _with_status(text: str, other: str) -> list[Part]:
    """Return the text with the status that it begins with marked, if the other begins with another one."""
    status, others = _STATUS.match(text), _STATUS.match(other)
    if not status or not others or status[0] == others[0]:
        return [Part(text)]
    return [Part(status[0], differs=True), Part(text[status.end() :])]


def _marked(words: Sequence[str], spans: Sequence[tuple[int, int, bool]]) -> Iterator[Part]:
    for start, end, differs in spans:
        if text := "".join(words[start:end]):
            yield Part(text, differs and not text.isspace())
