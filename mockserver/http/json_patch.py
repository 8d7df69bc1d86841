"""JSON Patch (RFC 6902) on parts of an answer: what is copied is bounded and costs little, however it is nested."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from mockserver.asgi import encode
from mockserver.domain.errors import InternalError

MAX_COPIED_BYTES = 1024 * 1024
_MAX_REASON_LENGTH = 300
#: Where the value that is changed and one that is put into it are while an operation is applied.
_CHANGED, _PUT = "changed", "put"


class CopyLimit:
    """How many bytes a change may still put into an answer."""

    def __init__(self) -> None:
        self._free_bytes = MAX_COPIED_BYTES

    def take(self, value: Any) -> bytes:
        """Return a value that is put into the answer as JSON. Raises InternalError if it is too much."""
        taken = encode(value)
        self._free_bytes -= len(taken)
        if self._free_bytes < 0:
            raise InternalError(f"change: more than {MAX_COPIED_BYTES:,} bytes would be put into this answer")
        return taken


class Patch:
    """The operations of a JSON Patch, to be applied to parts of one answer. Raises InternalError if they cannot be."""

    def __init__(self, operations: Sequence[dict[str, Any]], limit: CopyLimit) -> None:
        with _errors():
            self._operations = [(operation, _steps(operation)) for operation in operations]
        self._limit = limit

    def apply(self, value: Any) -> Any:
        """Return a value with the operations applied, which may change it. Raises InternalError if they cannot be."""
        holder = {_CHANGED: value}
        with _errors():
            for operation, steps in self._operations:
                self._apply(operation, steps, holder)
        if _CHANGED not in holder:
            raise InternalError("change.json_patch cannot be applied to this answer: it removes the whole value")
        return holder[_CHANGED]

    def _apply(self, operation: dict[str, Any], steps: Any, holder: dict[str, Any]) -> None:
        from jsonpatch import JsonPatchTestFailed
        from jsonpointer import resolve_pointer

        name = operation["op"]
        if name in ("add", "replace"):
            holder[_PUT] = msgspec.json.decode(self._limit.take(operation["value"]))
        elif name == "copy":
            copied = resolve_pointer(holder, _inside(operation["from"]))
            holder[_PUT] = msgspec.json.decode(self._limit.take(copied))
        elif name == "test":
            self._limit.take(operation["value"])
            if resolve_pointer(holder, _inside(operation["path"])) != operation["value"]:
                raise JsonPatchTestFailed(f"{operation['path']} has another value")
        if steps is not None:
            steps.apply(holder, in_place=True)


@contextmanager
def _errors() -> Iterator[None]:
    """Raise InternalError for what the library raises."""
    from jsonpatch import JsonPatchException
    from jsonpointer import JsonPointerException

    try:
        yield
    except (JsonPatchException, JsonPointerException, TypeError) as error:
        reason = str(error)[:_MAX_REASON_LENGTH]
        raise InternalError(f"change.json_patch cannot be applied to this answer: {reason}") from None


def _steps(operation: dict[str, Any]) -> Any:
    """Return what the library does for an operation; what it would copy node by node is moved to its place instead."""
    from jsonpatch import JsonPatch

    path = _inside(operation["path"])
    put = {"op": "move", "from": f"/{_PUT}", "path": path}
    match operation["op"]:
        case "add" | "copy":
            return JsonPatch([put])
        case "replace":
            return JsonPatch([{"op": "remove", "path": path}, put])
        case "remove":
            return JsonPatch([{"op": "remove", "path": path}])
        case "move":
            return JsonPatch([{"op": "move", "path": path, "from": _inside(operation["from"])}])
    return None


def _inside(pointer: str) -> str:
    return f"/{_CHANGED}{pointer}"
