import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import prance
import pytest
import yaml

from mockserver import resources
from mockserver.openapi.checking import checked
from mockserver.openapi.document import Document, DocumentError
from tests.mockserver.openapi.documents import JSON
from tests.mockserver.openapi.documents import document as made

API = Document.load(resources.path("spec", "openapi.yaml"))
CONTROL = Document.load(resources.path("spec", "control.yaml"))
BOTH = pytest.mark.parametrize("doc", [API, CONTROL], ids=["api", "control"])
OPERATIONS = [pytest.param(path, method, raw, id=raw["operationId"]) for path, method, raw in API.operations()]
EACH_OPERATION = pytest.mark.parametrize(("path", "method", "raw"), OPERATIONS)
RATE = {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}
CODES = {
    "400": "validation_error",
    "401": "auth_required",
    "403": "forbidden",
    "404": "not_found",
    "409": "conflict",
    "410": "gone",
    "413": "payload_too_large",
    "429": "rate_limited",
}
#: A login needs no credential that could be missing, and no role that could be too low.
LOGIN_CODES = {"401": "invalid_credentials", "403": "account_disabled"}


def nodes(value: Any, path: str = "#") -> Iterator[tuple[str, JSON]]:
    """Yield every object of a document with its place."""
    if isinstance(value, dict):
        yield path, value
    for name, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from nodes(item, f"{path}/{name}")


def schema_references(doc: Document, name: str) -> set[str]:
    """Return the schemas that a schema refers to directly."""
    found = nodes(doc.raw["components"]["schemas"][name])
    references = [node["$ref"] for _, node in found if isinstance(node.get("$ref"), str)]
    return {reference.split("/")[3] for reference in references if reference.startswith("#/components/schemas/")}


def examples(doc: Document) -> Iterator[tuple[str, Any, Any]]:
    """Yield the place, the schema and the value of every example beside a schema."""
    for path, node in nodes(doc.raw):
        if "schema" not in node or path.startswith("#/components/schemas"):
            continue
        if "example" in node:
            yield f"{path}/example", node["schema"], node["example"]
        for name, example in node.get("examples", {}).items():
            yield f"{path}/examples/{name}", node["schema"], doc.resolve(example)["value"]


def written(folder: Path, text: str, name: str = "bad.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def with_response(response: str, more: str = "") -> str:
    return (
        "openapi: 3.1.0\ninfo: {title: Test, version: '1.0'}\n"
        f"paths:\n  /a:\n    get:\n      operationId: readA\n      responses:\n        {response}\n{more}"
    )


@pytest.mark.parametrize("name", ["openapi.yaml", "control.yaml"])
def test_packaged_document_is_valid(name: str) -> None:
    checked(resources.path("spec", name))


@pytest.mark.parametrize("name", ["openapi.yaml", "control.yaml"])
def test_packaged_document_is_resolved_by_another_library(name: str) -> None:
    parser = prance.ResolvingParser(str(resources.path("spec", name)), backend="openapi-spec-validator", strict=False)
    assert not [path for path, node in nodes(parser.specification["paths"]) if "$ref" in node]


@BOTH
def test_no_schema_contains_itself(doc: Document) -> None:
    for name in doc.raw["components"]["schemas"]:
        reached, waiting = set[str](), schema_references(doc, name)
        while waiting:
            reached |= waiting
            waiting = {found for other in waiting for found in schema_references(doc, other)} - reached
        assert name not in reached


@BOTH
def test_every_example_fits_its_schema(doc: Document) -> None:
    found = list(examples(doc))
    assert len(found) > 30
    wrong = {place: value for place, schema, value in found if not doc.validator(schema).is_valid(value)}
    assert wrong == {}


@BOTH
def test_every_reference_leads_somewhere(doc: Document) -> None:
    references = [node for _, node in nodes(doc.raw) if isinstance(node.get("$ref"), str)]
    assert references
    for node in references:
        assert doc.resolve(node) is not None


@BOTH
def test_every_component_is_used(doc: Document) -> None:
    used = {node["$ref"] for _, node in nodes(doc.raw) if isinstance(node.get("$ref"), str)}
    made = {f"#/components/{kind}/{name}" for kind, items in doc.raw["components"].items() for name in items}
    spare = {name for name in made - used if "/securitySchemes/" not in name}
    assert spare <= {"#/components/schemas/GatewayFrame"}


@BOTH
def test_request_bodies_are_closed_objects(doc: Document) -> None:
    for path, method, raw in doc.operations():
        if "requestBody" in raw:
            schema = doc.resolve(doc.resolve(raw["requestBody"])["content"]["application/json"]["schema"])
            assert (schema["type"], schema["additionalProperties"]) == ("object", False), f"{method} {path}"


@EACH_OPERATION
def test_operation_describes_itself(path: str, method: str, raw: JSON) -> None:
    assert re.fullmatch(r"[a-z]+[A-Za-z]*", raw["operationId"])
    assert raw["tags"]
    assert {tag["name"] for tag in API.raw["tags"]} >= set(raw["tags"])
    assert raw["summary"]
    assert raw["x-min-role"] in ("public", "viewer", "operator", "admin", "owner")
    assert isinstance(raw["x-site-scoped"], bool)
    assert re.fullmatch(r"v1\.\d", raw["x-since"])


@EACH_OPERATION
def test_operation_documents_who_is_refused(path: str, method: str, raw: JSON) -> None:
    public = raw["x-min-role"] == "public"
    assert public or {"401", "403", "429"} <= raw["responses"].keys()
    assert ({"401", "403"} & raw["responses"].keys() == set()) is (public and raw["tags"] != ["authentication"])
    assert (raw.get("security") == []) is public


@EACH_OPERATION
def test_operation_documents_what_is_not_found(path: str, method: str, raw: JSON) -> None:
    assert ("{id}" not in path) or {"400", "404"} <= raw["responses"].keys()
    assert ("requestBody" not in raw) or {"400", "413"} <= raw["responses"].keys()


@EACH_OPERATION
def test_response_documents_its_headers(path: str, method: str, raw: JSON) -> None:
    metered = "429" in raw["responses"]
    for status, node in raw["responses"].items():
        headers = API.resolve(node)["headers"]
        wanted = {"X-Request-Id"} | (RATE if metered else set()) | ({"Retry-After"} if status == "429" else set())
        assert wanted <= headers.keys(), status
        assert all(API.resolve(headers[name])["required"] for name in wanted)


@EACH_OPERATION
def test_error_has_its_documented_code(path: str, method: str, raw: JSON) -> None:
    for status, node in raw["responses"].items():
        if status >= "400":
            schema = API.resolve(node)["content"]["application/json"]["schema"]
            code = (CODES | LOGIN_CODES if raw["operationId"] == "login" else CODES)[status]
            body: JSON = {"error": code, "message": "No.", "request_id": "req_1"}
            if status == "400":
                body["field_errors"] = {"name": ["is required"]}
            assert API.validator(schema).is_valid(body), status
            assert not API.validator(schema).is_valid({**body, "error": "other"}), status


def test_operation_ids_are_unique_and_as_many_as_documented() -> None:
    assert len(OPERATIONS) == len({raw["operationId"] for _, _, raw in API.operations()}) == 59


def test_document_is_served_as_it_was_read() -> None:
    path = resources.path("spec", "openapi.yaml")
    assert API.yaml_text == path.read_text(encoding="utf-8")
    assert msgspec.json.decode(API.json_text) == API.raw
    assert API.version == "1.1.0"


def test_resolving_follows_chains_and_escapes() -> None:
    doc = made(
        {"/a/{b}": {"get": {"responses": {}}}},
        schemas={"One": {"$ref": "#/components/schemas/Two"}, "Two": {"$ref": "#/components/schemas/T~1~0"}, "T/~": {}},
    )
    assert doc.resolve({"$ref": "#/components/schemas/One"}) is doc.raw["components"]["schemas"]["T/~"]
    assert doc.resolve({"$ref": "#/paths/~1a~1{b}/get"}) == {"responses": {}}
    assert doc.resolve(5) == 5


def test_operations_are_methods_not_other_keys() -> None:
    doc = made({"/a": {"parameters": [], "summary": "x", "get": {"x": 1}, "delete": {"x": 2}}})
    assert list(doc.operations()) == [("/a", "GET", {"x": 1}), ("/a", "DELETE", {"x": 2})]


def test_validator_follows_references_and_checks_formats() -> None:
    doc = made({}, schemas={"Id": {"type": "string", "format": "uuid"}})
    validator = doc.validator({"type": "array", "items": {"$ref": "#/components/schemas/Id"}})
    assert validator.is_valid(["7c9e6679-7425-40de-944b-e07fc1f90ae7"])
    assert not validator.is_valid(["acme"])


def test_property_named_like_a_reference_is_a_property() -> None:
    validator = made({}).validator({"properties": {"$ref": {"type": "string"}}})
    assert not validator.is_valid({"$ref": 5})


def test_json_document_loads_as_well(tmp_path: Path) -> None:
    path = written(tmp_path, API.json_text.decode(), "openapi.json")
    assert Document.load(path).raw == API.raw


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("openapi: [", "flow"),
        ("- 1", "no paths"),
        ("openapi: 3.1.0", "no paths"),
        ("openapi: 3.1.0\npaths: 5", "no paths"),
        ("openapi: 3.1.0\npaths:", "no paths"),
        ("openapi: 3.1.0\ninfo: \x00", "not allowed"),
        ("info: &loop {x-loop: *loop}\npaths: {}", "not plain JSON data"),
        ("openapi: !!timestamp 2026-01-01\npaths: {}", "not plain JSON data"),
        (
            with_response("'200': {description: Done.}").replace("3.1.0", "3.2.0"),
            "openapi must be 3.0 or 3.1, not '3.2.0'",
        ),
        (
            with_response("'200': {description: Done.}").replace("openapi: 3.1.0", "swagger: '2.0'"),
            "3.0 or 3.1, not None",
        ),
        (with_response("'200': {description: Done.}").replace("info", "x-info"), '"info" is a required property'),
        (with_response("'200': {}"), "description"),
        (with_response("'200': {$ref: '#/components/responses/None'}"), "/components/responses/None"),
        (with_response("'200': {$ref: 'other.yaml#/X'}"), "other.yaml"),
        (with_response("'200': {$ref: '#/paths/~1a/get/responses/200'}"), "recursion"),
        (with_response("'200': {description: D, content: {application/json: {schema: {type: odd}}}}"), "'odd'"),
        (with_response("'200': {$ref: 'https://example.com/a.yaml'}"), "only references to files are followed"),
        (
            with_response("'200': {description: Done.}").replace("operationId", "x-min-role"),
            "x-min-role must be one of",
        ),
        (
            with_response(
                "'200': {description: D}", "    put: {operationId: readA, responses: {'200': {description: D}}}"
            ),
            "not unique",
        ),
    ],
)
def test_bad_document_is_refused_with_place_and_reason(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(DocumentError) as refused:
        checked(path)
    for line in str(refused.value).splitlines():
        assert line.startswith(f"{path}: ")
        assert len(line) < len(str(path)) + 300
    assert message in str(refused.value)


def test_each_problem_has_a_line(tmp_path: Path) -> None:
    text = with_response("'200': {}").replace("info: {title: Test, version: '1.0'}\n", "")
    with pytest.raises(DocumentError) as refused:
        checked(written(tmp_path, text))
    assert len(str(refused.value).splitlines()) >= 2


def test_another_valid_document_is_accepted(tmp_path: Path) -> None:
    checked(written(tmp_path, with_response("'200': {description: Done.}")))


def test_missing_document_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"none\.yaml: "):
        checked(tmp_path / "none.yaml")
    with pytest.raises(DocumentError, match="directory"):
        Document.load(tmp_path)


def test_document_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"title: \xff")
    with pytest.raises(DocumentError, match=r"latin\.yaml: "):
        Document.load(path)


def test_packaged_text_is_plain_yaml() -> None:
    assert yaml.safe_load(API.yaml_text) == API.raw
