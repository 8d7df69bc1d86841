"""Texts of a target, made fit to show: cut to a length, and without characters that do something instead of showing."""

import re

#: How much of a body is kept as evidence, and how much of a text is shown in a message.
MAX_EVIDENCE_CHARS = 4096
MAX_MESSAGE_CHARS = 300
#: How much of a word that was cut is shown: if it is a secret, this much may be read.
SHOWN_CHARS = 4
#: What stands at the end of a text that was cut.
SIZE = re.compile(r"… [\d,]+ characters in all\Z")
_UP_TO_LAST_WORD = re.compile(r".*[\s\"',;<>(){}\[\]]", re.DOTALL)
#: Controls but newline and tab, line separators, marks of direction, what XML cannot contain and UTF-8 cannot encode.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
#: What a CI runner takes for a command: ``::`` that begins a line, and ``##[`` or ``##name[`` anywhere.
_COMMAND = re.compile(r"^([^\S\n]*)::|##(?=\w*\[)", re.MULTILINE)


def shorten(text: str, max_chars: int = MAX_MESSAGE_CHARS) -> str:
    """Return the text, or its beginning and its size; of a word that would be cut its first four characters are shown.

    The size of a text that was cut before is the one that it had at first. No part of a secret is left by which it
    could not be recognised.
    """
    if len(text) <= max_chars:
        return text
    before = SIZE.search(text)
    found = _UP_TO_LAST_WORD.match(text, 0, max_chars)
    shown = min(max_chars, (found.end() if found else 0) + SHOWN_CHARS)
    return f"{text[:shown]}{before[0] if before else f'… {len(text):,} characters in all'}"


def visible(text: str) -> str:
    r"""Return the text with unseen characters as ``\x1b`` or ``\u202e``, and without commands to a CI runner."""
    return without_commands(_UNSEEN.sub(_escaped, text))


def without_commands(text: str) -> str:
    r"""Return the text with ``\::`` and ``#\#[`` for what a CI runner would run."""
    return _COMMAND.sub(lambda found: r"#\#" if found[1] is None else rf"{found[1]}\::", text)


def _escaped(found: "re.Match[str]") -> str:
    number = ord(found[0])
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
