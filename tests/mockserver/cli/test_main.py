"""The command line, run in a process of its own."""

import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from mockserver import __version__, fixtures, resources
from mockserver.openapi.document import Document
from tests.mockserver.cli.forks import outcomes
from tests.process import COMMAND, run, serve

SPEC = resources.path("spec", "openapi.yaml")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_stops_the_server_with_code_0(tmp_path: Path, number: int) -> None:
    with serve(tmp_path) as served:
        assert served.ready.keys() == {"base_url", "control_url", "pid"}
        assert served.ready["pid"] == served.process.pid
        assert served.ready["control_url"] == f"{served.ready['base_url']}/_mock"
        assert served.get("/healthz").json() == {"status": "ok"}
        assert served.control("GET", "/health").json()["version"] == __version__
        assert served.get("/api/v1/events", "sk_live_abc123").json()["total"] >= 1
        assert served.stop(number) == 0
    assert "sk_live_abc123" in served.output
    assert served.ready["base_url"] in served.output
    assert "Traceback" not in served.errors
    assert len(served.errors.splitlines()) == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", ["text", "json"])
def test_access_log_has_a_line_for_each_call_of_the_api(tmp_path: Path, form: str) -> None:
    with serve(tmp_path, "--log-format", form) as served:
        served.get("/api/v1/nowhere?x=1%0Aforged")
        served.control("GET", "/health")
        served.get("/api/v1/events", "sk_live_abc123")
        assert served.stop() == 0
    first, second = served.errors.splitlines()
    if form == "json":
        entries = [json.loads(first), json.loads(second)]
        assert [entry["status"] for entry in entries] == [404, 200]
        assert [entry["operation"] for entry in entries] == [None, "listEvents"]
        assert not {"request_body", "response_body"} & entries[0].keys()
    else:
        assert first.split()[1:4] == ["404", "GET", "/api/v1/nowhere?x=1%0Aforged"]
        assert second.split()[1:4] == ["200", "GET", "/api/v1/events"]


@pytest.fixture(scope="module")
def taken_port() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield str(listener.getsockname()[1])


def test_the_journal_keeps_as_many_calls_as_asked(tmp_path: Path) -> None:
    with serve(tmp_path, "--journal-calls", "100") as served:
        for _ in range(103):
            served.get("/healthz")
        assert served.control("GET", "/requests?limit=1").json()["total"] == 100


MISTAKES = [
    ["--fixture", "nowhere"],
    ["--fixture", "{folder}"],
    ["--fixture", "{folder}/broken.json"],
    ["--fixture", "{folder}/wrong.json"],
    ["--spec", "nowhere.yaml"],
    ["--spec", "{folder}"],
    ["--spec", "{folder}/broken.json"],
    ["--spec", "{folder}/no-title.yaml"],
    ["--spec", "{folder}/2.0.yaml"],
    ["--clock", "tomorrow"],
    ["--clock", "2026-04-21"],
    ["--clock", "0001-01-01T00:00:00Z"],
    ["--clock", "0001-01-01T00:00:00+14:00"],
    ["--clock", "9999-12-31T23:59:59Z"],
    ["--host", "0.0.0.0"],
    ["--host", "::"],
    ["--host", "example.com"],
    ["--host", "no.such.host.invalid", "--no-control"],
    ["--port", "{port}"],
    ["--port", "65536"],
    ["--port", "http"],
    ["--seed", "x"],
    ["--log-format", "xml"],
    ["--log-format", "none"],
    ["--ready-file", "{folder}/no/such/folder/ready.json", "--port", "0"],
    ["--cors"],
    ["--cors", "localhost:5173"],
    ["--cors", "https://app.example.com/"],
    ["--cors", "https://app.example.com:443"],
    ["--cors", "https://*.example.com"],
    ["--cors", "null"],
    ["--cors", "none", "https://app.example.com"],
    ["--nonsense"],
    ["extra"],
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of files that cannot be used."""
    folder = tmp_path_factory.mktemp("wrong")
    (folder / "broken.json").write_text("{")
    (folder / "wrong.json").write_text('{"orgs": [{"id": "x"}]}')
    operation = "{responses: {'200': {description: fine}}}"
    (folder / "no-title.yaml").write_text(
        f"openapi: 3.1.0\ninfo: {{version: '1'}}\npaths:\n  /x:\n    get: {operation[:-1]}, operationId: x}}\n"
    )
    (folder / "2.0.yaml").write_text(
        f"swagger: '2.0'\ninfo: {{title: T, version: '1'}}\npaths:\n  /x:\n    get: {operation}\n"
    )
    return folder


@pytest.fixture(scope="module")
def ended(folder: Path, taken_port: str) -> list[tuple[int, str, str]]:
    """What came of each mistake."""
    filled = [[word.replace("{folder}", str(folder)).replace("{port}", taken_port) for word in one] for one in MISTAKES]
    return outcomes([(["serve", *arguments], "", [], None) for arguments in filled])


@pytest.mark.parametrize("number", range(len(MISTAKES)), ids=[" ".join(arguments) for arguments in MISTAKES])
def test_mistake_is_reported_in_one_line_with_exit_code_2(ended: list[tuple[int, str, str]], number: int) -> None:
    code, errors, printed = ended[number]
    assert code == 2, errors
    assert len(errors.splitlines()) == 1, errors
    assert errors.startswith("novavms-mock")
    assert printed == ""


def test_missing_command_is_reported_in_one_line() -> None:
    done = run()
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"], ["--version"]])
def test_help_and_version_are_on_stdout(arguments: list[str]) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == __version__ if "--version" in arguments else "novavms-mock" in done.stdout


def test_spec_is_printed_in_both_formats_and_validated() -> None:
    in_yaml, in_json, checked = run("spec"), run("spec", "--format", "json"), run("spec", "--check")
    assert in_yaml.stdout == SPEC.read_text()
    assert json.loads(in_json.stdout) == yaml.safe_load(in_yaml.stdout)
    assert (checked.returncode, checked.stdout[-6:]) == (0, "valid\n")


def test_scenarios_are_listed_with_their_descriptions() -> None:
    found = json.loads(run("scenarios", "--json").stdout)
    assert found == {"fixtures": fixtures.names(), "scenarios": fixtures.scenarios()}
    text = run("scenarios").stdout
    for name, says in found["scenarios"].items():
        assert name in text
        assert says in text


def test_every_operation_is_implemented() -> None:
    coverage = json.loads(run("coverage", "--json").stdout)
    operations = [operation["operationId"] for _, _, operation in Document.load(SPEC).operations()]
    assert [row["operation"] for row in coverage["operations"]] == operations
    assert {row["answered"] for row in coverage["operations"]} == {"implemented"}
    assert coverage["implemented"] == coverage["total"] == len(operations)
    assert f"{len(operations)} of {len(operations)} operations are implemented." in run("coverage").stdout


def test_closed_pipe_is_not_an_error() -> None:
    command = f"{' '.join(COMMAND)} spec | head -c 10"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("openapi: 3", "")


def test_same_seed_repeats_ids_codes_and_events(tmp_path: Path) -> None:
    def outcome(seed: str) -> list[Any]:
        with serve(tmp_path, "--seed", seed, "--clock", "2026-04-21T14:20:00Z", "--fixture", "small") as served:
            org = served.control("POST", "/orgs", json={"events": 20}).json()
            body = {"name": "G", "site_id": org["sites"][0]["id"]}
            owner = org["actors"]["owner"]["token"]
            code = served.request("POST", "/api/v1/gateways/generate-pairing-code", owner, json=body).json()
            events = served.get("/api/v1/events", owner).json()
            summaries = [(event["id"], event["summary"], event["tags"]) for event in events["data"]]
            return [org, code["id"], code["pairing_code"], summaries]

    first = outcome("7")
    assert outcome("7") == first
    assert outcome("8") != first


def test_options_of_clock_token_and_control_plane_apply(tmp_path: Path) -> None:
    with serve(
        tmp_path, "--clock", "2030-01-01T00:00:00+01:00", "--control-token", "t", "--host", "127.0.0.1"
    ) as served:
        assert served.control("GET", "/health").status_code == 401
        assert served.control("GET", "/health", "t").json()["now"].startswith("2029-12-31T23:00:")
    with serve(tmp_path, "--no-control", "--host", "localhost") as served:
        assert served.ready["control_url"] is None
        assert served.control("GET", "/health").json()["error"] == "not_found"
        assert served.stop() == 0
    assert "off" in served.output


OWN_SPEC = """
openapi: 3.1.0
info: {title: Own, version: "9"}
paths:
  /api/v1/thermostats/{id}:
    get:
      operationId: getThermostat
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        "200":
          description: One
          content: {application/json: {example: {degrees: 21}}}
        default: {description: Anything else}
  /api/v1/thermostats:
    post:
      operationId: createThermostat
      x-min-role: operator
      requestBody:
        content: {application/json: {schema: {type: object, required: [name], properties: {name: {type: string}}}}}
      responses:
        "201":
          description: Made
          content:
            application/json:
              schema: {type: object, properties: {name: {type: string, examples: [Hall]}, warm: {type: boolean}}}
  /api/v1/events:
    get:
      operationId: listEvents
      x-min-role: viewer
      parameters: [{name: limit, in: query, schema: {type: integer, default: 1}}]
      responses: {"200": {description: Events, content: {application/json: {schema: {type: object}}}}}
"""


def test_own_document_answers_from_its_examples(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(OWN_SPEC)
    coverage = json.loads(run("coverage", "--json", "--spec", str(own)).stdout)
    assert (coverage["implemented"], coverage["total"]) == (1, 3)
    with serve(tmp_path, "--spec", str(own)) as served:
        assert served.get("/api/v1/thermostats/5").json() == {"degrees": 21}
        path = "/api/v1/thermostats"
        assert served.request("POST", path, json={"name": "x"}).status_code == 401
        assert served.request("POST", path, "sk_live_abc123", json={}).status_code == 400
        made = served.request("POST", path, "sk_live_abc123", json={"name": "x"})
        assert (made.status_code, made.json()) == (201, {"name": "Hall", "warm": False})
        assert len(served.get("/api/v1/events", "sk_live_abc123").json()["data"]) == 1
        assert served.get("/api/v1/alerts", "sk_live_abc123").status_code == 404
        assert served.control("GET", "/health").json()["api_version"] == "9"
        assert served.stop() == 0
    assert "Traceback" not in served.errors


def test_own_fixture_is_served(tmp_path: Path) -> None:
    fixture = tmp_path / "own.json"
    fixture.write_text(resources.path("fixtures", "orgs", "small.json").read_text().replace("Small World", "My World"))
    with serve(tmp_path, "--fixture", str(fixture)) as served:
        assert served.control("GET", "/orgs").json()["data"][0]["name"] == "My World"
