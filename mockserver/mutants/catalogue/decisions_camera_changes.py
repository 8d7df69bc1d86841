"""Mutants about decisions about changing, moving and deleting cameras."""

from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.domain import alert_rules
from mockserver.domain import cameras as domain
from mockserver.domain.errors import InvalidInput, NotFound
from mockserver.mutants.operators.document import field, opened, retyped, schema, setting, success
from mockserver.mutants.operators.gateways import DELETED_CAMERAS_COUNT
from mockserver.mutants.operators.operations import answered_as_before, answering, asking, serving, undone
from mockserver.mutants.operators.patches import Original, Patch, around, for_each, mutant, replaced
from mockserver.mutants.operators.refusals import refusing
from mockserver.mutants.operators.values import lacking, without_fields
from mockserver.operations import cameras
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import CAMERAS, GATEWAYS


def _always_anew(original: Original, *given: Any) -> Any:
    """Wrap ``place``: a camera that stays where it is comes up anew too."""
    return domain.connect(original(*given), given[-1])


def _gateway_at(choose: Any) -> Patch:
    """Return a patch of which gateway of the new site takes a camera over, from the newest on."""

    async def chosen(call: Call, site_id: str) -> Any:
        found = list(await call.tx.select(Query(GATEWAYS, call.org_id, {"site_id": (site_id,)})))
        return choose(found)

    return replaced(lambda: cameras._gateway_at, chosen)


def _null_ignored(call: Call) -> Call:
    return without_fields("gateway_id")(call) if call.body.get("gateway_id", "") is None else call


def _every_rule(original: Original, rule: Any, gone: Any, left: Any) -> Any:
    """Wrap ``idle``: rules that never watched the camera go off too."""
    return not list(left) or rule.camera_ids != () or original(rule, gone, left)


def _any_left(original: Original, rule: Any, gone: Any, left: Any) -> Any:
    """Wrap ``idle``: the rules that watched the camera go off, whatever is left."""
    return alert_rules.watches(rule, gone.id, gone.site_id)


async def _half_done(original: Original, call: Call) -> Any:
    """Wrap updateCamera: the name is changed before anything else is looked at."""
    try:
        return await original(call)
    except InvalidInput as error:
        camera = await cameras._existing(call)
        await call.tx.put(CAMERAS, replace(camera, name=call.body.get("name", camera.name)))
        return error


MUTANTS = (
    mutant("AS-114/as-before", answered_as_before("updateCamera", "getCamera")),
    mutant("AS-114/in-brief", answering("updateCamera", lacking("created_at", "stream_url"))),
    mutant("AS-114/201", success("updateCamera", 201)),
    mutant("AS-114/always-anew", around(domain.place, _always_anew)),
    mutant("AS-114/undone", serving("updateCamera", undone(CAMERAS))),
    mutant("AS-115/half-done", serving("updateCamera", _half_done), "AS-117"),
    mutant("AS-116/newest", _gateway_at(lambda found: found[0].id)),
    mutant("AS-116/disabled-too", _gateway_at(lambda found: found[-1].id)),
    mutant("AS-117/disabled-too", _gateway_at(lambda found: found[0].id if found else None)),
    mutant("AS-118/refused", retyped("UpdateCamera", "gateway_id", type="string")),
    mutant("AS-118/ignored", asking("updateCamera", _null_ignored)),
    mutant("AS-120/still-bound", DELETED_CAMERAS_COUNT),
    mutant("AS-126/empty", schema("UpdateCamera", setting(minProperties=0))),
    mutant("AS-126/unknown", opened("UpdateCamera")),
    *for_each("AS-126/{}", ("status", "type", "password", "stream_url"), partial(retyped, "UpdateCamera")),
    mutant("AS-126/name-of-101", field("UpdateCamera", "name", maxLength=101)),
    mutant("AS-126/no-name", field("UpdateCamera", "name", minLength=0)),
    mutant("AS-127/any-of-cameras", around(alert_rules.left_without_cameras, _every_rule)),
    mutant("AS-127/whatever-is-left", around(alert_rules.left_without_cameras, _any_left)),
    mutant("AS-129/not-found", refusing("updateCamera", InvalidInput, NotFound("site"))),
)
