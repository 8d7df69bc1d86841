"""Mutants about triggering cameras."""

from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.domain import cameras as domain
from mockserver.domain import limits
from mockserver.domain.access import Role
from mockserver.domain.errors import Forbidden, NotFound, RateLimited
from mockserver.domain.limits import RateLimit
from mockserver.mutants.operators.document import moved, role
from mockserver.mutants.operators.operations import done_yet_refused, serving
from mockserver.mutants.operators.patches import Mutants, Original, Patch, around, for_each, mutant, nothing, replaced
from mockserver.mutants.operators.refusals import failing, status_of
from mockserver.mutants.operators.values import record
from mockserver.operations import cameras, recording
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import BUCKETS, EVENTS

_TRIGGER_PATH = "/api/v1/cameras/{id}/trigger"


def _trigger_limit(per_minute: int, burst: int = 1) -> Patch:
    """Change how often a camera can be triggered."""
    return replaced(lambda: domain.TRIGGER_LIMIT, RateLimit(per_minute, burst))


async def _record_yet_refuse(original: Original, call: Call) -> Any:
    """Record an event when the rate limit refuses the call."""
    try:
        return await original(call)
    except RateLimited as error:
        event = await call.tx.select(Query(EVENTS, call.org_id))
        await call.tx.put(EVENTS, replace(next(event), id=call.random_source.uuid()))
        return error


async def _charge_refusals(original: Original, call: Call) -> Any:
    """Let a refused call delay the next one."""
    try:
        return await original(call)
    except RateLimited as error:
        camera = await cameras._existing(call)
        bucket = limits.full(camera.id, camera.org_id, domain.TRIGGER_LIMIT, call.now)
        await call.tx.put(BUCKETS, replace(bucket, tokens=0.0))
        return error


MUTANTS = Mutants()


@MUTANTS.defect("RL-04/by-caller", of=cameras._charge)
async def charge_the_caller(original: Original, call: Call, camera: Any) -> None:
    """Limit each user, not each camera."""
    await original(call, record(id=call.caller.user_id)(camera))


@MUTANTS.defect("RL-04/by-org", of=cameras._charge)
async def charge_the_org(original: Original, call: Call, camera: Any) -> None:
    """Limit each org, not each camera."""
    await original(call, record(id=camera.org_id)(camera))


MUTANTS += (
    *for_each("CAM-20/{}-a-minute", (10, 13, 60), _trigger_limit, "RL-04"),
    mutant("CAM-20/two-at-once", _trigger_limit(12, 2), "RL-04"),
    mutant("CAM-20/never", replaced(lambda: cameras._charge, nothing), "RL-04"),
    mutant("CAM-20/unavailable", status_of(RateLimited, 503)),
    mutant("CAM-20/recorded-yet-refused", serving("triggerCamera", _record_yet_refuse)),
    mutant("CAM-21/moved", moved(_TRIGGER_PATH, "/api/v1/cameras/{id}/record")),
    mutant("CAM-21/nothing-recorded", around(recording.store, nothing)),
    mutant("CAM-21/not-found", failing("triggerCamera", NotFound("camera"))),
    *for_each("CAM-22/{}s-only", ("admin", "owner"), partial(role, "triggerCamera")),
    mutant("CAM-22/viewers-too", role("triggerCamera", "viewer")),
    mutant("CAM-22/public", role("triggerCamera", "public")),
    mutant("CAM-22/done-yet-refused", done_yet_refused("triggerCamera", Role.VIEWER)),
    mutant("CAM-22/refused-as-404", status_of(Forbidden, 404)),
    mutant("RL-04/refusals-count", serving("triggerCamera", _charge_refusals)),
    mutant("RL-04/saved-up", _trigger_limit(12, 3), "CAM-20"),
)
