"""Paths of calls against literal paths and templates such as ``/api/v1/events/{id}``."""

import re
from functools import lru_cache

_MAX_CACHED = 10_000


def path_matches(template: str, path: str) -> bool:
    """Whether a path is of the form of a template; each ``{name}`` stands for one character or more of a segment.

    The time is linear in the length of the path for each name, whatever the template.
    """
    parts = _literal_parts(template)
    if len(parts) == 1:
        return path == template
    first, *middle, last = parts
    start, end = len(first), len(path) - len(last)
    if not (path.startswith(first) and path.endswith(last)):
        return False
    for part in middle:
        found = path.find(part, start + 1, end)
        if found < 0 or "/" in path[start:found]:
            return False
        start = found + len(part)
    return start < end and "/" not in path[start:end]


@lru_cache(_MAX_CACHED)
def _literal_parts(template: str) -> tuple[str, ...]:
    return tuple(re.split(r"\{[^/{}]+\}", template))
