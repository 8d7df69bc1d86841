"""Mutants of decisions (rules AS-…) about changing, moving and deleting cameras."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.domain import alert_rules
from mockserver.domain import cameras as domain
from mockserver.domain.alert_rules import AlertRule
from mockserver.domain.cameras import Camera
from mockserver.domain.errors import InvalidInput, NotFound
from mockserver.domain.gateways import Gateway
from mockserver.mutants.operators.document import field, opened, retyped, schema, setting, success
from mockserver.mutants.operators.gateways import DELETED_CAMERAS_COUNT
from mockserver.mutants.operators.operations import answered_as_before, answering, asking, serving, undone
from mockserver.mutants.operators.patches import Mutants, Original, Patch, for_each, mutant, replaced
from mockserver.mutants.operators.refusals import refusing
from mockserver.mutants.operators.values import lacking, without_fields
from mockserver.operations import cameras as operations
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import CAMERAS, GATEWAYS

MUTANTS = Mutants()


def _gateway_at(choose: Callable[[Sequence[Gateway]], str | None]) -> Patch:
    """Bind a camera that is moved to another gateway of its site; ``choose`` gets all, newest first."""

    async def find(call: Call, site_id: str) -> str | None:
        return choose(list(await call.tx.select(Query(GATEWAYS, call.org_id, {"site_id": (site_id,)}))))

    return replaced(lambda: operations._gateway_at, find)


def _without_null_gateway(call: Call) -> Call:
    """Ignore a gateway_id of null."""
    return without_fields("gateway_id")(call) if call.body.get("gateway_id", "") is None else call


@MUTANTS.defect("AS-114/always-reconnected", of=domain.place)
def _always_reconnected(original: Original, camera: Camera, site_id: str, gateway_id: str | None, now: Any) -> Any:
    """Start the stream of a camera again, even if its site and gateway stay."""
    return domain.connect(original(camera, site_id, gateway_id, now), now)


@MUTANTS.defect("AS-115/half-done", "AS-117", of="updateCamera")
async def _half_done(original: Original, call: Call) -> Any:
    """Change the name, even if the rest of the change is refused."""
    try:
        return await original(call)
    except InvalidInput as error:
        camera = await operations._existing(call)
        await call.tx.put(CAMERAS, replace(camera, name=call.body.get("name", camera.name)))
        return error


@MUTANTS.defect("AS-127/any-of-cameras", of=alert_rules.left_without_cameras)
def _rules_of_other_cameras(original: Original, rule: AlertRule, deleted: Camera, remaining: Any) -> bool:
    """Disable rules of specific cameras, even if they did not watch the deleted one."""
    return not list(remaining) or rule.camera_ids != () or original(rule, deleted, remaining)


@MUTANTS.defect("AS-127/whatever-is-left", of=alert_rules.left_without_cameras)
def _rules_with_other_cameras(original: Original, rule: AlertRule, deleted: Camera, remaining: Any) -> bool:
    """Disable all rules that watched the deleted camera, even if they watch another one."""
    return alert_rules.watches(rule, deleted.id, deleted.site_id)


MUTANTS += (
    mutant("AS-114/as-before", answered_as_before("updateCamera", "getCamera")),
    mutant("AS-114/in-brief", answering("updateCamera", lacking("created_at", "stream_url"))),
    mutant("AS-114/201", success("updateCamera", 201)),
    mutant("AS-114/undone", serving("updateCamera", undone(CAMERAS))),
    mutant("AS-116/newest", _gateway_at(lambda found: found[0].id)),
    mutant("AS-116/disabled-too", _gateway_at(lambda found: found[-1].id)),
    mutant("AS-117/disabled-too", _gateway_at(lambda found: found[0].id if found else None)),
    mutant("AS-118/refused", retyped("UpdateCamera", "gateway_id", type="string")),
    mutant("AS-118/ignored", asking("updateCamera", _without_null_gateway)),
    mutant("AS-120/still-bound", DELETED_CAMERAS_COUNT),
    mutant("AS-126/empty", schema("UpdateCamera", setting(minProperties=0))),
    mutant("AS-126/unknown", opened("UpdateCamera")),
    *for_each("AS-126/{}", ("status", "type", "password", "stream_url"), partial(retyped, "UpdateCamera")),
    mutant("AS-126/name-of-101", field("UpdateCamera", "name", maxLength=101)),
    mutant("AS-126/no-name", field("UpdateCamera", "name", minLength=0)),
    mutant("AS-129/not-found", refusing("updateCamera", InvalidInput, NotFound("site"))),
)
