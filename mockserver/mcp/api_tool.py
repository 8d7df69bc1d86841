"""The tool that calls the API of the mock as one of the actors of an organisation."""

import re
from collections.abc import Mapping
from typing import Any

from mcp_types import Tool, ToolAnnotations

from mockserver.mcp.control_tools import UnknownArgument, check_names

#: Without segments of dots, by which a path would leave the API.
_PATH = re.compile(r"(?!//|/_mock|[^?#]*/\.\.?(?:[/?#]|$))/[!-~]*")
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]

TOOL = Tool(
    name="call_api",
    title="Call the API",
    description=(
        "Calls the mocked API as an actor of an organisation (see list_orgs), with any other token, or with none. "
        "Returns status, headers and body as they were answered; an error status is a result, not a failure."
    ),
    input_schema={
        "type": "object",
        "properties": {
            "method": {"type": "string", "enum": _METHODS},
            "path": {"type": "string", "description": "From /api/v1 on, with the query: /api/v1/events?limit=5"},
            "org_id": {"type": "string", "format": "uuid", "description": "The organisation of the actor."},
            "actor": {"type": "string", "description": "owner, admin, operator, viewer, or another name of list_orgs."},
            "token": {"type": "string", "description": "Instead of an actor: a gateway's key, a wrong token."},
            "headers": {"type": "object", "additionalProperties": {"type": "string"}},
            "body": {"description": "The JSON body."},
        },
        "required": ["method", "path"],
        "additionalProperties": False,
    },
    annotations=ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=False),
)


def checked(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the arguments of a call. Raises UnknownArgument for what is not of the tool's schema."""
    check_names(TOOL, arguments)
    if arguments["method"] not in _METHODS:
        raise UnknownArgument(f"'method' is one of {', '.join(_METHODS)}")
    if not isinstance(arguments["path"], str) or not _PATH.fullmatch(arguments["path"]):
        raise UnknownArgument("'path' is a path of the API, as /api/v1/events?limit=5")
    if ("actor" in arguments) != ("org_id" in arguments) or {"actor", "token"} <= arguments.keys():
        raise UnknownArgument("a caller is 'actor' with 'org_id', or 'token', or nobody")
    headers = arguments.get("headers", {})
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise UnknownArgument("'headers' is an object of texts")
    for name, texts in {"headers": [*headers, *headers.values()], "token": [str(arguments.get("token"))]}.items():
        if not "".join(texts).isascii():
            raise UnknownArgument(f"{name!r} has characters beyond ASCII")
    return arguments


def token_of(org: Mapping[str, Any], actor: str) -> str:
    """Return the token of an actor of an organisation. Raises UnknownArgument."""
    if not isinstance(actor, str) or actor not in org["actors"]:
        raise UnknownArgument(f"there is no actor {actor!r}; the organisation has {', '.join(org['actors'])}")
    return str(org["actors"][actor]["token"])
