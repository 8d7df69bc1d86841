"""The tools by which an assistant uses a mock: their schemas, a session, wrong arguments, and both transports."""

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import jsonschema_rs
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from mockserver import resources
from mockserver.control.api import HANDLERS
from mockserver.mcp import server
from mockserver.mcp.server import MockTools
from mockserver.openapi.document import Document
from novavms_mock import control
from tests.harness import Running, running

COMMAND = [sys.executable, "-P", "-m", "mockserver", "mcp"]


class Assistant:
    """A client of the server, and what it answers."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def text(self, tool: str, failed: bool = False, **arguments: Any) -> str:
        result = await self.client.call_tool(tool, arguments)
        assert result.is_error is failed, result
        return str(getattr(result.content[0], "text", ""))

    async def json(self, tool: str, **arguments: Any) -> Any:
        return json.loads(await self.text(tool, **arguments))


@asynccontextmanager
async def assistant(mock: Running, control_token: str | None = None) -> AsyncIterator[Assistant]:
    document = Document.load(resources.path("spec", "control.yaml"))
    async with (
        httpx.AsyncClient(base_url=mock.base_url, trust_env=False) as http,
        Client(MockTools(http, document, control_token).server()) as client,
    ):
        yield Assistant(client)


async def expired_code(helper: Assistant) -> Any:
    """Make an org, pair a gateway, let another code expire, and return the answer to it."""
    org = await helper.json("create_org", body={"name": "Assistant"})
    of_org = {"org_id": org["org_id"], "actor": "operator"}
    new = {"site_id": org["sites"][0]["id"], "name": "Gate"}
    codes = []
    for _ in range(2):
        path = "/api/v1/gateways/generate-pairing-code"
        made = await helper.json("call_api", method="POST", path=path, body=new, **of_org)
        assert made["status"] == 201
        codes.append(made["body"]["pairing_code"])
    pair = {"method": "POST", "path": "/api/v1/gateways/pair"}
    assert (await helper.json("call_api", **pair, body={"pairing_code": codes[0]}))["status"] == 200
    await helper.json("move_clock", body={"advance": 660})
    refused = await helper.json("call_api", **pair, body={"pairing_code": codes[1]})
    await helper.text("delete_org", id=org["org_id"])
    return refused


def test_a_session_makes_an_org_pairs_a_gateway_and_lets_a_code_expire() -> None:
    async def session(mock: Running) -> None:
        async with assistant(mock) as helper:
            refused = await expired_code(helper)
            assert (refused["status"], refused["body"]["error"]) == (410, "gone")
            calls = await helper.json("list_requests", limit=1)
            assert calls["data"][0]["status"] == 410

    with running() as mock:
        asyncio.run(session(mock))


def test_every_call_of_the_control_plane_that_fits_is_a_tool_with_a_valid_schema(isolated: Running) -> None:
    async def listed() -> Any:
        async with assistant(isolated) as helper:
            return (await helper.client.list_tools()).tools

    tools = {tool.name: tool for tool in asyncio.run(listed())}
    assert len(tools) == len(HANDLERS) - 4 + 1
    for tool in tools.values():
        jsonschema_rs.meta.validate(tool.input_schema)
        jsonschema_rs.validator_for(tool.input_schema)  # every reference leads somewhere
        assert tool.description
        assert tool.annotations
    assert tools["list_orgs"].annotations.read_only_hint
    assert {name for name, tool in tools.items() if tool.annotations.destructive_hint} >= {
        "reset_mock",
        "delete_org",
        "call_api",
    }


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("nothing", {}, "no tool 'nothing'"),
        ("create_org", {"nmae": "x"}, "create_org has no 'nmae'; it takes body"),
        ("move_clock", {}, "move_clock needs 'body'"),
        ("move_clock", {"body": {"advance": "soon"}}, 'is not of type \\"number\\"'),
        ("get_org", {"id": "../health"}, "not_found"),
        ("call_api", {"method": "GET", "path": "http://example.com/"}, "'path' is a path of the API"),
        ("call_api", {"method": "GET", "path": "/_mock/snapshot"}, "'path' is a path of the API"),
        ("call_api", {"method": "GET\r\n", "path": "/healthz"}, "'method' is one of GET"),
        ("call_api", {"method": "GET", "path": "/healthz", "actor": "owner"}, "'actor' with 'org_id'"),
        ("call_api", {"method": "GET", "path": "/healthz", "headers": {"X": 1}}, "'headers' is an object of texts"),
        ("call_api", {"method": "GET", "path": "/healthz", "headers": {"X": "a\nb"}}, "Illegal header value"),
        ("call_api", {"method": "GET", "path": "/api/v1/../../_mock/orgs"}, "'path' is a path of the API"),
        ("call_api", {"method": "GET", "path": "//x/_mock/orgs"}, "'path' is a path of the API"),
        ("call_api", {"method": "GET", "path": "/healthz", "token": "é"}, "'token' has characters beyond ASCII"),
        ("call_api", {"method": "GET", "path": "/healthz", "headers": {"é": ""}}, "'headers' has characters beyond"),
        ("call_api", {"method": "GET", "path": "/healthz", "org_id": "../faults", "actor": "x"}, "no such path"),
    ],
)
def test_wrong_arguments_are_named(isolated: Running, tool: str, arguments: dict[str, Any], said: str) -> None:
    async def failure() -> str:
        async with assistant(isolated) as helper:
            return await helper.text(tool, failed=True, **arguments)

    assert said in asyncio.run(failure())


@pytest.mark.parametrize("actor", ["chief", ["owner"]])
def test_an_unknown_actor_is_named_with_those_there_are(isolated: Running, actor: object) -> None:
    async def failure() -> str:
        async with assistant(isolated) as helper:
            org = (await helper.json("list_orgs"))["data"][0]["org_id"]
            call = {"method": "GET", "path": "/api/v1/events", "org_id": org, "actor": actor}
            return await helper.text("call_api", failed=True, **call)

    assert f"no actor {actor!r}; the organisation has owner" in asyncio.run(failure())


def test_calls_are_found_by_their_body(isolated: Running) -> None:
    async def found() -> Any:
        async with assistant(isolated) as helper:
            for name in ("one", "two"):
                await helper.json("call_api", method="POST", path="/api/v1/auth/login", body={"email": name})
            return await helper.json("list_requests", body='"two"')

    assert [call["request_body"] for call in asyncio.run(found())["data"]] == ['{"email":"two"}']


def test_clients_wait_longer_than_the_mock_holds_an_answer_back() -> None:
    document = Document.load(resources.path("spec", "control.yaml")).raw
    max_wait = document["components"]["schemas"]["Verification"]["properties"]["wait"]["maximum"]
    assert min(server._TIMEOUT_SECONDS, control._TIMEOUT_SECONDS) > max_wait + 5


def test_a_long_answer_is_cut(isolated: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MAX_ANSWER_LENGTH", 1000)

    async def answer() -> str:
        async with assistant(isolated) as helper:
            return await helper.text("list_orgs")

    said = asyncio.run(answer())
    assert len(said) < 1100
    assert said.endswith("more characters; ask for less, as by `limit`)")


def test_the_control_token_is_sent_and_never_shown() -> None:
    async def session(mock: Running) -> None:
        async with assistant(mock) as helper:
            assert "auth_required" in await helper.text("list_orgs", failed=True)
        async with assistant(mock, "ctl-secret-1") as helper:
            said = [await helper.text(tool) for tool in ("list_orgs", "list_requests", "get_clock")]
            assert "ctl-secret-1" not in "".join(said)

    with running(control_token="ctl-secret-1") as mock:
        asyncio.run(session(mock))


def test_a_mock_of_its_own_ends_with_the_session() -> None:
    async def session() -> str:
        async with Client(StdioServerParameters(command=COMMAND[0], args=COMMAND[1:])) as client:
            assert (await Assistant(client).json("call_api", method="GET", path="/healthz"))["status"] == 200
            return str(client.instructions).rpartition(" ")[2]

    with pytest.raises(httpx.ConnectError):
        httpx.get(asyncio.run(session()), trust_env=False)


def test_it_is_served_over_http(isolated: Running) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([*COMMAND, isolated.base_url, "--http", str(port)], stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with socket.socket() as attempt:
                if attempt.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)

        async def orgs() -> Any:
            async with Client(f"http://127.0.0.1:{port}/mcp") as client:
                return await Assistant(client).json("list_orgs")

        assert asyncio.run(orgs())["total"] >= 1
        foreign = {"Host": "evil.example", "Content-Type": "application/json"}
        assert httpx.post(f"http://127.0.0.1:{port}/mcp", headers=foreign, json={}).status_code == 421
    finally:
        process.terminate()
        assert process.wait(10) is not None


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--http", "99999"], "'99999' is not a port from 1 to 65535"),
        (["ftp://example.com"], "is not of the form http://HOST:PORT"),
        (["--control-token", "a b"], "a token is made of printable ASCII"),
    ],
)
def test_wrong_options_are_one_line(options: list[str], said: str) -> None:
    done = subprocess.run([*COMMAND, *options], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_taken_port_and_a_missing_package_are_one_line(isolated: Running) -> None:
    port = isolated.base_url.rpartition(":")[2]
    done = subprocess.run([*COMMAND, isolated.base_url, "--http", port], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, f"novavms-mock mcp: --http {port}: Address already in use\n")
    hidden = "import sys; sys.modules['mcp'] = None; from mockserver.__main__ import main; sys.exit(main())"
    done = subprocess.run([sys.executable, "-c", hidden, "mcp"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        2,
        "novavms-mock mcp: needs the extra mcp: pip install 'novavms-contract[mcp]'\n",
    )
