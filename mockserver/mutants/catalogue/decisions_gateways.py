"""Mutants about decisions about gateways and pairing."""

from functools import partial
from typing import Any

from mockserver.domain import errors, pairing
from mockserver.domain.gateways import GatewayStatus
from mockserver.mutants.operators.document import opened, retyped
from mockserver.mutants.operators.isolation import found_anywhere
from mockserver.mutants.operators.operations import answering, asking, first, serving
from mockserver.mutants.operators.patches import (
    Change,
    Original,
    Patch,
    Together,
    around,
    for_each,
    mutant,
    replaced,
    returning,
    together,
)
from mockserver.mutants.operators.refusals import failing, refused_as, refusing
from mockserver.mutants.operators.values import at_most, backwards, changed, granted, having, ordered_by, record
from mockserver.operations import gateways as operations
from mockserver.operations import sites
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import GATEWAYS, PAIRING_CODES

_BODIES = ("UpdateEvent", "UpdateAlert", "CreateAlertRule", "UpdateAlertRule", "GeneratePairingCode", "PairGateway",
           "UpdateGateway")  # fmt: skip


_report = partial(answering, "getGatewayTelemetry")


def _rows(change: Change) -> Patch:
    return answering("listGateways", changed(data=change))


def _unknown_as(other: errors.ApiError) -> Together:
    """Return changes by which a code that is none is refused otherwise."""
    return together(
        retyped("PairGateway", "pairing_code", type="string"), refusing("pairGateway", errors.NotFound, other)
    )


async def _total_of_the_org(original: Original, call: Call) -> Any:
    return {**await original(call), "total": await call.tx.count(Query(GATEWAYS, call.org_id))}


def _elsewhere(other: errors.ApiError) -> Patch:
    """Return a patch by which a site that is not of the org is refused otherwise."""
    return around(sites.require_site, refused_as(errors.InvalidInput, other))


async def _seen(call: Call) -> Any:
    return await call.get(GATEWAYS, "gateway")


async def _forbidden_unless_seen(call: Call) -> Any:
    gateway = await _seen(call)
    if not call.caller.sees(gateway.site_id):
        raise errors.Forbidden("Not granted.")
    return gateway


async def _state_first(call: Call) -> None:
    """Answer for the state of a gateway before a look whether there is one."""
    if await call.tx.get(GATEWAYS, call.org_id, call.params["id"]) is None:
        raise errors.IllegalTransition("registered", "offline")


async def _cap_first(call: Call) -> None:
    codes = await call.tx.select(Query(PAIRING_CODES, call.org_id, {"redeemed": (False,)}))
    pairing.require_slot(list(codes), call.now)


def _expired_first(original: Original, code: Any, now: Any) -> Any:
    if now >= code.expires_at:
        raise errors.PairingCodeExpired
    return original(code, now)


def _wait(change: Change) -> Patch:
    """Return a patch of the seconds after which one may ask for a code again."""
    return around(
        errors.TooManyPairingCodes.__init__,
        lambda original, self, retry_after, cap: original(self, change(retry_after), cap),
    )


def _after_pairing(status: GatewayStatus) -> Patch:
    return returning(pairing.pair, record(status=status))


MUTANTS = (
    *for_each("AS-82/open-{}", _BODIES, opened),
    mutant("AS-14/twenty", _rows(at_most(20))),
    mutant("AS-14/total-of-the-org", serving("listGateways", _total_of_the_org)),
    mutant("AS-14/nothing-for-viewers", asking("listGateways", granted(frozenset()))),
    mutant("AS-14/one-twice", _rows(lambda rows: [*rows[:-1], rows[0]])),
    mutant("AS-22/forbidden", replaced(lambda: operations._visible, _forbidden_unless_seen)),
    mutant("AS-22/seen", replaced(lambda: operations._visible, _seen)),
    mutant("AS-40/state-of-nothing", serving("updateGateway", first(_state_first))),
    mutant("AS-40/cameras-of-nothing", serving("deleteGateway", first(_state_first)), "AS-75"),
    mutant("AS-41/site-after-cap", serving("generatePairingCode", first(_cap_first))),
    mutant("AS-42/registered", _after_pairing(GatewayStatus.REGISTERED)),
    mutant("AS-42/online", _after_pairing(GatewayStatus.ONLINE)),
    mutant("AS-46/gone", around(pairing.redeem, _expired_first)),
    mutant("AS-47/conflict", _unknown_as(errors.PairingCodeRedeemed())),
    mutant("AS-47/gone", _unknown_as(errors.PairingCodeExpired())),
    mutant("AS-48/not-found", _elsewhere(errors.NotFound("site")), "AS-49"),
    mutant("AS-49/forbidden", _elsewhere(errors.Forbidden("Not yours.")), "AS-48"),
    mutant("AS-53/oldest-first", _rows(backwards)),
    *for_each("AS-53/by-{}", ("name", "status"), lambda name: _rows(ordered_by(name))),
    mutant("AS-74/a-minute", _wait(lambda seconds: 60)),
    mutant("AS-74/one-less", _wait(lambda seconds: seconds - 1)),
    mutant("AS-74/one-more", _wait(lambda seconds: seconds + 1)),
    mutant("AS-74/ten-minutes", _wait(lambda seconds: 600)),
    *for_each("AS-82/{}-takes-anything", ("GeneratePairingCode", "UpdateGateway", "PairGateway"), opened),
    mutant("AS-94/not-found", failing("getGatewayTelemetry", errors.NotFound("telemetry"))),
    mutant("AS-94/zeros", _report(having(cpu_percent=0.0, memory_mb=0))),
    mutant("AS-94/null-maps", _report(having(camera_recording_status=None, network_throughput=None))),
    mutant("AS-40/state-first", found_anywhere()),
)
