"""Mutants about decisions about events."""

import dataclasses
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from mockserver.domain.errors import Forbidden, TooLarge
from mockserver.mutants.operators.events import detail, keeping
from mockserver.mutants.operators.operations import first, serving
from mockserver.mutants.operators.patches import Original, Patch, around, mutant, nothing, replaced
from mockserver.mutants.operators.refusals import status_of, tolerating
from mockserver.mutants.operators.values import caller, copied, having
from mockserver.operations import events as event_operations
from mockserver.operations.call import Call


async def _cursor_checked(call: Call) -> None:
    if "cursor" in call.params:
        call.cursor_signer().decode(call.params["cursor"])


def _cut(limit: Callable[[Call], int | None]) -> Patch:
    """Cut the export at the limit that ``limit`` reads from the call, None for no limit."""

    async def defect(original: Original, call: Call) -> Any:
        table, most = await original(call), limit(call)
        return table if most is None else dataclasses.replace(table, rows=list(table.rows)[:most])

    return serving("exportEvents", defect)


def _asked_limit(call: Call) -> int | None:
    asked = int(call.params["limit"])
    return asked if asked != 20 else None  # 20 is what a call gets that names no limit


async def _empty(call: Call) -> Any:
    table: Any = await event_operations.export_events(replace(call, params={**call.params, "date_from": "9000-01-01"}))
    return dataclasses.replace(table, rows=[])


async def _no_camera(call: Call) -> set[str]:
    return set()


async def _camera_unchecked(original: Original, call: Call) -> Any:
    if "camera_id" not in call.params:
        return await original(call)
    return {call.params["camera_id"]}


def _all_neighbours(original: Original, call: Any, event: Any) -> Any:
    return original(caller(call, sites=None), event)


async def _site_wanted(call: Call) -> None:
    if call.operation == "listEvents" and call.caller.sites is not None:
        raise Forbidden("Name a site.")


MUTANTS = (
    mutant("AS-15/refused", serving("exportEvents", first(_cursor_checked))),
    mutant("AS-15/cut", _cut(lambda call: 1 if "cursor" in call.params else None)),
    mutant("AS-16/cut", _cut(_asked_limit)),
    mutant("AS-17/one-page", _cut(lambda call: 100)),
    mutant("AS-17/twenty", _cut(lambda call: 20)),
    mutant("AS-18/cut", serving("exportEvents", tolerating(TooLarge, _empty))),
    mutant("AS-18/400", status_of(TooLarge, 400)),
    mutant("AS-19/everything", replaced(lambda: event_operations._scope, nothing)),
    mutant("AS-19/403", around(event_operations._scope, first(_site_wanted))),
    mutant("AS-20/nothing", around(event_operations._cameras, tolerating(Forbidden, _no_camera)), "AS-21"),
    mutant("AS-21/served", around(event_operations._cameras, _camera_unchecked)),
    mutant("AS-71/newer", detail(copied(prev_event_id="next_event_id"))),
    mutant("AS-71/none", detail(having(prev_event_id=None))),
    mutant("AS-72/older", detail(copied(next_event_id="prev_event_id"))),
    mutant("AS-72/none", detail(having(next_event_id=None))),
    mutant("AS-73/of-other-sites", around(event_operations.detail, _all_neighbours)),
    mutant("AS-96/first-is-kept", keeping("acknowledged_by", "acknowledged_at")),
)
