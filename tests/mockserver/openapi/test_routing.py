import time
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import resources
from mockserver.openapi.document import Document, DocumentError
from mockserver.openapi.routing import Router
from tests.mockserver.openapi.documents import JSON, document, operation

API = Router(Document.load(resources.path("spec", "openapi.yaml")))
ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"


def router(*paths: str) -> Router:
    """Return a router of these paths, each with a GET of the same name."""
    return Router(document({path: {"get": operation(path)} for path in paths}))


def route(asked: Router, path: str) -> tuple[str, Mapping[str, str]] | None:
    match = asked.match(path)
    return (match.operations["GET"].id, match.values) if match else None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/gateways", ("/gateways", {})),
        ("/gateways/7", ("/gateways/{id}", {"id": "7"})),
        ("/gateways/pair", ("/gateways/pair", {})),
        ("/gateways/7/log", ("/gateways/{id}/log", {"id": "7"})),
        ("/gateways/pair/log", ("/gateways/{id}/log", {"id": "pair"})),
        ("/gateways/", None),
        ("/gateways//log", None),
        ("/gateways/7/", None),
        ("//gateways", None),
        ("/gateway", None),
        ("/Gateways", None),
        ("/", None),
        ("", None),
    ],
)
def test_path_is_routed_to_its_operation(path: str, expected: tuple[str, JSON] | None) -> None:
    asked = router("/gateways/{id}", "/gateways/{id}/log", "/gateways", "/gateways/pair")
    assert route(asked, path) == expected


@pytest.mark.parametrize("paths", [("/a/b", "/a/{x}"), ("/a/{x}", "/a/b")])
def test_literal_beats_parameter_in_any_order(paths: tuple[str, ...]) -> None:
    assert route(router(*paths), "/a/b") == ("/a/b", {})
    assert route(router(*paths), "/a/c") == ("/a/{x}", {"x": "c"})


def test_parameters_keep_the_names_of_their_path() -> None:
    asked = router("/pets/{pet}", "/pets/{id}/photos/{photo}")
    assert route(asked, "/pets/7") == ("/pets/{pet}", {"pet": "7"})
    assert route(asked, "/pets/7/photos/9") == ("/pets/{id}/photos/{photo}", {"id": "7", "photo": "9"})


SEGMENTS = st.tuples(*(st.sampled_from(("a", "b", f"{{p{place}}}", f"{{p{place}}}.json")) for place in range(3)))
PATHS = st.builds(lambda segments, length: "/" + "/".join(segments[:length]), SEGMENTS, st.integers(1, 3))


@given(st.lists(PATHS, min_size=1, max_size=8, unique=True), st.lists(st.sampled_from("abc"), min_size=1, max_size=3))
def test_an_escaped_path_is_routed_like_one_that_is_not(templates: list[str], segments: list[str]) -> None:
    asked = router(*templates)
    escaped = "".join(f"/%{ord(segment):02x}" for segment in segments)
    found = asked.match("/" + "/".join(segments), escaped.encode())
    assert asked.match("/" + "/".join(segments)) == found


def test_methods_of_a_path_come_together() -> None:
    asked = Router(document({"/a": {"get": operation("read"), "put": operation("write")}}))
    match = asked.match("/a")
    assert match is not None
    assert {method: found.id for method, found in match.operations.items()} == {"GET": "read", "PUT": "write"}


def test_every_documented_path_is_routed_to_its_operation() -> None:
    for found in API.operations.values():
        match = API.match(found.path.replace("{id}", ID))
        assert match is not None
        assert match.operations[found.method] is found


@pytest.mark.parametrize(
    ("template", "path", "values"),
    [
        ("/part/{x}.json", "/part/7.json", {"x": "7"}),
        ("/{a}-{b}", "/one-two", {"a": "one", "b": "two"}),
        ("/users({id})", "/users(7)", {"id": "7"}),
        ("/v{version}/things/{id}", "/v2/things/9", {"version": "2", "id": "9"}),
    ],
)
def test_parameter_may_be_a_part_of_a_segment(template: str, path: str, values: JSON) -> None:
    assert route(router(template), path) == (template, values)
    assert route(router(template), "/other") is None


def test_segment_with_literal_parts_beats_a_parameter() -> None:
    asked = router("/{any}", "/{name}.json", "/fixed.json")
    assert route(asked, "/fixed.json") == ("/fixed.json", {})
    assert route(asked, "/a.json") == ("/{name}.json", {"name": "a"})
    assert route(asked, "/a.xml") == ("/{any}", {"any": "a.xml"})
    assert route(router("/{name}.json/b", "/{any}/{more}"), "/a.json/c") == (
        "/{any}/{more}",
        {"any": "a.json", "more": "c"},
    )


def test_escaped_slash_is_a_part_of_the_value() -> None:
    asked = router("/files/{name}", "/files/{name}/log")
    match = asked.match("/files/a/log", b"/files/a%2Flog")
    assert match is not None
    assert (match.operations["GET"].id, match.values) == ("/files/{name}", {"name": "a/log"})


def test_paths_may_begin_with_the_path_of_a_server() -> None:
    described = document({"/pets/{id}": {"get": operation()}, "/pets": {"get": operation("list")}})
    version = {"default": "v1", "enum": ["v1", "v2"]}
    described.raw["servers"] = [{"url": "https://example.com/{version}/api/", "variables": {"version": version}}]
    asked = Router(described)
    for path in ("/pets", "/v1/api/pets", "/v2/api/pets"):
        assert route(asked, path) == ("list", {})
    assert route(asked, "/v2/api/pets/7") == ("read", {"id": "7"})
    assert route(asked, "/v3/api/pets") is None


def test_two_templates_that_mean_the_same_are_refused() -> None:
    with pytest.raises(DocumentError, match=r"the paths /a/\{x\} and /a/\{y\} are the same"):
        router("/a/{x}", "/a/{y}")


def test_operation_without_id_is_named_by_its_method_and_path() -> None:
    raw = {"responses": {"200": {"description": "Done."}}}
    assert list(Router(document({"/a": {"get": raw}})).operations) == ["GET /a"]


@pytest.mark.parametrize("length", [10, 20_000])
def test_a_template_inside_a_segment_is_matched_in_linear_time(length: int) -> None:
    asked = router("/x/{a}.{b}.{c}.{d}.json", "/y/{a}{b}-{c}")
    started = time.monotonic()
    assert route(asked, "/x/" + "." * length + "x") is None
    found = route(asked, "/x/" + "." * length + "1.json")
    assert found is not None
    assert {name: found[1][name] for name in "abc"} == {"a": ".", "b": ".", "c": "."}
    assert found[1]["d"] == "." * (length - 6) + "1"
    assert time.monotonic() - started < 1
    assert route(asked, "/y/12-3-4") == ("/y/{a}{b}-{c}", {"a": "1", "b": "2", "c": "3-4"})
    assert route(asked, "/y/1-3") is None
