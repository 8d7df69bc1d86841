"""The tools by which an assistant checks targets: rules, a run with a failure, its explanation and script, secrets."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from contract_tests.mcp import server
from tests.harness import running

COMMAND = [sys.executable, "-P", "-m", "contract_tests", "mcp"]
TARGETS = '[targets.local]\nbase_url = "%s"\n[targets.local.actors.owner]\ntoken = "%s"\n'


class Assistant:
    """What the tools of a server answer; each call has a session of its own."""

    def __init__(self, folder: Path, config: Path | None = None) -> None:
        self._server = server.create(folder, config)

    def said(self, tool: str, **arguments: Any) -> Any:
        return self._call(tool, arguments, failed=False)

    def error(self, tool: str, **arguments: Any) -> str:
        return str(self._call(tool, arguments, failed=True))

    def tools(self) -> Any:
        async def listed() -> Any:
            async with Client(self._server) as client:
                return (await client.list_tools()).tools

        return asyncio.run(listed())

    def _call(self, tool: str, arguments: Any, *, failed: bool) -> Any:
        async def called() -> Any:
            async with Client(self._server) as client:
                return await client.call_tool(tool, arguments)

        result = asyncio.run(called())
        assert result.is_error is failed, result
        if failed:
            return result.content[0].text
        found = result.structured_content
        return found["result"] if list(found) == ["result"] else found


def test_rules_are_found_by_words_operation_and_status(tmp_path: Path) -> None:
    assistant = Assistant(tmp_path)
    assert [row["id"] for row in assistant.said("find_rules", operation="pairGateway", status=410)] == ["GW-52"]
    assert "GW-19" in [row["id"] for row in assistant.said("find_rules", text="pairing code 10 minutes")]
    assert assistant.said("show_rule", rule="GW-52")["source"].startswith("gateways:")
    assert "find_rules finds rules by words" in assistant.error("show_rule", rule="GW-99")


def test_an_argument_that_a_tool_does_not_have_is_refused(tmp_path: Path) -> None:
    assistant = Assistant(tmp_path)
    said = "run_rules has no 'url'; it takes rules, target, seed, minutes"
    assert said in assistant.error("run_rules", rules=["GW-52"], url="https://127.0.0.1:1")
    assert "list_targets has no 'x'; it takes no arguments" in assistant.error("list_targets", x=1)
    assert not any(tool.input_schema["additionalProperties"] for tool in assistant.tools())


def test_a_failure_is_found_explained_and_reproduced(tmp_path: Path) -> None:
    assistant = Assistant(tmp_path)
    with running(mutants=("GW-19/never-expires",), strict_responses=False) as mock:
        found = assistant.said("run_rules", rules=["GW-19", "GW-01"], target=mock.base_url, seed=3)
        assert (found["exit_code"], found["headline"]) == (1, "VIOLATED: 1 pass, 1 fail")
        assert [row["id"] for row in found["failures"]] == ["GW-19"]
        explained = assistant.said("explain_failure", run=found["run"], rule="GW-19")
        assert explained["repeat"] == f"novavms-contract run {mock.base_url} --rules GW-19 --seed 3"
        assert explained["failure"]["expected"] == "a code to be refused after 10 minutes"
        again = tmp_path / "again.sh"
        again.write_text(assistant.said("reproduction_script", run=found["run"], rule="GW-19"), encoding="utf-8")
        done = subprocess.run(["sh", again], capture_output=True, text=True, check=False)
        assert done.returncode == 1, done
    assert "there is no run 'run-9'; there are run-1" in assistant.error("explain_failure", run="run-9", rule="GW-19")
    assert "GW-01 did not fail in run-1; GW-19 did" in assistant.error("explain_failure", run="run-1", rule="GW-01")


def test_secrets_of_the_target_file_are_never_shown(tmp_path: Path) -> None:
    with running() as mock:
        token = mock.org().described["actors"]["owner"]["token"]
        config = tmp_path / "targets.toml"
        config.write_text(TARGETS % (mock.base_url, token), encoding="utf-8")
        assistant = Assistant(tmp_path / "reports", config)
        assert assistant.said("list_targets")["local"] == mock.base_url
        found = assistant.said("run_rules", rules=["GEN-01", "EV-01"], target="local")
        assert token not in json.dumps(found)
        assert found["exit_code"] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"rules": ["GW-01"], "target": "--help"}, "there is no target '--help'"),
        ({"rules": ["GW-01"], "target": "staging"}, "there is no target 'staging'; list_targets names them"),
        ({"rules": ["NO-01"]}, "no rule of the API matches"),
        ({"rules": ["--config=x"]}, "no rule of the API matches"),
        ({"rules": []}, "rules"),
        ({"rules": ["EV-*"], "minutes": 0.01}, "the run was stopped after 0.01 minutes; choose fewer rules"),
        ({"rules": ["GW-01"], "target": "http://127.0.0.1:1"}, "127.0.0.1:1"),
    ],
)
def test_a_run_that_cannot_be_made_says_why(tmp_path: Path, arguments: dict[str, Any], said: str) -> None:
    assert said in Assistant(tmp_path).error("run_rules", **arguments)


def test_tools_say_which_of_them_change_something(tmp_path: Path) -> None:
    tools = {tool.name: tool for tool in Assistant(tmp_path).tools()}
    assert [name for name, tool in tools.items() if tool.annotations.destructive_hint] == ["run_rules"]
    assert all(tool.description and tool.input_schema["type"] == "object" for tool in tools.values())


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--config", "missing.toml"], "missing.toml"), (["--http", "0"], "'0' is not a port from 1 to 65535")],
)
def test_wrong_options_are_one_line(options: list[str], said: str) -> None:
    done = subprocess.run([*COMMAND, *options], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_guide_shows_commands_that_there_are_and_names_the_tools(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "how-to" / "assistants.md").read_text(encoding="utf-8")
    servers = json.loads(guide.partition("```json\n")[2].partition("```")[0])["mcpServers"]
    for server_name, shown in servers.items():
        assert shown["command"] == server_name
        assert shown["args"][0] == "mcp"
    assert all(f"`{tool.name}`" in guide for tool in Assistant(tmp_path).tools())
