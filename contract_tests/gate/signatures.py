"""The signature of a failure: the same for the same violation, whatever ids, times and random texts it shows."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

#: What differs from run to run, and what stands for it; applied in this order.
_VARIABLE = (
    (re.compile(r"\{.*\}|\[.*\]", re.DOTALL), "…"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE), "ID"),
    (re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?", re.IGNORECASE), "TIME"),
    (re.compile(r"\b(req|sk|whsec)_\w+"), "ID"),
    (re.compile(r"'(?![a-z_]{3,40}')[^']*'|\"(?![a-z_]{3,40}\")[^\"]*\""), "TEXT"),
    (re.compile(r"\b[0-9a-f]{12,}\b"), "ID"),
    (re.compile(r"\b(?=\w*\d)(?=\w*[A-Z])[A-Z0-9]{6}\b"), "CODE"),
    (re.compile(r"(?<![\w.])-?\d+(\.\d+)?(?![\w.])"), "N"),
)
_STATUS = re.compile(r"^([1-5]\d\d)\b")
_ERROR_CODE = re.compile(r"\"error\"\s*:\s*\"([a-z_]{1,60})\"")
_MAX_CHARS = 200
_DIGITS = 12


def of(failure: Mapping[str, Any]) -> str:
    """Return the signature of a failure, which has ``expected`` and ``actual``: twelve hexadecimal digits."""
    text = "\n".join(normalised(str(failure[name])) for name in ("expected", "actual"))
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def normalised(text: str) -> str:
    """Return a text without what differs from run to run.

    Of an answer its status and the code of its error are left, as in ``404 not_found …``.
    """
    status, code = _STATUS.match(text), _ERROR_CODE.search(text)
    if status:
        return " ".join((status[1], code[1] if code else "")).strip()
    for pattern, replacement in _VARIABLE:
        text = pattern.sub(replacement, text)
    return " ".join(text.split())[:_MAX_CHARS]
