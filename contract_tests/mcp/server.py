"""The tools of the suite."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult, InputRequiredResult, Tool, ToolAnnotations
from pydantic import Field

from contract_tests import __version__, catalogue, config
from contract_tests.config import ConfigError
from contract_tests.mcp.runs import Report, RunError, Runs

_MAX_RULES = 100
_READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)
_CALLS_A_TARGET = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=True)
_INSTRUCTIONS = (
    "Checks servers of the NovaVMS API against its documentation, rule by rule. find_rules and show_rule say what the "
    "documentation promises; run_rules checks a target; explain_failure and reproduction_script are about a failure "
    "of a run. Whatever a run makes on a target it removes again."
)

Text = Annotated[str, Field(max_length=200)]
RuleGlobs = Annotated[list[Text], Field(min_length=1, max_length=50, description="Ids or patterns: GW-19, 'EV-*'.")]


def create(folder: Path, config_file: Path | None) -> MCPServer:
    """Return a server whose runs write below the folder; the targets are those of the target file, and mocks."""
    tools = SuiteTools(Runs(folder, config_file), config_file)
    server = StrictServer("novavms-contract", version=__version__, instructions=_INSTRUCTIONS, log_level="WARNING")
    for read in (
        tools.find_rules,
        tools.show_rule,
        tools.list_targets,
        tools.explain_failure,
        tools.reproduction_script,
    ):
        server.add_tool(read, annotations=_READS)
    server.add_tool(tools.run_rules, annotations=_CALLS_A_TARGET)
    return server


class StrictServer(MCPServer):
    """A server that refuses an argument which a tool does not have, as that may be a wrong name of one that it has."""

    async def list_tools(self) -> list[Tool]:
        """Return the tools, whose schemas allow no other arguments."""
        return [
            tool.model_copy(update={"input_schema": tool.input_schema | {"additionalProperties": False}})
            for tool in await super().list_tools()
        ]

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool. Raises ToolError."""
        for tool in await self.list_tools():
            known = tool.input_schema["properties"]
            if tool.name == name and (unknown := sorted(arguments.keys() - known.keys())):
                raise ToolError(f"{name} has no {unknown[0]!r}; it takes {', '.join(known) or 'no arguments'}")
        return await super().call_tool(name, arguments, context)


class SuiteTools:
    """The functions behind the tools; their names, parameters and docstrings are what an assistant reads."""

    def __init__(self, runs: Runs, config_file: Path | None) -> None:
        self._runs = runs
        self._config_file = config_file
        self._catalogue = catalogue.load()

    def find_rules(self, text: Text = "", operation: Text = "", status: int | None = None) -> list[dict[str, Any]]:
        """Find rules by words of their sentence or id, by operation (operationId), by status code; 100 at most."""
        words = [*text.lower().split(), *([str(status)] if status else [])]
        found = [
            {"id": rule.id, "says": rule.says, "strength": rule.strength}
            for rule in self._catalogue.rules.values()
            if all(word in f"{rule.id} {rule.says}".lower() for word in words)
            and (not operation or operation in rule.operations)
        ]
        return found[:_MAX_RULES]

    def show_rule(self, rule: Text) -> dict[str, Any]:
        """Show a rule: its sentence, the place in the documentation, what decides, and what a check of it needs."""
        if rule not in self._catalogue.rules:
            raise ToolError(f"there is no rule {rule!r}; find_rules finds rules by words")
        return self._catalogue.rules[rule].as_json() | {"untested": self._catalogue.untested.get(rule)}

    def list_targets(self) -> dict[str, str]:
        """List the targets that can be checked by name, with their URLs."""
        packaged = {"mock": "the packaged mock, started for the run"}
        return packaged | {name: target.base_url for name, target in self._targets().items()}

    async def run_rules(
        self,
        rules: RuleGlobs,
        target: Text = "mock",
        seed: Annotated[int, Field(ge=0, lt=2**32)] = 0,
        minutes: Annotated[float, Field(gt=0, le=60)] = 10,
    ) -> dict[str, Any]:
        """Check rules on a target: mock, a name of list_targets, or the URL of a mock. It makes and removes objects."""
        if target not in self.list_targets() and not target.lower().startswith(("http://", "https://")):
            raise ToolError(f"there is no target {target!r}; list_targets names them")
        try:
            report = await self._runs.run(target, rules, seed, minutes)
        except RunError as error:
            raise ToolError(str(error)) from None
        return _summary(report)

    def explain_failure(self, run: Text, rule: Text) -> dict[str, Any]:
        """Explain a failure: the sentence and its source, expected and actual, the calls as curl, how to repeat it."""
        try:
            report = self._runs.report(run)
            return report.failure(rule) | {"repeat": self._repeat(report, rule)}
        except RunError as error:
            raise ToolError(str(error)) from None

    def reproduction_script(self, run: Text, rule: Text) -> str:
        """Return a shell script (curl and jq) that repeats a failure alone; tokens come from its environment."""
        try:
            return self._runs.report(run).reproduction(rule)
        except RunError as error:
            raise ToolError(str(error)) from None

    def _targets(self) -> Mapping[str, Any]:
        try:
            return config.load(self._config_file) if self._config_file else {}
        except ConfigError as error:
            raise ToolError(str(error)) from None

    def _repeat(self, report: Report, rule: str) -> str:
        run = report.content["run"]
        file = f" --config {self._config_file}" if self._config_file else ""
        return f"novavms-contract run {run['name']}{file} --rules {rule} --seed {run['seed']}"


def _summary(report: Report) -> dict[str, Any]:
    """Return what an assistant needs of a report: the headline, the failures, and what was not decided and why."""
    rows = report.content["rules"]
    return {
        "run": report.name,
        "headline": report.content["headline"],
        "exit_code": report.content["exit_code"],
        "failures": [
            {key: row[key] for key in ("id", "verdict", "decides", "says")}
            | {key: row["failure"][key] for key in ("expected", "actual")}
            for row in rows
            if row["failure"]
        ],
        "undecided": {
            row["id"]: row["reasons"] for row in rows if row["verdict"] in ("disabled", "untested", "not_reached")
        },
    }
