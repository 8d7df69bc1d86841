"""Bodies that are forms: the fields of application/x-www-form-urlencoded and the parts of multipart/form-data."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from mockserver.domain.errors import InvalidInput
from mockserver.openapi.composition import properties_of
from mockserver.openapi.document import Document
from mockserver.openapi.media_types import is_json
from mockserver.openapi.parameters import ABSENT, Parameter, read_all
from mockserver.openapi.texts import Pairs, TextReader

_MAX_PARTS = 1_000
_BOUNDARY = re.compile(r'boundary="?([^";,]{1,200})"?', re.IGNORECASE)
_NAME = re.compile(r';\s*name="((?:[^"\\]|\\.)*)"|;\s*name=([^;\s]+)', re.IGNORECASE)


class Part(NamedTuple):
    """A part of a multipart body."""

    name: str
    content_type: str
    content: bytes


class FormSchema:
    """The schema of a form, and how its fields are written (Encoding Objects)."""

    def __init__(self, document: Document, schema: Any, encoding: Mapping[str, Any]) -> None:
        self._reader = TextReader(document, schema)
        self._fields = {
            name: Parameter(document, _as_parameter(name, node, encoding.get(name, {})))
            for name, node in properties_of(document, schema).items()
        }

        self._names = frozenset(self._fields)

    def of_pairs(self, pairs: Pairs) -> dict[str, Any]:
        """Return the value of the fields of a form."""
        if len(pairs) > _MAX_PARTS:
            raise InvalidInput({"body": [f"has more than {_MAX_PARTS} fields"]})
        made: dict[str, Any] = {}
        for name, field in self._fields.items():
            if (value := field.of_pairs(pairs, self._names)) is not ABSENT:
                made[name] = value
        for name, text, _ in pairs:
            if name.partition("[")[0] not in self._fields:
                made.setdefault(name, self._reader.property(name).scalar(text))
        return made

    def of_parts(self, parts: list[Part]) -> dict[str, Any]:
        """Return the value of the parts of a multipart body; a file is the text of its bytes."""
        found: dict[str, list[Any]] = {}
        for part in parts:
            found.setdefault(part.name.removesuffix("[]"), []).append(part)
        return {name: self._of_parts(self._reader.property(name), own) for name, own in found.items()}

    @staticmethod
    def _of_parts(reader: TextReader, parts: list[Part]) -> Any:
        values = [_json(part) for part in parts if is_json(part.content_type)]
        if len(values) < len(parts):
            return read_all(reader, [_text(part) for part in parts])
        return reader.first_valid([values[0], values]) if "array" in reader.types else values[0]


def parts_of(content_type: str, body: bytes) -> list[Part]:
    """Return the parts of a multipart body. Raises InvalidInput."""
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        raise InvalidInput({"body": ["is multipart, but its content type has no boundary"]})
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary[1].encode("latin-1"), _MAX_PARTS + 2)[1:]
    if len(pieces) > _MAX_PARTS:
        raise InvalidInput({"body": [f"has more than {_MAX_PARTS} parts"]})
    found = []
    for piece in pieces:
        if piece.startswith(b"--"):
            break
        head, _, content = piece.partition(b"\r\n\r\n")
        fields = dict(line.partition(":")[::2] for line in head.decode("utf-8", "replace").lstrip("\r\n").split("\r\n"))
        headers = {name.strip().lower(): value.strip() for name, value in fields.items()}
        name = _NAME.search(headers.get("content-disposition", ""))
        if name is None:
            raise InvalidInput({"body": ["has a part without a name"]})
        found.append(Part(name[1] or name[2] or "", headers.get("content-type", ""), content))
    return found


def _as_parameter(name: str, schema: Any, encoding: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameter of a query that is written as an Encoding Object says."""
    made = {"name": name, "in": "query"} | {key: encoding[key] for key in ("style", "explode") if key in encoding}
    media_type = encoding.get("contentType", "")
    return made | ({"content": {media_type: {"schema": schema}}} if is_json(media_type) else {"schema": schema})


def _text(part: Part) -> str:
    try:
        return part.content.decode()
    except UnicodeDecodeError:
        return part.content.decode("latin-1")


def _json(part: Part) -> Any:
    try:
        return msgspec.json.decode(part.content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _text(part)
