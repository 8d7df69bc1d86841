"""What there is to choose from: the operations of the document, fixtures and scenarios, mutants."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from mockserver import fixtures
from mockserver.control.context import Request
from mockserver.domain.errors import InvalidInput


async def get_api_document(request: Request) -> dict[str, Any]:
    """Return the document of the API, with the mock as the only server of all its operations."""
    document = request.context.document.raw
    paths = {path: _without_servers(item) for path, item in document["paths"].items()}
    return document | {"servers": [{"url": request.base_url}], "paths": paths}


async def list_scenarios(_: Request) -> dict[str, Any]:
    """Return the packaged fixtures and scenarios."""
    described = [{"name": name, "description": says} for name, says in fixtures.scenarios().items()]
    return {"fixtures": fixtures.names(), "scenarios": described}


async def list_mutants(request: Request) -> dict[str, Any]:
    """Return the mutants that match, from one on, and the number of all that match. Raises InvalidInput."""
    context, params = request.context, request.params
    known = await asyncio.to_thread(context.list_mutants, params["generated"])  # loads them the first time
    active = frozenset(context.initial_state.mutants)
    found = [mutant | {"active": mutant["id"] in active} for mutant in _with_words(known, params.get("text", ""))]
    if "active" in params:
        found = [mutant for mutant in found if mutant["active"] is params["active"]]
    start = 0
    if "after" in params:
        ids = [mutant["id"] for mutant in found]
        if params["after"] not in ids:
            raise InvalidInput({"after": ["is not the id of one of these mutants"]})
        start = ids.index(params["after"]) + 1
    return {"data": found[start : start + params["limit"]], "total": len(found)}


def _with_words(known: list[dict[str, Any]], text: str) -> Iterator[dict[str, Any]]:
    words = text.lower().split()
    for mutant in known:
        texts = [mutant["id"], *(f"{rule['id']} {rule['says']}" for rule in mutant["rules"])]
        searched = " ".join(texts).lower()
        if all(word in searched for word in words):
            yield mutant


def _without_servers(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return a path item without the servers of its own and of its operations."""
    return {
        name: {key: part for key, part in value.items() if key != "servers"} if isinstance(value, dict) else value
        for name, value in item.items()
        if name != "servers"
    }
