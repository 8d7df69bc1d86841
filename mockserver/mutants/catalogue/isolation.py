"""Mutants about isolation of orgs."""

from typing import Any

from mockserver.domain.errors import Forbidden, NotFound
from mockserver.http.pipeline import Exchange, Pipeline
from mockserver.mutants.operators.isolation import foreign, found_anywhere
from mockserver.mutants.operators.operations import serving
from mockserver.mutants.operators.patches import Original, around, mutant
from mockserver.mutants.operators.refusals import before_refusing, refused_as
from mockserver.mutants.operators.values import caller
from mockserver.operations import events as event_operations
from mockserver.operations.call import Call
from mockserver.store import kinds
from mockserver.store.kinds import EVENTS


async def _forbid_foreign_event(call: Call) -> None:
    """Refuse a viewer the event of another org with 403."""
    if call.caller.sites is not None and await foreign(call, EVENTS):
        raise Forbidden("The site is not granted to this viewer.")


async def _forbid_foreign(call: Call, kind: Any, noun: str) -> None:
    """Refuse an object of another org with 403."""
    if await foreign(call, kind):
        raise Forbidden("This belongs to another org.")


async def _other_message_for_foreign(call: Call, kind: Any, noun: str) -> None:
    """Refuse an object of another org with a message of its own."""
    if await foreign(call, kind):
        raise NotFound(f"{noun} here")


async def _not_found_before_role(pipe: Pipeline, exchange: Exchange) -> None:
    """Refuse an object that no org has with 404 before the role is checked."""
    object_id = exchange.match.values.get("id") if exchange.match else None
    async with pipe.store.transaction() as tx:
        orgs = await tx.orgs()
        found = [await tx.get(kind, org, object_id) for kind in kinds.ALL.values() for org in orgs if object_id]
    if object_id and not any(found):
        raise NotFound("object")


async def _export_of_another_org(original: Original, call: Call) -> Any:
    """Export the events of another org instead of the caller's."""
    others = [org for org in await call.tx.orgs() if org != call.org_id]
    return await original(caller(call, org_id=others[0]) if others else call)


MUTANTS = (
    mutant("AS-39/always-404", around(event_operations._visible, refused_as(Forbidden, NotFound("event")))),
    mutant("AS-39/foreign-403", around(event_operations._visible, before_refusing(NotFound, _forbid_foreign_event))),
    mutant("ERR-07/served", found_anywhere()),
    mutant("ERR-07/403", around(Call.get, before_refusing(NotFound, _forbid_foreign))),
    mutant("ERR-07/revealed-by-the-message", around(Call.get, before_refusing(NotFound, _other_message_for_foreign))),
    mutant(
        "ERR-07/revealed-to-those-denied", around(Pipeline._perform, before_refusing(Forbidden, _not_found_before_role))
    ),
    mutant("ERR-07/export-of-another-org", serving("exportEvents", _export_of_another_org)),
)
