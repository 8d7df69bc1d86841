"""Wrong laws about gateways: changing and deleting."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.domain import cameras, errors
from mockserver.domain import gateways as domain
from mockserver.domain.gateways import GatewayStatus
from mockserver.mutants.operators.document import field, opened, retyped, role, schema, setting, success
from mockserver.mutants.operators.operations import answered_as_before, answering, asking, first, serving, slowly
from mockserver.mutants.operators.patches import (
    JSON,
    AnyFunction,
    Original,
    Patch,
    around,
    calling,
    every,
    for_each,
    mutant,
    replaced,
    returning,
    stateful,
    together,
)
from mockserver.mutants.operators.refusals import code_of, refusing, status_of, strangers
from mockserver.mutants.operators.values import lacking, record, without_fields
from mockserver.operations import gateways as operations
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import CAMERAS, GATEWAYS
from mockserver.store.memory import MemoryStore, MemoryTransaction

DISABLED, OFFLINE, ONLINE, REGISTERED = (
    GatewayStatus.DISABLED, GatewayStatus.OFFLINE, GatewayStatus.ONLINE, GatewayStatus.REGISTERED,
)  # fmt: skip
_field = partial(field, "UpdateGateway")
_updating = partial(serving, "updateGateway")
_deleting = partial(serving, "deleteGateway")


def _allowing(before: GatewayStatus, *after: GatewayStatus) -> Any:
    """Return a patch of the steps that people may take from a status."""
    return replaced(lambda: domain._TRANSITIONS, domain._TRANSITIONS | {before: set(after)})


@stateful
def _sometimes_stuck() -> AnyFunction:
    """Wrap the step between two states: one gateway in eight that is brought back stays disabled."""
    due = every(8)
    return lambda original, gateway, status: gateway if status is OFFLINE and due() else original(gateway, status)


def _anything(original: Original, gateway: Any, status: Any) -> Any:
    return record(status=status)(gateway)


async def _only_known_status(original: Original, call: Call) -> Any:
    known = call.body.get("status") in ("disabled", "offline")
    return await original(call if known else without_fields("status")(call))


def _also_changing(change: Any) -> Patch:
    """Let updateGateway change more than it was asked to."""

    async def check(call: Call) -> None:
        gateway = await call.get(GATEWAYS, "gateway")
        await call.tx.put(GATEWAYS, record(**change(gateway, call.body))(gateway))

    return _updating(first(check))


async def _regardless_of_cameras(call: Call) -> None:
    await call.tx.remove(GATEWAYS, await call.get(GATEWAYS, "gateway"))


async def _kept(original: Original, self: Any, kind: Any, removed: Any) -> None:
    if kind is not GATEWAYS:
        await original(self, kind, removed)


def _keys_kept(original: Original, self: Any, kind: Any, before: Any, after: Any) -> None:
    if kind is not GATEWAYS or after is not None:
        original(self, kind, before, after)


def _counting(where: Callable[[Any], JSON]) -> Patch:
    """Let deleteGateway be refused for cameras which are not bound, or no longer there."""

    async def check(call: Call) -> None:
        gateway = await call.get(GATEWAYS, "gateway")
        if await call.tx.count(Query(CAMERAS, call.org_id, where(gateway))):
            raise errors.GatewayHasCameras(1)

    return _deleting(first(check))


_counting_bound = _counting(lambda gateway: {"gateway_id": (gateway.id,)})
_STILL_BOUND = around(
    cameras.remove, lambda original, camera, now: replace(original(camera, now), gateway_id=camera.gateway_id)
)

#: A camera that is deleted stays bound to its gateway and keeps it from being deleted.
DELETED_CAMERAS_COUNT = together(_STILL_BOUND, _counting_bound)


async def _also_moving(call: Call) -> Any:
    """Change a gateway without a look at the site."""
    gateway = await call.get(GATEWAYS, "gateway")
    if "status" in call.body:
        gateway = domain.change_status(gateway, GatewayStatus(call.body["status"]))
    gateway = record(**lacking("status")(call.body))(gateway)
    await call.tx.put(GATEWAYS, gateway)
    return operations._view(gateway, operations._DETAILED)


def _opened(*statuses: str) -> Any:
    """Return changes by which any of the statuses can be set, from any other."""
    return together(field("UpdateGateway", "status", enum=list(statuses)), around(domain.change_status, _anything))


def _refused_as(other: errors.ApiError) -> Any:
    """Return changes by which a status that cannot be set is refused otherwise."""

    async def check(call: Call) -> None:
        if call.body.get("status", "offline") not in ("disabled", "offline"):
            raise other

    return together(retyped("UpdateGateway", "status"), _updating(first(check)))


def _back_to_registered(original: Original, gateway: Any, status: GatewayStatus) -> Any:
    moved = original(gateway, status)
    return record(status=REGISTERED)(moved) if status is OFFLINE else moved


MUTANTS = (
    *for_each("GW-65/{}s-only", ("admin", "owner"), partial(role, "updateGateway")),
    mutant("GW-65/viewers-too", role("updateGateway", "viewer"), "GW-83"),
    mutant("GW-66/version-lost", _also_changing(lambda gateway, body: {"version": None})),
    mutant("GW-66/site-lost", _also_changing(lambda gateway, body: {"local_ip": gateway.site_id})),
    mutant(
        "GW-66/younger", _also_changing(lambda gateway, body: {"created_at": gateway.created_at + timedelta(seconds=1)})
    ),
    mutant(
        "GW-66/version-can-be-set",
        together(
            opened("UpdateGateway"),
            _also_changing(lambda gateway, body: {"version": body.get("version", gateway.version)}),
        ),
    ),
    *for_each("GW-67/{}", (99, 101), lambda most: _field("name", maxLength=most)),
    mutant("GW-67/empty", _field("name", minLength=0)),
    mutant("GW-67/two-at-least", _field("name", minLength=2)),
    mutant("GW-67/ignored", asking("updateGateway", without_fields("name")), "GW-85", "GW-82"),
    mutant("GW-68/ignored", asking("updateGateway", without_fields("site_id"))),
    mutant("GW-68/any-site", _updating(calling(_also_moving))),
    mutant("GW-69/never-offline", _field("status", enum=["disabled"])),
    mutant("GW-69/online-too", _opened("online", "offline", "disabled"), "GW-70", "GW-79"),
    mutant("GW-69/registered-too", _opened("registered", "offline", "disabled"), "GW-70", "GW-79"),
    mutant("GW-69/ignored", asking("updateGateway", without_fields("status"))),
    mutant("GW-70/conflict", _refused_as(errors.PairingCodeRedeemed()), "GW-79"),
    mutant("GW-71/not-allowed", _allowing(ONLINE)),
    mutant("GW-71/offline-again", returning(domain.disconnect, record(status=OFFLINE))),
    mutant("GW-72/not-allowed", _allowing(OFFLINE)),
    mutant("GW-73/not-allowed", _allowing(REGISTERED)),
    mutant("GW-74/not-allowed", _allowing(DISABLED)),
    mutant("GW-74/back-to-registered", around(domain.change_status, _back_to_registered)),
    mutant("GW-74/sometimes-stuck", around(domain.change_status, _sometimes_stuck)),
    mutant("GW-75/allowed", _allowing(ONLINE, DISABLED, OFFLINE), "GW-80"),
    mutant("GW-76/allowed", _allowing(REGISTERED, DISABLED, OFFLINE), "GW-80"),
    mutant("GW-77/offline-again", _allowing(OFFLINE, DISABLED, OFFLINE), "GW-80"),
    mutant("GW-77/disabled-again", _allowing(DISABLED, DISABLED, OFFLINE), "GW-80"),
    mutant("GW-80/everything-allowed", around(domain.change_status, _anything), "GW-75", "GW-76", "GW-77"),
    mutant("GW-80/conflict", status_of(errors.IllegalTransition, 409), "GW-75", "GW-76", "GW-77"),
    mutant("GW-80/another-word", code_of(errors.IllegalTransition, "conflict")),
    mutant("GW-80/race", around(MemoryTransaction.get, slowly(GATEWAYS)), "GW-82"),
    mutant("GW-78/empty", schema("UpdateGateway", setting(minProperties=0))),
    mutant("GW-78/unknown", opened("UpdateGateway"), "GW-81"),
    mutant("GW-79/ignored", together(retyped("UpdateGateway", "status"), _updating(_only_known_status))),
    *for_each("GW-81/{}-ignored", ("version", "local_ip", "last_heartbeat_at"), partial(retyped, "UpdateGateway")),
    mutant("GW-82/as-before", answered_as_before("updateGateway", "getGateway")),
    mutant("GW-82/as-listed", answering("updateGateway", lacking("created_at"))),
    mutant("GW-82/201", success("updateGateway", 201), "GW-85"),
    mutant("GW-83/not-found", status_of(errors.Forbidden, 404), "GW-91"),
    mutant("GW-83/denied", code_of(errors.Forbidden, "denied"), "GW-91"),
    *strangers("GW-84", "updateGateway", GATEWAYS),
    mutant("GW-85/with-site", schema("UpdateGateway", setting(dependentRequired={"name": ["site_id"]}))),
    *for_each("GW-86/{}s-only", ("admin", "owner"), partial(role, "deleteGateway")),
    mutant("GW-86/viewers-too", role("deleteGateway", "viewer"), "GW-91"),
    mutant("GW-87/still-there", around(MemoryTransaction.remove, _kept), "GW-93"),
    mutant("GW-88/any", _deleting(calling(_regardless_of_cameras))),
    mutant("GW-88/conflict", status_of(errors.GatewayHasCameras, 409)),
    mutant("GW-88/another-word", code_of(errors.GatewayHasCameras, "conflict")),
    mutant("GW-89/deleted-cameras-count", DELETED_CAMERAS_COUNT),
    mutant("GW-89/cameras-of-the-site-count", _counting(lambda gateway: {"site_id": (gateway.site_id,)})),
    *for_each("GW-90/{}", (200, 202), partial(success, "deleteGateway")),
    *strangers("GW-92", "deleteGateway", GATEWAYS),
    mutant("GW-93/key-kept", around(MemoryStore._write_unique, _keys_kept), "GW-87"),
    mutant("GW-93/gone", refusing("getGateway", errors.NotFound, errors.PairingCodeExpired())),
)
