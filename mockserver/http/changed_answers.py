"""Changes of the answers that the mock gives, by which clients are tested against what the API may send one day."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec import UNSET

from mockserver.asgi import Answer, encode
from mockserver.domain.errors import InternalError
from mockserver.http.json_patch import CopyLimit, Patch
from mockserver.runtime.faults import FaultChange

_MAX_BODY_BYTES = 16 * 1024 * 1024
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


def change_body(answer: Answer, change: FaultChange) -> Answer:
    """Return a successful answer with its JSON body changed, any other as it is. Raises InternalError."""
    is_json = (b"content-type", b"application/json") in answer.headers and isinstance(answer.body, bytes)
    if not is_json or answer.status >= 300 or (change.json_patch is None and change.merge_patch is UNSET):
        return answer
    holder = {"": msgspec.json.decode(answer.body)}  # type: ignore[arg-type]
    size, changed = 0, _changer(change)
    for container, key in _places(holder, ["", *_parts(change.at)], change.at):
        container[key] = changed(container[key])
        size += _checked_size(container[key], size)
    return Answer(answer.status, answer.headers, encode(holder[""]))


def _changer(change: FaultChange) -> Callable[[Any], Any]:
    """Return what changes a value. It raises InternalError, and so does this, for a patch that cannot be applied."""
    limit = CopyLimit()
    if change.json_patch is not None:
        return Patch(change.json_patch, limit).apply

    def merged(value: Any) -> Any:
        limit.take(change.merge_patch)
        return merge_patch(value, change.merge_patch)

    return merged


def _checked_size(value: Any, others: int = 0) -> int:
    """Return the size of a value as JSON. Raises InternalError if that and the size of ``others`` are too much."""
    size = len(encode(value))
    if size + others > _MAX_BODY_BYTES:
        raise InternalError(f"change: the body would have more than {_MAX_BODY_BYTES:,} bytes")
    return size


def merge_patch(value: Any, patch: Any) -> Any:
    """Return a value with a JSON merge patch applied (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(value) if isinstance(value, dict) else {}
    for name, part in patch.items():
        if part is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), part)
    return merged


def _parts(pointer: str) -> list[str]:
    """Return the names in a JSON Pointer (RFC 6901)."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _places(container: Any, parts: list[str], pointer: str) -> Iterator[tuple[Any, Any]]:
    """Yield the containers and keys of what the pointer names; ``*`` is every item. Raises InternalError."""
    key, *remaining = parts
    keys: list[Any] = list(container) if key == "*" and isinstance(container, dict) else [key]
    if isinstance(container, list):
        keys = list(range(len(container))) if key == "*" else [int(key)] if _INDEX.fullmatch(key) else [None]
    for one in keys:
        if not _has(container, one):
            raise InternalError(f"change.at: this answer has nothing at {pointer!r}")
        if remaining:
            yield from _places(container[one], remaining, pointer)
        else:
            yield container, one


def _has(container: Any, key: Any) -> bool:
    if isinstance(container, list):
        return isinstance(key, int) and key < len(container)
    return isinstance(container, dict) and key in container
