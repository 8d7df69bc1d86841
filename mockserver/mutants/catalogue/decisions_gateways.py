"""Mutants of decisions (rules AS-…) about gateways and pairing."""

from functools import partial
from typing import Any

from mockserver.domain import errors, pairing
from mockserver.domain.gateways import GatewayStatus
from mockserver.domain.pairing import PairingCode
from mockserver.mutants.operators.document import opened, retyped
from mockserver.mutants.operators.gateways import paired_gateway
from mockserver.mutants.operators.isolation import found_anywhere
from mockserver.mutants.operators.operations import answering, asking, first, serving
from mockserver.mutants.operators.patches import (
    Change,
    Mutants,
    Original,
    Patch,
    Together,
    around,
    for_each,
    mutant,
    together,
)
from mockserver.mutants.operators.refusals import failing, refused_as, refusing
from mockserver.mutants.operators.values import at_most, backwards, changed, granted, having, ordered_by
from mockserver.operations import gateways as operations
from mockserver.operations import sites
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import GATEWAYS, PAIRING_CODES

MUTANTS = Mutants()
_BODIES = (
    "UpdateEvent", "UpdateAlert", "CreateAlertRule", "UpdateAlertRule", "GeneratePairingCode", "PairGateway",
    "UpdateGateway",
)  # fmt: skip
#: Changes the report of a gateway.
_telemetry = partial(answering, "getGatewayTelemetry")


def _list(change: Change) -> Patch:
    """Change the list of gateways."""
    return answering("listGateways", changed(data=change))


def _unknown_code_as(other: errors.ApiError) -> Together:
    """Refuse a pairing code that does not exist, whatever its length, with another error."""
    return together(
        retyped("PairGateway", "pairing_code", type="string"), refusing("pairGateway", errors.NotFound, other)
    )


def _foreign_site_as(other: errors.ApiError) -> Patch:
    """Refuse a site of another org with another error."""
    return around(sites.require_site, refused_as(errors.InvalidInput, other))


def _retry_after(change: Change) -> Patch:
    """Change the seconds after which one more pairing code can be generated."""

    def defect(original: Original, self: Any, seconds: int, limit: int) -> None:
        original(self, change(seconds), limit)

    return around(errors.TooManyPairingCodes.__init__, defect)


async def _refuse_state_first(call: Call) -> None:
    """Refuse a gateway that does not exist for its state; a check for ``first``."""
    if await call.tx.get(GATEWAYS, call.org_id, call.params["id"]) is None:
        raise errors.IllegalTransition("registered", "offline")


@MUTANTS.defect("AS-14/total-of-the-org", of="listGateways")
async def _total_of_the_org(original: Original, call: Call) -> Any:
    """Count all gateways of the org in the total."""
    return {**await original(call), "total": await call.tx.count(Query(GATEWAYS, call.org_id))}


@MUTANTS.defect("AS-22/seen", of=operations._visible)
async def _visible_to_all(original: Original, call: Call) -> Any:
    """Show a viewer a gateway at a site that is not granted."""
    return await call.get(GATEWAYS, "gateway")


@MUTANTS.defect("AS-22/forbidden", of=operations._visible)
async def _forbidden_unless_granted(original: Original, call: Call) -> Any:
    """Refuse a gateway at a site that is not granted with 403."""
    gateway = await call.get(GATEWAYS, "gateway")
    if not call.caller.sees(gateway.site_id):
        raise errors.Forbidden("Not granted.")
    return gateway


@MUTANTS.defect("AS-41/site-after-cap", of="generatePairingCode")
async def _limit_first(original: Original, call: Call) -> Any:
    """Check the limit of active codes before the site."""
    codes = await call.tx.select(Query(PAIRING_CODES, call.org_id, {"redeemed": (False,)}))
    pairing.require_slot(list(codes), call.now)
    return await original(call)


@MUTANTS.defect("AS-46/gone", of=pairing.redeem)
def _expiry_first(original: Original, code: PairingCode, now: Any) -> Any:
    """Check whether a code has expired before whether it was redeemed."""
    if now >= code.expires_at:
        raise errors.PairingCodeExpired
    return original(code, now)


MUTANTS += (
    mutant("AS-14/twenty", _list(at_most(20))),
    mutant("AS-14/nothing-for-viewers", asking("listGateways", granted(frozenset()))),
    mutant("AS-14/one-twice", _list(lambda rows: [*rows[:-1], rows[0]])),
    mutant("AS-40/state-of-nothing", serving("updateGateway", first(_refuse_state_first))),
    mutant("AS-40/cameras-of-nothing", serving("deleteGateway", first(_refuse_state_first)), "AS-75"),
    mutant("AS-40/state-first", found_anywhere()),
    mutant("AS-42/registered", paired_gateway(status=GatewayStatus.REGISTERED)),
    mutant("AS-42/online", paired_gateway(status=GatewayStatus.ONLINE)),
    mutant("AS-47/conflict", _unknown_code_as(errors.PairingCodeRedeemed())),
    mutant("AS-47/gone", _unknown_code_as(errors.PairingCodeExpired())),
    mutant("AS-48/not-found", _foreign_site_as(errors.NotFound("site")), "AS-49"),
    mutant("AS-49/forbidden", _foreign_site_as(errors.Forbidden("Not yours.")), "AS-48"),
    mutant("AS-53/oldest-first", _list(backwards)),
    *for_each("AS-53/by-{}", ("name", "status"), lambda name: _list(ordered_by(name))),
    mutant("AS-74/a-minute", _retry_after(lambda seconds: 60)),
    mutant("AS-74/one-less", _retry_after(lambda seconds: seconds - 1)),
    mutant("AS-74/one-more", _retry_after(lambda seconds: seconds + 1)),
    mutant("AS-74/ten-minutes", _retry_after(lambda seconds: 600)),
    *for_each("AS-82/open-{}", _BODIES, opened),
    *for_each("AS-82/{}-takes-anything", ("GeneratePairingCode", "UpdateGateway", "PairGateway"), opened),
    mutant("AS-94/not-found", failing("getGatewayTelemetry", errors.NotFound("telemetry"))),
    mutant("AS-94/zeros", _telemetry(having(cpu_percent=0.0, memory_mb=0))),
    mutant("AS-94/null-maps", _telemetry(having(camera_recording_status=None, network_throughput=None))),
)
