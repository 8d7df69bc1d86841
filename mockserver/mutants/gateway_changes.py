"""Wrong laws about gateways: changing and deleting."""

from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
from msgspec.structs import replace

from mockserver.domain import cameras, errors
from mockserver.domain import gateways as domain
from mockserver.domain.gateways import GatewayStatus
from mockserver.mutants.base import (
    Original,
    instead,
    mutant,
    operation,
    patch,
    role,
    schema,
    setting,
    together,
)
from mockserver.mutants.makers import (
    everywhere,
    named,
    not_found_as,
    slowly,
    success,
    without,
)
from mockserver.operations import gateways as operations
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import CAMERAS, GATEWAYS
from mockserver.store.memory import MemoryStore, MemoryTransaction

ONE = "/api/v1/gateways/{id}"
DISABLED, OFFLINE, ONLINE, REGISTERED = (
    GatewayStatus.DISABLED, GatewayStatus.OFFLINE, GatewayStatus.ONLINE, GatewayStatus.REGISTERED,
)  # fmt: skip
_STATUS = partial(schema, "UpdateGateway")
_UPDATE = partial(patch, operations, "update_gateway")
_DELETE = partial(patch, operations, "delete_gateway")


def _allowing(before: GatewayStatus, *after: GatewayStatus) -> Any:
    """Return a patch of the steps that people may take from a status."""
    return instead(domain, "_ALLOWED", domain._ALLOWED | {before: set(after)})


def _sometimes_stuck(original: Original) -> Any:
    """Wrap the step between two states: one gateway in eight that is brought back stays disabled."""
    calls = 0

    def wrapped(gateway: Any, status: GatewayStatus) -> Any:
        nonlocal calls
        calls += status is OFFLINE
        return gateway if status is OFFLINE and calls % 8 == 0 else original(gateway, status)

    return wrapped


def _anything(original: Original) -> Any:
    return lambda gateway, status: msgspec.structs.replace(gateway, status=status)


def _without_in_body(*names: str) -> Any:
    """Return a wrapper of an operation that never sees some fields of its body."""

    def wrap(original: Original) -> Any:
        async def wrapped(call: Call) -> Any:
            return await original(
                replace(call, body={name: value for name, value in call.body.items() if name not in names})
            )

        return wrapped

    return wrap


def _only_known_status(original: Original) -> Any:
    async def wrapped(call: Call) -> Any:
        known = call.body.get("status") in ("disabled", "offline")
        return await (original if known else _without_in_body("status")(original))(call)

    return wrapped


def _also_changing(change: Any) -> Any:
    """Return a wrapper of updateGateway that changes more than it was asked to."""

    def wrap(original: Original) -> Any:
        async def wrapped(call: Call) -> Any:
            gateway = await call.get(GATEWAYS, "gateway")
            await call.tx.put(GATEWAYS, msgspec.structs.replace(gateway, **change(gateway, call.body)))
            return await original(call)

        return wrapped

    return wrap


def _told_before(original: Original) -> Any:
    async def wrapped(call: Call) -> Any:
        before = operations._view(await call.get(GATEWAYS, "gateway"), operations._DETAILED)
        await original(call)
        return before

    return wrapped


def _told_as_listed(original: Original) -> Any:
    async def wrapped(call: Call) -> Any:
        return without("created_at")(await original(call))

    return wrapped


def _regardless_of_cameras(original: Original) -> Any:
    async def wrapped(call: Call) -> Any:
        await call.tx.remove(GATEWAYS, await call.get(GATEWAYS, "gateway"))

    return wrapped


def _kept(kind: Any) -> Any:
    def wrap(original: Original) -> Any:
        async def wrapped(self: Any, removed: Any, record: Any) -> None:
            if removed is not kind:
                await original(self, removed, record)

        return wrapped

    return wrap


def _keys_kept(original: Original) -> Any:
    def wrapped(self: Any, kind: Any, before: Any, after: Any) -> None:
        if kind is not GATEWAYS or after is not None:
            original(self, kind, before, after)

    return wrapped


def _counting(where: Any) -> Any:
    """Return a wrapper of deleteGateway that is refused for cameras which are not bound, or no longer there."""

    def wrap(original: Original) -> Any:
        async def wrapped(call: Call) -> Any:
            gateway = await call.get(GATEWAYS, "gateway")
            if await call.tx.count(Query(CAMERAS, call.org_id, where(gateway))):
                raise errors.GatewayHasCameras(1)
            return await original(call)

        return wrapped

    return wrap


_counting_bound = _counting(lambda gateway: {"gateway_id": (gateway.id,)})
_STILL_BOUND = patch(
    cameras, "remove", lambda original: lambda camera, now: replace(original(camera, now), gateway_id=camera.gateway_id)
)


async def _also_moving(call: Call) -> Any:
    """Change a gateway without a look at the site."""
    gateway = await call.get(GATEWAYS, "gateway")
    if "status" in call.body:
        gateway = domain.move(gateway, GatewayStatus(call.body["status"]))
    gateway = msgspec.structs.replace(gateway, **without("status")(call.body))
    await call.tx.put(GATEWAYS, gateway)
    return operations._view(gateway, operations._DETAILED)


def _opened(*statuses: str) -> Any:
    """Return changes by which any of the statuses can be set, from any other."""
    return together(_STATUS(setting(enum=list(statuses)), "properties", "status"), patch(domain, "move", _anything))


def _refused_as(other: errors.ApiError) -> Any:
    """Return changes by which a status that cannot be set is refused otherwise."""

    def wrap(original: Original) -> Any:
        async def wrapped(call: Call) -> Any:
            if call.body.get("status", "offline") not in ("disabled", "offline"):
                raise other
            return await original(call)

        return wrapped

    return together(_STATUS(setting(status={}), "properties"), _UPDATE(wrap))


def _always_offline(original: Original) -> Any:
    return lambda gateway: msgspec.structs.replace(gateway, status=OFFLINE)


def _back_to_registered(original: Original) -> Any:
    def wrapped(gateway: Any, status: GatewayStatus) -> Any:
        moved = original(gateway, status)
        return msgspec.structs.replace(moved, status=REGISTERED) if status is OFFLINE else moved

    return wrapped


MUTANTS = (
    mutant("GW-65/admins-only", operation(ONE, "patch", role("admin"))),
    mutant("GW-65/owners-only", operation(ONE, "patch", role("owner"))),
    mutant("GW-65/viewers-too", operation(ONE, "patch", role("viewer")), "GW-83"),
    mutant("GW-66/version-lost", _UPDATE(_also_changing(lambda gateway, body: {"version": None}))),
    mutant("GW-66/site-lost", _UPDATE(_also_changing(lambda gateway, body: {"local_ip": gateway.site_id}))),
    mutant(
        "GW-66/younger",
        _UPDATE(_also_changing(lambda gateway, body: {"created_at": gateway.created_at + timedelta(seconds=1)})),
    ),
    mutant(
        "GW-66/version-can-be-set",
        together(
            _STATUS(setting(additionalProperties=True)),
            _UPDATE(_also_changing(lambda gateway, body: {"version": body.get("version", gateway.version)})),
        ),
    ),
    mutant("GW-67/99", _STATUS(named(maxLength=99), "properties")),
    mutant("GW-67/101", _STATUS(named(maxLength=101), "properties")),
    mutant("GW-67/empty", _STATUS(named(minLength=0), "properties")),
    mutant("GW-67/two-at-least", _STATUS(named(minLength=2), "properties")),
    mutant("GW-67/ignored", _UPDATE(_without_in_body("name")), "GW-85", "GW-82"),
    mutant("GW-68/ignored", _UPDATE(_without_in_body("site_id"))),
    mutant("GW-68/any-site", instead(operations, "update_gateway", _also_moving)),
    mutant("GW-69/never-offline", _STATUS(setting(enum=["disabled"]), "properties", "status")),
    mutant("GW-69/online-too", _opened("online", "offline", "disabled"), "GW-70", "GW-79"),
    mutant("GW-69/registered-too", _opened("registered", "offline", "disabled"), "GW-70", "GW-79"),
    mutant("GW-69/ignored", _UPDATE(_without_in_body("status"))),
    mutant("GW-70/conflict", _refused_as(errors.PairingCodeRedeemed()), "GW-79"),
    mutant("GW-71/not-allowed", _allowing(ONLINE)),
    mutant("GW-71/offline-again", patch(domain, "disconnect", _always_offline)),
    mutant("GW-72/not-allowed", _allowing(OFFLINE)),
    mutant("GW-73/not-allowed", _allowing(REGISTERED)),
    mutant("GW-74/not-allowed", _allowing(DISABLED)),
    mutant("GW-74/back-to-registered", patch(domain, "move", _back_to_registered)),
    mutant("GW-74/sometimes-stuck", patch(domain, "move", _sometimes_stuck)),
    mutant("GW-75/allowed", _allowing(ONLINE, DISABLED, OFFLINE), "GW-80"),
    mutant("GW-76/allowed", _allowing(REGISTERED, DISABLED, OFFLINE), "GW-80"),
    mutant("GW-77/offline-again", _allowing(OFFLINE, DISABLED, OFFLINE), "GW-80"),
    mutant("GW-77/disabled-again", _allowing(DISABLED, DISABLED, OFFLINE), "GW-80"),
    mutant("GW-80/everything-allowed", patch(domain, "move", _anything), "GW-75", "GW-76", "GW-77"),
    mutant("GW-80/conflict", instead(errors.IllegalTransition, "status", 409), "GW-75", "GW-76", "GW-77"),
    mutant("GW-80/another-word", instead(errors.IllegalTransition, "code", "conflict")),
    mutant("GW-80/race", patch(MemoryTransaction, "get", slowly(GATEWAYS)), "GW-82"),
    mutant("GW-78/empty", _STATUS(setting(minProperties=0))),
    mutant("GW-78/unknown", _STATUS(setting(additionalProperties=True)), "GW-81"),
    mutant("GW-79/ignored", together(_STATUS(setting(status={}), "properties"), _UPDATE(_only_known_status))),
    *(
        mutant(f"GW-81/{name}-ignored", _STATUS(setting(**{name: {}}), "properties"))
        for name in ("version", "local_ip", "last_heartbeat_at")
    ),
    mutant("GW-82/as-before", _UPDATE(_told_before)),
    mutant("GW-82/as-listed", _UPDATE(_told_as_listed)),
    mutant("GW-82/201", operation(ONE, "patch", success("201")), "GW-85"),
    mutant("GW-83/not-found", instead(errors.Forbidden, "status", 404), "GW-91"),
    mutant("GW-83/denied", instead(errors.Forbidden, "code", "denied"), "GW-91"),
    mutant("GW-84/all-orgs", everywhere("update_gateway")),
    mutant("GW-84/forbidden", not_found_as("update_gateway", errors.Forbidden("Not yours."))),
    mutant("GW-85/with-site", _STATUS(setting(dependentRequired={"name": ["site_id"]}))),
    mutant("GW-86/admins-only", operation(ONE, "delete", role("admin"))),
    mutant("GW-86/owners-only", operation(ONE, "delete", role("owner"))),
    mutant("GW-86/viewers-too", operation(ONE, "delete", role("viewer")), "GW-91"),
    mutant("GW-87/still-there", patch(MemoryTransaction, "remove", _kept(GATEWAYS)), "GW-93"),
    mutant("GW-88/any", _DELETE(_regardless_of_cameras)),
    mutant("GW-88/conflict", instead(errors.GatewayHasCameras, "status", 409)),
    mutant("GW-88/another-word", instead(errors.GatewayHasCameras, "code", "conflict")),
    mutant("GW-89/deleted-cameras-count", together(_STILL_BOUND, _DELETE(_counting_bound))),
    mutant("GW-89/cameras-of-the-site-count", _DELETE(_counting(lambda gateway: {"site_id": (gateway.site_id,)}))),
    mutant("GW-90/200", operation(ONE, "delete", success("200"))),
    mutant("GW-90/202", operation(ONE, "delete", success("202"))),
    mutant("GW-92/all-orgs", everywhere("delete_gateway")),
    mutant("GW-92/forbidden", not_found_as("delete_gateway", errors.Forbidden("Not yours."))),
    mutant("GW-93/key-kept", patch(MemoryStore, "_write_unique", _keys_kept), "GW-87"),
    mutant("GW-93/gone", not_found_as("get_gateway", errors.PairingCodeExpired())),
)
