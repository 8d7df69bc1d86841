"""Words of a shell, in commands to copy: whatever a client or a snapshot put into them, they are only text."""

import re
import shlex

_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./?&~\[\] -]+")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def quoted(text: str) -> str:
    """Return a word. Control characters are escaped: a terminal obeys them when they are pasted."""
    if not _CONTROL.search(text):
        return shlex.quote(text)
    escaped = text.replace("\\", r"\\").replace("'", r"\'").replace("\n", r"\n")
    return f"$'{_CONTROL.sub(_octal, escaped)}'"


def double_quoted(text: str) -> str:
    """Return a word in double quotes, which every shell knows, if they suffice."""
    return f'"{text}"' if _PLAIN.fullmatch(text) else quoted(text)


def _octal(found: re.Match[str]) -> str:
    return "".join(f"\\{byte:03o}" for byte in found[0].encode())
