"""Wrong laws about what this project decided for gateways and pairing codes."""

from functools import partial
from typing import Any

import msgspec
from msgspec.structs import replace

from mockserver.domain import access, errors, pairing
from mockserver.domain.gateways import GatewayStatus
from mockserver.mutants.base import (
    Original,
    instead,
    mutant,
    patch,
    returning,
    returning_later,
    schema,
    setting,
    together,
)
from mockserver.mutants.makers import first, instead_of, now_and_then, with_
from mockserver.operations import gateways as operations
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import GATEWAYS, PAIRING_CODES

_LIST = partial(returning_later, operations, "list_gateways")
_ANY_CODE = schema("PairGateway", setting(pairing_code={"type": "string"}), "properties")
_PAIRING = partial(patch, operations, "pair_gateway")
_REPORT = partial(returning_later, operations, "get_gateway_telemetry")


async def _nowhere(_: Call) -> Any:
    raise errors.NotFound("telemetry")


def _in_order(*names: str) -> Any:
    """Return a change of the list of gateways by which it is sorted otherwise."""
    return lambda answer: {**answer, "data": sorted(answer["data"], key=lambda item: [str(item[n]) for n in names])}


def _total_of_the_org(original: Original) -> Any:
    async def wrapped(call: Call) -> Any:
        return {**await original(call), "total": await call.tx.count(Query(GATEWAYS, call.org_id))}

    return wrapped


def _elsewhere(other: errors.ApiError) -> Any:
    """Return a patch by which a site that is not of the org is refused otherwise."""
    return patch(operations, "_require_site", instead_of(errors.InvalidInput, other))


def _hidden_as(other: errors.ApiError) -> Any:
    """Return a patch by which a gateway out of a viewer's scope is refused otherwise."""

    def wrap(original: Original) -> Any:
        async def wrapped(call: Call) -> Any:
            gateway = await call.get(GATEWAYS, "gateway")
            if not call.caller.sees(gateway.site_id):
                raise other
            return gateway

        return wrapped

    return patch(operations, "_visible", wrap)


def _no_state_first(original: Original) -> Any:
    """Wrap an operation that answers for the state of a gateway before it looks whether there is one."""

    async def wrapped(call: Call) -> Any:
        if await call.tx.get(GATEWAYS, call.org_id, call.params["id"]) is None:
            raise errors.IllegalTransition("registered", "offline")
        return await original(call)

    return wrapped


async def _cap_first(call: Call) -> None:
    codes = await call.tx.select(Query(PAIRING_CODES, call.org_id, {"redeemed": (False,)}))
    pairing.require_slot(list(codes), call.now)


def _deleted_again(original: Original) -> Any:
    async def wrapped(call: Call) -> None:
        if await call.tx.get(GATEWAYS, call.org_id, call.params["id"]) is not None:
            await original(call)

    return wrapped


def _expired_first(original: Original) -> Any:
    def wrapped(code: Any, now: Any) -> Any:
        if now >= code.expires_at:
            raise errors.PairingCodeExpired
        return original(code, now)

    return wrapped


def _wait(change: Any) -> Any:
    """Return a patch of the seconds after which one may ask for a code again."""

    def wrap(original: Original) -> Any:
        def wrapped(self: Any, retry_after: int, cap: int) -> None:
            original(self, change(retry_after), cap)

        return wrapped

    return patch(errors.TooManyPairingCodes, "__init__", wrap)


def _let_gateways_read(original: Original) -> Any:
    return lambda caller, least: None if caller.role is None else original(caller, least)


def _unauthenticated(original: Original) -> Any:
    def wrapped(caller: Any, least: Any) -> None:
        if caller.role is None:
            raise errors.Unauthenticated
        original(caller, least)

    return wrapped


def _after_pairing(status: GatewayStatus) -> Any:
    return returning(pairing, "pair", lambda gateway: msgspec.structs.replace(gateway, status=status))


def _scoped_to_none(original: Original) -> Any:
    async def wrapped(call: Call) -> Any:
        sites = call.caller.sites
        return await original(replace(call, caller=replace(call.caller, sites=sites and frozenset())))

    return wrapped


MUTANTS = (
    mutant("AS-14/twenty", _LIST(lambda answer: {**answer, "data": answer["data"][:20]})),
    mutant("AS-14/total-of-the-org", patch(operations, "list_gateways", _total_of_the_org)),
    mutant("AS-14/nothing-for-viewers", patch(operations, "list_gateways", _scoped_to_none)),
    mutant("AS-14/one-twice", _LIST(lambda answer: {**answer, "data": [*answer["data"][:-1], answer["data"][0]]})),
    mutant("AS-22/forbidden", _hidden_as(errors.Forbidden("Not granted."))),
    mutant("AS-22/seen", patch(operations, "_visible", lambda original: lambda call: call.get(GATEWAYS, "gateway"))),
    mutant("AS-23/let-in", patch(access, "authorise", _let_gateways_read)),
    mutant("AS-23/sometimes-let-in", patch(access, "authorise", now_and_then(20, _let_gateways_read))),
    mutant("AS-23/unauthenticated", patch(access, "authorise", _unauthenticated)),
    mutant("AS-40/state-of-nothing", patch(operations, "update_gateway", _no_state_first)),
    mutant("AS-40/cameras-of-nothing", patch(operations, "delete_gateway", _no_state_first), "AS-75"),
    mutant("AS-41/site-after-cap", patch(operations, "_require_site", first(_cap_first))),
    mutant("AS-42/registered", _after_pairing(GatewayStatus.REGISTERED)),
    mutant("AS-42/online", _after_pairing(GatewayStatus.ONLINE)),
    mutant("AS-46/gone", patch(pairing, "redeem", _expired_first)),
    mutant("AS-47/conflict", together(_ANY_CODE, _PAIRING(instead_of(errors.NotFound, errors.PairingCodeRedeemed())))),
    mutant("AS-47/gone", together(_ANY_CODE, _PAIRING(instead_of(errors.NotFound, errors.PairingCodeExpired())))),
    mutant("AS-48/not-found", _elsewhere(errors.NotFound("site")), "AS-49"),
    mutant("AS-49/forbidden", _elsewhere(errors.Forbidden("Not yours.")), "AS-48"),
    mutant("AS-53/oldest-first", _LIST(lambda answer: {**answer, "data": answer["data"][::-1]})),
    mutant("AS-53/by-name", _LIST(_in_order("name"))),
    mutant("AS-53/by-status", _LIST(_in_order("status"))),
    mutant("AS-74/a-minute", _wait(lambda seconds: 60)),
    mutant("AS-74/one-less", _wait(lambda seconds: seconds - 1)),
    mutant("AS-74/one-more", _wait(lambda seconds: seconds + 1)),
    mutant("AS-74/ten-minutes", _wait(lambda seconds: 600)),
    mutant("AS-75/gateway-deleted-again", patch(operations, "delete_gateway", _deleted_again)),
    *(
        mutant(f"AS-82/{name}-takes-anything", schema(name, setting(additionalProperties=True)))
        for name in ("GeneratePairingCode", "UpdateGateway", "PairGateway")
    ),
    mutant("AS-94/not-found", instead(operations, "get_gateway_telemetry", _nowhere)),
    mutant("AS-94/zeros", _REPORT(with_(cpu_percent=0.0, memory_mb=0))),
    mutant("AS-94/null-maps", _REPORT(with_(camera_recording_status=None, network_throughput=None))),
)
