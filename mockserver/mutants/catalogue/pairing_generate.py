"""Mutants about generating pairing codes."""

from datetime import timedelta
from functools import partial

from mockserver.domain import errors, pairing
from mockserver.domain.gateways import Gateway, GatewayStatus
from mockserver.mutants.operators.document import field, required, retyped, role, success
from mockserver.mutants.operators.gateways import paired_gateway
from mockserver.mutants.operators.operations import answering
from mockserver.mutants.operators.patches import (
    Change,
    Mutants,
    Original,
    Patch,
    around,
    for_each,
    mutant,
    nothing,
    occasionally,
    replaced,
)
from mockserver.mutants.operators.refusals import code_of, status_of
from mockserver.mutants.operators.values import backwards, changed, copied, cut, having, lacking
from mockserver.operations import gateways, sites
from mockserver.operations.call import Call
from mockserver.runtime.random_source import RandomSource
from mockserver.store.kinds import SITES

_name_field = partial(field, "GeneratePairingCode", "name")
_generate_answer = partial(answering, "generatePairingCode")
_code = partial(around, RandomSource.code)


def _registered_gateway(change: Change) -> Patch:
    """Change the fields of the gateway that is registered with a code."""
    return around(Gateway, lambda original, **fields: original(**change(fields)), within=gateways)


MUTANTS = Mutants()


@MUTANTS.defect("GW-29/any-org", "GW-68", of=sites.require_site)
async def accept_site_of_any_org(original: Original, call: Call, site_id: str) -> None:
    """Accept a site of any org."""
    for org in await call.tx.orgs():
        if await call.tx.get(SITES, org, site_id):
            return
    raise errors.InvalidInput({"site_id": ["is not a site"]})


MUTANTS += (
    mutant("AS-42/still-registered", paired_gateway(status=GatewayStatus.REGISTERED)),
    mutant("GW-02/no-key", answering("pairGateway", having(api_key=""))),
    *for_each("GW-16/{}-only", ("admin", "owner"), partial(role, "generatePairingCode")),
    mutant("GW-16/viewer-too", role("generatePairingCode", "viewer"), "GW-30"),
    mutant("GW-17/five", _code(lambda original, self: original(self, 5))),
    mutant("GW-17/seven", _code(lambda original, self: original(self, 7))),
    mutant("GW-17/sometimes-seven", _code(occasionally(20, lambda original, self: original(self, 7)))),
    mutant("GW-18/lower-case", _code(lambda original, self: original(self).lower())),
    mutant("GW-18/dash", _code(lambda original, self: f"{original(self)[:3]}-{original(self)[:2]}")),
    mutant("GW-24/99", _name_field(maxLength=99)),
    mutant("GW-24/101", _name_field(maxLength=101), "GW-28"),
    mutant("GW-24/empty", _name_field(minLength=0)),
    mutant("GW-24/two-at-least", _name_field(minLength=2)),
    mutant("GW-24/shortened", _registered_gateway(changed(name=cut(64)))),
    mutant("GW-24/capitals", _registered_gateway(changed(name=str.upper))),
    mutant("GW-25/any-site", replaced(lambda: sites.require_site, nothing), "GW-29", "GW-68"),
    mutant("GW-25/not-required", required("GeneratePairingCode", "name"), "GW-27"),
    mutant("GW-26/not-required", required("GeneratePairingCode", "site_id")),
    mutant("GW-26/any-type", retyped("GeneratePairingCode", "name")),
    mutant("GW-27/any-type", retyped("GeneratePairingCode", "site_id")),
    mutant("GW-28/any-length", _name_field(maxLength=10**6)),
    mutant("GW-30/not-found", status_of(errors.Forbidden, 404)),
    mutant("GW-30/denied", code_of(errors.Forbidden, "denied")),
    mutant("GW-31/200", success("generatePairingCode", 200)),
    mutant("GW-32/no-id", _generate_answer(lacking("id"))),
    mutant("GW-32/no-code", _generate_answer(lacking("pairing_code"))),
    mutant("GW-32/no-expiry", _generate_answer(lacking("expires_at"))),
    mutant("GW-32/no-status", _generate_answer(lacking("status"))),
    mutant("GW-33/offline", _registered_gateway(having(status=GatewayStatus.OFFLINE))),
    mutant("GW-33/says-pending", _generate_answer(having(status="pending"))),
    mutant("GW-34/a-second-less", replaced(lambda: pairing.LIFETIME, timedelta(seconds=599))),
    mutant("GW-34/a-second-more", replaced(lambda: pairing.LIFETIME, timedelta(seconds=601))),
    mutant("GW-34/an-hour", replaced(lambda: pairing.LIFETIME, timedelta(hours=1))),
    mutant("GW-35/id-of-its-own", _generate_answer(changed(id=backwards))),
    mutant("GW-35/id-of-the-org", answering("pairGateway", copied(gateway_id="org_id"))),
)
