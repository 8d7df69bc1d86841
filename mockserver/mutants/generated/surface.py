"""What the document says of each operation, as far as mutants are generated from it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.openapi.document import Document

JSON = dict[str, Any]
#: The columns of the export, which no schema describes, and the schema whose fields they are.
_CSV_COLUMNS = (
    "id", "camera_id", "camera_name", "trigger_type", "triggered_at", "duration_sec", "summary", "tags", "ai_status",
    "acknowledged", "starred",
)  # fmt: skip
_PAGING = ("cursor", "limit")


@dataclass(frozen=True)
class Surface:
    """One operation: its parameters and the fields of its body and of its answer, each with its resolved schema.

    ``answer`` has the fields of an item where the answer is a list; ``rows`` names the field that holds the list, and
    ``totalled`` says whether the answer counts it. ``site_scoped`` says whether viewers see objects of some sites only.
    """

    id: str
    method: str
    path: str
    min_role: str
    query: Mapping[str, JSON]
    body: Mapping[str, JSON]
    answer: Mapping[str, JSON]
    rows: str | None
    totalled: bool
    site_scoped: bool
    errors: tuple[str, ...]
    media_type: str | None

    @property
    def paged(self) -> bool:
        """Whether it is a list with pages."""
        return self.rows is not None and "cursor" in self.query

    @property
    def filters(self) -> list[str]:
        """The names of the parameters that choose what is listed."""
        return [name for name in self.query if name not in _PAGING]

    @property
    def reads(self) -> bool:
        """Whether it reads only."""
        return self.method == "GET"

    @property
    def of_one(self) -> bool:
        """Whether its path names one object."""
        return self.path.endswith("/{id}")


class Surfaces(dict[str, Surface]):
    """The operations of a document by id."""

    def __init__(self, document: Document) -> None:
        self._document = document
        super().__init__((row[-1]["operationId"], self._surface(*row)) for row in document.operations())

    def reader(self, surface: Surface) -> Surface | None:
        """Return the operation that reads what another one on the same path changes."""
        return next((other for other in self.values() if other.path == surface.path and other.reads), None)

    def shown(self, surface: Surface) -> set[str]:
        """Return the names of the fields that answers about the same resource show."""
        resource = surface.path.split("/")[:4]
        return {name for other in self.values() if other.path.split("/")[:4] == resource for name in other.answer}

    def _surface(self, path: str, method: str, node: JSON) -> Surface:
        resolve = self._document.resolve
        parameters = [resolve(each) for each in node.get("parameters", ())]
        success, *errors = sorted(node["responses"])
        content = resolve(node["responses"][success]).get("content", {})
        answer, rows = self._answer(content)
        return Surface(
            id=node["operationId"],
            method=method,
            path=path,
            min_role=node.get("x-min-role", "public"),
            query={each["name"]: resolve(each["schema"]) for each in parameters if each["in"] == "query"},
            body=self._fields(self._json(resolve(node.get("requestBody", {})).get("content", {}))),
            answer=answer,
            rows=rows,
            totalled="total" in self._fields(self._json(content)),
            site_scoped=node.get("x-site-scoped", False),
            errors=tuple(errors),
            media_type=next((name.partition(";")[0] for name in content), None),
        )

    def _answer(self, content: JSON) -> tuple[JSON, str | None]:
        if any(name.startswith("text/csv") for name in content):
            return {name: {} for name in _CSV_COLUMNS}, None
        fields = self._fields(self._json(content))
        for name in ("data", "keys", "entries"):
            if fields.get(name, {}).get("type") == "array":
                return self._fields(self._document.resolve(fields[name]["items"])), name
        return fields, None

    def _json(self, content: JSON) -> JSON:
        schema: JSON = self._document.resolve(content.get("application/json", {}).get("schema", {}))
        return schema

    def _fields(self, schema: JSON) -> JSON:
        """Return the properties of a schema, those of the schemas that it joins or chooses from included."""
        parts = (*schema.get("allOf", ()), *schema.get("oneOf", ()))
        joined: Iterator[JSON] = (self._document.resolve(each) for each in parts)
        found = {name: each for part in joined for name, each in self._fields(part).items()}
        return found | {name: self._document.resolve(each) for name, each in schema.get("properties", {}).items()}
