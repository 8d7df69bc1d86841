"""The server: it lists the tools, and makes the calls of a mock over HTTP."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx
from mcp.server import Server, ServerRequestContext
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
)

from mockserver import CONTROL_PREFIX, __version__
from mockserver.mcp import api_tool, control_tools
from mockserver.mcp.control_tools import UnknownArgument
from mockserver.openapi.document import Document

MAX_ANSWER_LENGTH = 100_000
#: Longer than the mock holds an answer back.
_TIMEOUT_SECONDS = 75
_INSTRUCTIONS = (
    "A stateful mock of the NovaVMS video management API. create_org makes an organisation with sites, cameras, "
    "gateways and actors of every role; call_api calls the API as one of them; move_clock lets codes, sessions and "
    "telemetry expire; add_fault breaks answers; list_requests shows the calls that were made. "
    "Work in an organisation of your own, and delete it afterwards: others may use the same mock."
)


class MockTools:
    """The tools of one mock, which is called with a client."""

    def __init__(self, client: httpx.AsyncClient, control_document: Document, control_token: str | None) -> None:
        self._client = client
        self._control_headers = {"Authorization": f"Bearer {control_token}"} if control_token else {}
        self._control_tools = {each.tool.name: each for each in control_tools.of_document(control_document)}

    def server(self) -> Server[Any]:
        """Return a server that offers the tools."""
        return Server(
            "novavms-mock",
            version=__version__,
            instructions=f"{_INSTRUCTIONS} The mock is at {self._client.base_url}",
            on_list_tools=self._list,
            on_call_tool=self._call,
        )

    async def _list(self, _: ServerRequestContext[Any], __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[api_tool.TOOL, *(each.tool for each in self._control_tools.values())])

    async def _call(self, _: ServerRequestContext[Any], params: CallToolRequestParams) -> CallToolResult:
        arguments = params.arguments or {}
        try:
            if params.name == api_tool.TOOL.name:
                return _result(_described(await self._call_api(arguments)), failed=False)
            answer = await self._call_control_plane(params.name, arguments)
        except (UnknownArgument, httpx.InvalidURL, httpx.LocalProtocolError) as error:
            return _result(str(error), failed=True)
        except httpx.HTTPError as error:
            return _result(f"{self._client.base_url} cannot be reached: {error or type(error).__name__}", failed=True)
        return _result(answer.text or "done", failed=not answer.is_success)

    async def _call_control_plane(self, name: str, arguments: Mapping[str, Any]) -> httpx.Response:
        tool = self._control_tools.get(name)
        if tool is None:
            raise UnknownArgument(f"there is no tool {name!r}")
        path, query, body = tool.request(arguments)
        return await self._client.request(
            tool.method, path, params=query, json=body, headers=self._control_headers, timeout=_TIMEOUT_SECONDS
        )

    async def _call_api(self, arguments: Mapping[str, Any]) -> httpx.Response:
        call = api_tool.checked(arguments)
        token = call.get("token")
        if "actor" in call:
            path = f"{CONTROL_PREFIX}/orgs/{quote(str(call['org_id']), safe='')}"
            org = await self._client.get(path, headers=self._control_headers)
            if not org.is_success:
                raise UnknownArgument(f"organisation {call['org_id']}: {org.text}")
            token = api_tool.token_of(org.json(), call["actor"])
        headers = {**call.get("headers", {}), **({"Authorization": f"Bearer {token}"} if token else {})}
        return await self._client.request(
            call["method"], call["path"], json=call.get("body"), headers=headers, timeout=_TIMEOUT_SECONDS
        )


def _described(answer: httpx.Response) -> str:
    """Return status, headers and body of an answer as JSON; a body that is no JSON stays a text."""
    try:
        body = answer.json()
    except ValueError:
        body = answer.text
    return json.dumps({"status": answer.status_code, "headers": dict(answer.headers), "body": body}, ensure_ascii=False)


def _result(text: str, *, failed: bool) -> CallToolResult:
    if len(text) > MAX_ANSWER_LENGTH:
        missing = len(text) - MAX_ANSWER_LENGTH
        text = f"{text[:MAX_ANSWER_LENGTH]}\n({missing:,} more characters; ask for less, as by `limit`)"
    return CallToolResult(content=[TextContent(text=text)], is_error=failed)
