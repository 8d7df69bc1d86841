"""Objects of another org, or of another site, that are shown now and then or to some callers."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.asgi import Answer, Receive
from mockserver.domain.errors import NotFound
from mockserver.http.pipeline import Exchange
from mockserver.mutants.generated import sentences
from mockserver.mutants.generated.boundary import Defect, Generated, Perform, generated, performing, rewritten
from mockserver.mutants.generated.conditions import Condition, always, keys, one_in, role, roles
from mockserver.mutants.generated.surface import Surface, Surfaces


def mutants(surface: Surface, surfaces: Surfaces) -> Iterator[Generated]:
    """Yield the mutants of one operation."""
    if surface.min_role == "public":
        return
    conditions = {"always": always, "one-in-30": one_in(30), "keys": keys}
    single = next(iter(roles(surface)))
    conditions[single.value] = role(single.value)
    for when, condition in conditions.items():
        if surface.rows and "{id}" not in surface.path:
            patch = performing(surface.id, partial(_foreign_items, surface, condition))
            yield generated("shows-other-org", surface.id, when, patch, sentences.ORG)
        elif "{id}" in surface.path:
            patch = performing(surface.id, partial(_foreign_object, condition))
            yield generated("finds-other-org", surface.id, when, patch, sentences.ORG)
    for when, interval in (("always", 1), ("one-in-20", 20)) if surface.site_scoped else ():
        patch = performing(surface.id, partial(_any_site, interval))
        yield generated("ignores-sites", surface.id, when, patch, sentences.SITES)


def _foreign_object(condition: Condition) -> Defect:
    """Look for an object that the org does not have in the others that have called."""
    orgs: dict[str, None] = {}
    due = condition()

    async def defect(perform: Perform, exchange: Exchange) -> Answer:
        caller = exchange.caller
        if caller.org_id:
            orgs[caller.org_id] = None
        try:
            return await perform(exchange)
        except NotFound:
            if not due(exchange):
                raise
            for org in [each for each in reversed(orgs) if each != caller.org_id]:
                exchange.caller = replace(caller, org_id=org, sites=None)
                exchange.receive = _again(exchange.body or b"")
                try:
                    return await perform(exchange)
                except NotFound:
                    continue
            raise
        finally:
            exchange.caller = caller

    return defect


def _again(body: bytes) -> Receive:
    """Return a function that receives a body once more."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    return receive


def _foreign_items(surface: Surface, condition: Condition) -> Defect:
    """Add an item that another org was shown before."""
    shown: dict[str, dict[str, object]] = {}
    due, rows = condition(), str(surface.rows)

    async def defect(perform: Perform, exchange: Exchange) -> Answer:
        org = exchange.caller.org_id
        answer = await perform(exchange)

        def rewrite(_: Exchange, body: dict[str, list[object]]) -> object:
            found = list(body[rows])
            foreign = [item for each, item in shown.items() if each != org][-1:]
            if found and isinstance(found[0], dict):
                shown[org] = found[0]
            return {**body, rows: found + foreign} if due(exchange) else body

        return rewritten(exchange, answer, rewrite)

    return defect


def _any_site(interval: int) -> Defect:
    """Show a viewer every site."""
    due = one_in(interval)()

    async def defect(perform: Perform, exchange: Exchange) -> Answer:
        caller = exchange.caller
        if caller.sites is not None and due(exchange):
            exchange.caller = replace(caller, sites=None)
        try:
            return await perform(exchange)
        finally:
            exchange.caller = caller

    return defect
