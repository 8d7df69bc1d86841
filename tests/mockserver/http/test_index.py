"""Those who look in the wrong place are told where things are."""

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml

from mockserver import resources
from tests.harness import Running, World, running
from tests.mockserver.openapi.documents import document, operation
from tests.process import run, serve

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
OTHER = {"/pets": {"get": operation()}, "/shops": {"get": operation("other")}}


@pytest.fixture(scope="module")
def other_spec(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("spec") / "pets.yaml"
    path.write_text(document(OTHER).yaml_text)
    return str(path)


def test_the_root_names_every_place(shared: Running) -> None:
    places = shared.client().get("/").json()
    base = shared.base_url
    assert places["api"] == f"{base}/api/v1"
    assert places["control"] == f"{base}/_mock"
    assert places["console"] == f"{base}/_mock/"
    assert places["reference"] == f"{base}/_mock/reference"
    for name in ("document", "control_document"):
        assert shared.client().get(places[name]).json()["openapi"] == "3.1.0"
    assert shared.client().head("/").status_code == 200
    assert shared.client().post("/").status_code == 404


def test_a_browser_gets_a_page_with_links(shared: Running) -> None:
    for path, status in (("/", 200), ("/docs", 404), ("/events?x=<script>", 404)):
        page = shared.client().get(path, headers=BROWSER)
        assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
        assert page.headers["x-request-id"]
        assert "<script>" not in page.text
        links = re.findall(r'href="([^"]+)"', page.text)
        assert f"{shared.base_url}/api/v1/openapi.json" in links
        assert len(links) == 6
    assert "/api/v1/events?" in page.text


def test_a_name_in_the_page_is_escaped(shared: Running) -> None:
    page = shared.client().get("/<b>/events", headers=BROWSER | {"Host": "a&b'c"})
    assert "<b>" not in page.text
    assert "a&amp;b&#x27;c" in page.text


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/events", "/api/v1/events"),
        ("/v1/events", "/api/v1/events"),
        ("/api/events", "/api/v1/events"),
        ("/api/v2/events", "/api/v1/events"),
        ("/openapi.yaml", "/api/v1/openapi.yaml"),
        ("/api/v1/api/v1/alerts", "/api/v1/alerts"),
    ],
)
def test_a_404_names_the_path_that_was_meant(shared: Running, path: str, meant: str) -> None:
    answer = shared.client().get(path)
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert answer.json().keys() == {"error", "message", "request_id"}
    assert f"Did you mean {meant}?" in answer.json()["message"]


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/favicon.ico", "/a/b/c/d", "/%00"])
def test_a_404_outside_the_api_names_the_document(shared: Running, path: str) -> None:
    answer = shared.client().get(path)
    assert answer.status_code == 404
    assert "its document at /api/v1/openapi.json, the control plane under /_mock." in answer.json()["message"]


def test_a_long_path_costs_little(shared: Running) -> None:
    assert shared.client().get("/" + "x/" * 5_000).status_code == 404


def test_a_404_of_the_api_is_as_before(world: World) -> None:
    for headers in ({}, BROWSER):
        answer = world.owner.get("/api/v1/nowhere", headers=headers)
        assert answer.json()["message"] == "There is no such path."


def test_the_document_is_found_where_others_have_it(shared: Running, other_spec: str) -> None:
    assert shared.client().get("/openapi.json").json() == shared.client().get("/api/v1/openapi.json").json()
    with running(spec=other_spec, control=False) as mock:
        places = mock.client().get("/").json()
        assert places["document"] == f"{mock.base_url}/openapi.json"
        assert places["console"] is places["reference"] is places["control"] is places["control_document"] is None
        served = mock.client().get(places["document"]).json()
        assert served["paths"].keys() == OTHER.keys()
        assert served["servers"][0]["url"] == mock.base_url
        assert "The API is under /, its document at /openapi.json." in mock.client().get("/x").json()["message"]


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "mock", "[::1]:80", "a'b"])
def test_the_served_document_names_the_address_that_was_called_first(shared: Running, host: str) -> None:
    client = shared.client()
    in_json = client.get("/api/v1/openapi.json", headers={"Host": host}).json()
    in_yaml = yaml.safe_load(client.get("/api/v1/openapi.yaml", headers={"Host": host}).text)
    assert in_yaml == in_json
    assert [server["url"] for server in in_json["servers"]][:2] == [f"http://{host}", "https://novavms.novalien.com"]


def test_the_banner_names_the_documents_and_a_taken_port_has_a_remedy(tmp_path: Path) -> None:
    with serve(tmp_path) as served:
        base = served.ready["base_url"]
        refused = run("serve", "--port", base.rpartition(":")[2])
        assert refused.stderr.endswith(": Address already in use; --port 0 picks a free one\n")
        served.stop()
        for place in ("/api/v1\n", "/api/v1/openapi.json\n", "/_mock, ", "/_mock/openapi.json\n"):
            assert f"{base}{place}" in served.output


def test_the_command_of_the_banner_quotes_a_token_of_the_seed_data(tmp_path: Path) -> None:
    seed = resources.path("fixtures", "orgs", "acme.json").read_text(encoding="utf-8")
    (tmp_path / "seed.json").write_text(seed.replace('sk_live_abc123"', 'sk\'\\"$(x)"'), encoding="utf-8")
    with serve(tmp_path, "--fixture", str(tmp_path / "seed.json")) as served:
        served.stop()
    (command,) = (line for line in served.output.splitlines() if line.startswith("  curl "))
    assert shlex.split(command)[2] == "Authorization: Bearer sk'\"$(x)"


def test_a_plus_that_became_a_space_is_explained(world: World) -> None:
    sent = "date_from=2026-04-20T00:00:00+02:00"
    answer = world.owner.get(f"/api/v1/events?{sent}")
    assert answer.status_code == 400
    assert "%2B" in answer.json()["field_errors"]["date_from"][0]
    assert world.owner.get("/api/v1/events?" + sent.replace("+", "%2B")).status_code == 200
    for other in ("date_from=yes+no", "date_from=2026-04-20+02:00"):
        message = world.owner.get(f"/api/v1/events?{other}").json()["message"]
        assert message == "date_from: is not a valid date-time or date (RFC 3339)"
    assert json.dumps(answer.json()["field_errors"]).count("[") == 1
