"""Mutants of decisions (rules AS-…) about events."""

import dataclasses
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from mockserver.domain.errors import Forbidden, TooLarge
from mockserver.domain.events import Event
from mockserver.mutants.operators.events import detail, keeping
from mockserver.mutants.operators.operations import first, serving
from mockserver.mutants.operators.patches import Mutants, Original, Patch, around, mutant, nothing, replaced
from mockserver.mutants.operators.refusals import status_of, tolerating
from mockserver.mutants.operators.values import caller, copied, having
from mockserver.operations import events as event_operations
from mockserver.operations.call import Call

MUTANTS = Mutants()
#: The limit of a call that names none.
_DEFAULT_LIMIT = 20


def _export_limit(limit: Callable[[Call], int | None]) -> Patch:
    """Limit the rows of the export to what ``limit`` returns for the call, None for all."""

    async def defect(original: Original, call: Call) -> Any:
        table, max_rows = await original(call), limit(call)
        return table if max_rows is None else dataclasses.replace(table, rows=list(table.rows)[:max_rows])

    return serving("exportEvents", defect)


def _limit_of_the_call(call: Call) -> int | None:
    """Return the limit that the call names, or None."""
    limit = int(call.params["limit"])
    return limit if limit != _DEFAULT_LIMIT else None


async def _empty_export(call: Call) -> Any:
    """Answer with an export without rows."""
    table: Any = await event_operations.export_events(replace(call, params={**call.params, "date_from": "9000-01-01"}))
    return dataclasses.replace(table, rows=[])


async def _no_cameras(call: Call) -> set[str]:
    """Return no camera."""
    return set()


async def _require_site(call: Call) -> None:
    """Refuse to list events for a viewer who names no site; a check for ``first``."""
    if call.operation == "listEvents" and call.caller.sites is not None:
        raise Forbidden("Name a site.")


@MUTANTS.defect("AS-15/refused", of="exportEvents")
async def _cursor_checked(original: Original, call: Call) -> Any:
    """Refuse an export with an invalid cursor."""
    if "cursor" in call.params:
        call.cursor_signer().decode(call.params["cursor"])
    return await original(call)


@MUTANTS.defect("AS-21/served", of=event_operations._cameras)
async def _camera_unchecked(original: Original, call: Call) -> Any:
    """Let a viewer filter by a camera at a site that is not granted."""
    if "camera_id" not in call.params:
        return await original(call)
    return {call.params["camera_id"]}


@MUTANTS.defect("AS-73/of-other-sites", of=event_operations.detail)
def _neighbours_of_all_sites(original: Original, call: Call, event: Event) -> Any:
    """Show a viewer the neighbours among the events of all sites."""
    return original(caller(call, sites=None), event)


MUTANTS += (
    mutant("AS-15/cut", _export_limit(lambda call: 1 if "cursor" in call.params else None)),
    mutant("AS-16/cut", _export_limit(_limit_of_the_call)),
    mutant("AS-17/one-page", _export_limit(lambda call: 100)),
    mutant("AS-17/twenty", _export_limit(lambda call: 20)),
    mutant("AS-18/cut", serving("exportEvents", tolerating(TooLarge, _empty_export))),
    mutant("AS-18/400", status_of(TooLarge, 400)),
    mutant("AS-19/everything", replaced(lambda: event_operations._scope, nothing)),
    mutant("AS-19/403", around(event_operations._scope, first(_require_site))),
    mutant("AS-20/nothing", around(event_operations._cameras, tolerating(Forbidden, _no_cameras)), "AS-21"),
    mutant("AS-71/newer", detail(copied(prev_event_id="next_event_id"))),
    mutant("AS-71/none", detail(having(prev_event_id=None))),
    mutant("AS-72/older", detail(copied(next_event_id="prev_event_id"))),
    mutant("AS-72/none", detail(having(next_event_id=None))),
    mutant("AS-96/first-is-kept", keeping("acknowledged_by", "acknowledged_at")),
)
