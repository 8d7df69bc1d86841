"""A request body: the documented media type that it has, and its value."""

from collections.abc import Callable, Mapping
from typing import Any

from mockserver.domain.errors import InvalidInput
from mockserver.openapi.document import Document
from mockserver.openapi.forms import FormSchema, parts_of
from mockserver.openapi.media_types import declared, is_json, normal
from mockserver.openapi.texts import TextReader, pairs_of
from mockserver.openapi.validation import BodySchema

JSON = "application/json"


class RequestBody:
    """A Request Body Object: a schema for every media type that it documents."""

    def __init__(self, document: Document, raw: Mapping[str, Any]) -> None:
        self._document = document
        self._content: Mapping[str, Any] = raw["content"]
        self._schemas: dict[str, BodySchema] = {}
        self._forms: dict[str, FormSchema] = {}
        self.is_json_alone = self._content.keys() == {JSON}

    def compile(self) -> None:
        """Compile everything now that is otherwise compiled when it is needed. Raises ValueError."""
        for media_type in self._content:
            self._schema(media_type)
            self._form(media_type)

    def check(self, value: Any) -> Any:
        """Return a body of type application/json in canonical form. Raises InvalidInput."""
        return self._schema(JSON).check(value)

    def read(self, content_type: str, body: bytes, decode: Callable[[bytes], Any]) -> Any:
        """Return the value of a body; ``decode`` is for JSON. Raises InvalidInput for what is not documented."""
        media_type = declared(self._content, content_type)
        if media_type is None:
            names = " or ".join(self._content) or "nothing"
            raise InvalidInput({"body": [f"must be sent as {names}"]})
        name = normal(content_type)
        if is_json(name):
            return self._schema(media_type).check(decode(body))
        if name == "application/x-www-form-urlencoded":
            value = self._form(media_type).of_pairs(pairs_of(body))
        elif name == "multipart/form-data":
            value = self._form(media_type).of_parts(parts_of(content_type, body))
        elif name.startswith("text/") and name != "text/xml":
            value = self._text(media_type, content_type, body)
        else:
            return body  # what a schema says about another type is not about its bytes
        return self._schema(media_type).check(value)

    def _schema(self, media_type: str) -> BodySchema:
        if media_type not in self._schemas:
            self._schemas[media_type] = BodySchema(self._document, self._content[media_type].get("schema", True))
        return self._schemas[media_type]

    def _form(self, media_type: str) -> FormSchema:
        if media_type not in self._forms:
            content = self._content[media_type]
            encoding = content.get("encoding", {})
            self._forms[media_type] = FormSchema(self._document, content.get("schema", True), encoding)
        return self._forms[media_type]

    def _text(self, media_type: str, content_type: str, body: bytes) -> Any:
        charset = content_type.lower().partition("charset=")[2].partition(";")[0].strip(' "') or "utf-8"
        try:
            text = body.decode(charset)
        except (UnicodeDecodeError, LookupError):
            text = body.decode("latin-1")
        return TextReader(self._document, self._content[media_type].get("schema", True)).scalar(text)
