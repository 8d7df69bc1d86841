"""The documents of tests/data/documents, the calls that they name, and a check of answers by libraries of others."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin

import httpx
import yaml
from openapi_schema_validator import OAS30ReadValidator, OAS31Validator, oas30_format_checker, oas31_format_checker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

JSON = dict[str, Any]
FOLDER = Path(__file__).parents[2] / "data" / "documents"
PATHS = sorted(path for path in FOLDER.iterdir() if path.is_file())


class _Loader(yaml.SafeLoader):
    """YAML without dates."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if not tag.endswith("timestamp")]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Call:
    """A call that a document names: valid, with the status of its answer, or refused."""

    call: str
    status: int = 400
    refused: bool = False
    type: str = ""
    body: str = ""
    accept: str = ""
    prefer: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body_is: Any = None
    answer_type: str = ""
    answer_headers: dict[str, str] = field(default_factory=dict)

    @property
    def method(self) -> str:
        return self.call.partition(" ")[0]

    @property
    def path(self) -> str:
        return self.call.partition(" ")[2]

    def send(self, client: httpx.Client) -> httpx.Response:
        named = {"content-type": self.type, "accept": self.accept, "prefer": self.prefer}
        headers = {name: text for name, text in named.items() if text} | self.headers
        return client.request(self.method, self.path, headers=headers, content=self.body.encode("latin-1"))


def load(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)


def calls(path: Path) -> list[Call]:
    return [Call(**described) for described in load(path)["x-calls"]]


class Oracle:
    """Says how an answer differs from the document, as openapi-schema-validator reads it."""

    def __init__(self, path: Path) -> None:
        self._base = path.as_uri()
        self._contents: dict[str, Any] = {}
        self._registry: Registry[Any] = Registry(retrieve=self._retrieve)  # type: ignore[call-arg]
        self._is_30 = str(self._content(self._base)["openapi"]).startswith("3.0")

    def operations(self) -> Iterator[tuple[str, str, str, JSON]]:
        """Yield the method, the path, and the operation with its place."""
        for path in self._content(self._base)["paths"]:
            if not path.startswith("/"):
                continue
            place, item = self._at(f"{self._base}#/paths/{_escaped(path)}")
            for method, operation in item.items():
                if method in ("get", "put", "post", "delete", "options", "head", "patch", "trace"):
                    yield method.upper(), path, f"{place}/{method}", operation

    def problems(self, method: str, path: str, response: httpx.Response) -> list[str]:
        """Return what is wrong with an answer of the operation that a template names."""
        found = next(each for each in self.operations() if each[:2] == (method, path))
        key = next((key for key in _keys(response.status_code) if key in found[3]["responses"]), None)
        if key is None:
            return [f"{response.status_code} is not documented"]
        place, documented = self._at(f"{found[2]}/responses/{key}")
        return [*self._header_problems(place, documented, response), *self._body_problems(place, documented, response)]

    def operation_of(self, method: str, path: str) -> str:
        """Return the template that a path matches best: the one with the fewest parameters."""
        fitting = [
            template
            for asked, template, _, _ in self.operations()
            if asked == method and re.fullmatch(re.sub(r"\\\{[^}]*\}", "[^/]+", re.escape(template)), path)
        ]
        return min(fitting, key=lambda template: template.count("{"))

    def _header_problems(self, place: str, documented: JSON, response: httpx.Response) -> Iterator[str]:
        for name in documented.get("headers", {}):
            at, header = self._at(f"{place}/headers/{_escaped(name)}")
            if name.lower() == "content-type":
                continue
            if name not in response.headers:
                yield f"header {name} is missing"
            elif header.get("schema", {}).get("type") == "string":
                yield from self._schema_problems(f"{at}/schema", response.headers[name])

    def _body_problems(self, place: str, documented: JSON, response: httpx.Response) -> Iterator[str]:
        content = documented.get("content", {})
        sent = response.headers.get("content-type", "")
        if response.request.method == "HEAD":
            content = {}
        if not content or response.status_code in (204, 304):
            yield from ["there is a body"] * bool(response.content)
            return
        key = next((key for key in (sent, *_ranges(sent)) if key in content), None)
        if key is None:
            yield f"{sent} is not documented"
        elif "schema" in content[key]:
            at = f"{place}/content/{_escaped(key)}/schema"
            if re.match(r"[^;]*[/+]json(;|$)", sent):
                yield from self._schema_problems(at, json.loads(response.content))
            elif self._at(at)[1].get("type") == "string":
                yield from self._schema_problems(at, response.text)

    def _schema_problems(self, place: str, value: Any) -> Iterator[str]:
        kind, formats = (
            (OAS30ReadValidator, oas30_format_checker) if self._is_30 else (OAS31Validator, oas31_format_checker)
        )
        validator = kind({"$ref": place}, registry=self._registry, format_checker=formats)
        yield from (f"{place}: {error.message[:200]} for {str(value)[:200]}" for error in validator.iter_errors(value))

    def _at(self, reference: str) -> tuple[str, Any]:
        """Return the node that a reference leads to, through further ones, and its place."""
        uri, _, pointer = reference.partition("#")
        node = self._content(uri)
        for part in pointer.split("/")[1:]:
            if isinstance(node, dict) and "$ref" in node:
                raise LookupError(reference)
            name = unquote(part).replace("~1", "/").replace("~0", "~")
            node = node[name] if name in node else node[int(name)]
        return self._at(urljoin(reference, node["$ref"])) if "$ref" in node else (reference, node)

    def _content(self, uri: str) -> Any:
        if uri not in self._contents:
            text = json.dumps(load(Path(unquote(uri.removeprefix("file://")))))
            self._contents[uri] = json.loads(text, object_hook=_as_answered)  # keys are texts
        return self._contents[uri]

    def _retrieve(self, uri: str) -> "Resource[Any]":
        return Resource.from_contents(self._content(uri), default_specification=DRAFT202012)


def _as_answered(node: JSON) -> JSON:
    """Return an object of a document as it counts for answers: without what the validators do not know."""
    hidden = {
        name
        for name, schema in node.get("properties", {}).items()
        if isinstance(schema, dict) and schema.get("writeOnly") is True
    }
    if hidden and isinstance(node.get("required"), list):
        node = node | {"required": [name for name in node["required"] if name not in hidden]}
    if "\\p{" in str(node.get("pattern", "")):  # which Python's expressions do not have
        del node["pattern"]
    return {"$ref": node["$ref"]} if isinstance(node.get("$ref"), str) else node


def _keys(status: int) -> tuple[str, ...]:
    return str(status), f"{status // 100}XX", "default"


def _ranges(media_type: str) -> tuple[str, ...]:
    return media_type.partition(";")[0], f"{media_type.partition('/')[0]}/*", "*/*"


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1").replace("%", "%25")
