"""Wrong laws about pairing codes."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

from mockserver.domain import errors, pairing
from mockserver.domain.gateways import MAX_SILENCE, Gateway, GatewayStatus
from mockserver.mutants.operators.document import field, required, retyped, role, success
from mockserver.mutants.operators.operations import answering, first, receiving, serving, slowly
from mockserver.mutants.operators.patches import (
    Change,
    Original,
    Patch,
    around,
    for_each,
    mutant,
    nothing,
    occasionally,
    replaced,
    returning,
)
from mockserver.mutants.operators.refusals import code_of, refusing, status_of
from mockserver.mutants.operators.values import (
    backwards,
    changed,
    copied,
    cut,
    each,
    having,
    lacking,
    record,
    with_fields,
)
from mockserver.openapi.validation import BodySchema
from mockserver.operations import gateways as operations
from mockserver.operations import sites
from mockserver.operations.call import Call
from mockserver.runtime.random_source import RandomSource
from mockserver.store.base import Query
from mockserver.store.kinds import PAIRING_CODES, SITES
from mockserver.store.memory import MemoryTransaction


async def _slow_code(original: Original, call: Call) -> Any:
    await asyncio.sleep(0.02)
    return await original(call)


async def _count_redeemed(call: Call) -> None:
    codes = await call.tx.select(Query(PAIRING_CODES, call.org_id))
    if sum(call.now < code.expires_at for code in codes) >= pairing.MAX_ACTIVE_CODES:
        raise errors.TooManyPairingCodes(1, pairing.MAX_ACTIVE_CODES)


async def _count_everywhere(call: Call) -> None:
    codes = [code for org in await call.tx.orgs() for code in await call.tx.select(Query(PAIRING_CODES, org))]
    if sum(pairing.active(code, call.now) for code in codes) >= pairing.MAX_ACTIVE_CODES:
        raise errors.TooManyPairingCodes(1, pairing.MAX_ACTIVE_CODES)


async def _site_anywhere(call: Call, site_id: str) -> None:
    for org in await call.tx.orgs():
        if await call.tx.get(SITES, org, site_id):
            return
    raise errors.InvalidInput({"site_id": ["is not a site"]})


async def _no_credential(call: Call) -> None:
    if call.caller.key_id is not None:
        raise errors.Forbidden("Codes are for gateways.")


async def _no_viewer(call: Call) -> None:
    if call.caller.sites is not None:
        raise errors.Forbidden("Codes are for operators.")


async def _any_code_of_mine(original: Original, call: Call) -> Any:
    for code in await call.tx.select(Query(PAIRING_CODES, call.org_id)):
        call = with_fields(pairing_code=code.code)(call)
    return await original(call)


def _filled(original: Original, self: BodySchema, body: Any) -> Any:
    """Take a code that is missing, empty or no code at all for one that nobody has."""
    asks = "pairing_code" in str(list(self._validator.iter_errors({})))
    known = isinstance(body, dict) and body.get("pairing_code")
    return original(self, {"pairing_code": "------"} if asks and not known else body)


def _at(seconds: float) -> Any:
    """Return a patch by which codes are redeemed as if it were earlier or later."""
    span = timedelta(seconds=seconds)
    return around(pairing.redeem, lambda original, code, now: original(code, now + span))


def _gateway(**fields: Any) -> Patch:
    """Return a patch of what pairing makes of a gateway."""
    return returning(pairing.pair, record(**fields))


def _own_name(original: Original, gateway: Any, api_key: str, name: str | None, *told: Any) -> Any:
    return record(name=name or gateway.name)(original(gateway, api_key, name, *told))


def _server(change: Change) -> Patch:
    return _paired(changed(ice_servers=each(change)))


def _named_gateway(change: Change) -> Patch:
    return around(Gateway, lambda original, **fields: original(**changed(name=change)(fields)), within=operations)


_code = partial(around, RandomSource.code)
_name = partial(field, "GeneratePairingCode", "name")
_generated = partial(answering, "generatePairingCode")
_paired = partial(answering, "pairGateway")
_generating = partial(serving, "generatePairingCode")
_pairing = partial(serving, "pairGateway")
_refused = partial(refusing, "pairGateway")

MUTANTS = (
    mutant("GW-02/still-registered", _gateway(status=GatewayStatus.REGISTERED)),
    mutant("GW-02/no-key", _paired(having(api_key=""))),
    *for_each("GW-16/{}-only", ("admin", "owner"), partial(role, "generatePairingCode")),
    mutant("GW-16/viewer-too", role("generatePairingCode", "viewer"), "GW-30"),
    mutant("GW-17/five", _code(lambda original, self: original(self, 5))),
    mutant("GW-17/seven", _code(lambda original, self: original(self, 7))),
    mutant("GW-17/sometimes-seven", _code(occasionally(20, lambda original, self: original(self, 7)))),
    mutant("GW-18/lower-case", _code(lambda original, self: original(self).lower())),
    mutant("GW-18/dash", _code(lambda original, self: f"{original(self)[:3]}-{original(self)[:2]}")),
    mutant("GW-19/half-the-time", _at(300)),
    mutant("GW-19/a-second-early", _at(1)),
    mutant("GW-19/a-second-late", _at(-1), "GW-52"),
    mutant("GW-19/nine-minutes", replaced(lambda: pairing.LIFETIME, timedelta(minutes=9)), "GW-34"),
    mutant("GW-19/never-expires", _at(-MAX_SILENCE.total_seconds() * 1000), "GW-52"),
    mutant("GW-20/four", replaced(lambda: pairing.MAX_ACTIVE_CODES, 4)),
    mutant("GW-20/six", replaced(lambda: pairing.MAX_ACTIVE_CODES, 6), "GW-21"),
    mutant("GW-20/no-cap", replaced(lambda: pairing.MAX_ACTIVE_CODES, 10**6), "GW-21"),
    mutant("GW-20/race", around(operations._unused_code, _slow_code)),
    mutant("GW-21/conflict", code_of(errors.TooManyPairingCodes, "conflict")),
    mutant("GW-21/status-400", status_of(errors.TooManyPairingCodes, 400)),
    mutant("GW-22/expired-counts", around(pairing.active, lambda original, code, now: not code.redeemed)),
    mutant("GW-22/redeemed-counts", _generating(first(_count_redeemed))),
    mutant("GW-22/newest-alone-counts", around(pairing.active, lambda original, code, now: False), "GW-20"),
    mutant("GW-23/one-cap-for-all", _generating(first(_count_everywhere))),
    mutant("GW-24/99", _name(maxLength=99)),
    mutant("GW-24/101", _name(maxLength=101), "GW-28"),
    mutant("GW-24/empty", _name(minLength=0)),
    mutant("GW-24/two-at-least", _name(minLength=2)),
    mutant("GW-24/shortened", _named_gateway(lambda name: name[:64])),
    mutant("GW-24/capitals", _named_gateway(str.upper)),
    mutant("GW-25/any-site", replaced(lambda: sites.require_site, nothing), "GW-29", "GW-68"),
    mutant("GW-25/not-required", required("GeneratePairingCode", "name"), "GW-27"),
    mutant("GW-26/not-required", required("GeneratePairingCode", "site_id")),
    mutant("GW-26/any-type", retyped("GeneratePairingCode", "name")),
    mutant("GW-27/any-type", retyped("GeneratePairingCode", "site_id")),
    mutant("GW-28/any-length", _name(maxLength=10**6)),
    mutant("GW-29/any-org", replaced(lambda: sites.require_site, _site_anywhere), "GW-68"),
    mutant("GW-30/not-found", status_of(errors.Forbidden, 404)),
    mutant("GW-30/denied", code_of(errors.Forbidden, "denied")),
    mutant("GW-31/200", success("generatePairingCode", 200)),
    mutant("GW-32/no-id", _generated(lacking("id"))),
    mutant("GW-32/no-code", _generated(lacking("pairing_code"))),
    mutant("GW-32/no-expiry", _generated(lacking("expires_at"))),
    mutant("GW-32/no-status", _generated(lacking("status"))),
    mutant(
        "GW-33/offline",
        around(Gateway, lambda original, **fields: original(status=GatewayStatus.OFFLINE, **fields), within=operations),
    ),
    mutant("GW-33/says-pending", _generated(having(status="pending"))),
    mutant("GW-34/a-second-less", replaced(lambda: pairing.LIFETIME, timedelta(seconds=599))),
    mutant("GW-34/a-second-more", replaced(lambda: pairing.LIFETIME, timedelta(seconds=601))),
    mutant("GW-34/an-hour", replaced(lambda: pairing.LIFETIME, timedelta(hours=1))),
    mutant("GW-35/id-of-its-own", _generated(changed(id=backwards))),
    mutant("GW-35/id-of-the-org", _paired(copied(gateway_id="org_id"))),
    mutant("GW-36/operators-only", role("pairGateway", "operator")),
    mutant("GW-37/no-credential-allowed", _pairing(first(_no_credential))),
    mutant("GW-37/no-viewer", _pairing(first(_no_viewer))),
    mutant("GW-37/without-a-code", _pairing(_any_code_of_mine)),
    mutant("GW-39/rest-ignored", receiving(changed(pairing_code=cut(6)))),
    mutant("GW-39/five", field("PairGateway", "pairing_code", maxLength=5, minLength=1)),
    mutant("GW-40/not-found", around(BodySchema.check, _filled)),
    mutant("GW-40/not-required", required("PairGateway")),
    mutant("GW-41/name-required", required("PairGateway", "pairing_code", "name")),
    mutant("GW-41/version-required", required("PairGateway", "pairing_code", "version")),
    mutant("GW-41/local-ip-required", required("PairGateway", "pairing_code", "local_ip")),
    mutant("GW-42/name-taken", around(pairing.pair, _own_name)),
    mutant("GW-42/name-lost", _gateway(name="Gateway")),
    mutant("GW-44/201", success("pairGateway", 201)),
    mutant("GW-45/no-org", _paired(lacking("org_id"))),
    mutant("GW-45/no-servers", _paired(lacking("ice_servers"))),
    mutant("GW-45/no-gateway", _paired(lacking("gateway_id"))),
    mutant("GW-45/no-key", _paired(lacking("api_key"))),
    mutant("GW-45/another-org", _paired(copied(org_id="gateway_id"))),
    mutant(
        "GW-46/another-prefix",
        around(RandomSource.token, lambda original, self, prefix: original(self, "sk_")),
    ),
    mutant("GW-47/one-url", _server(changed(urls=lambda urls: urls[0]))),
    mutant("GW-47/no-urls", _server(having(urls=[]))),
    mutant("GW-47/no-username", _server(lacking("username"))),
    mutant("GW-47/no-credential", _server(having(credential=None))),
    mutant("GW-49/no-version", _gateway(version=None)),
    mutant("GW-49/no-local-ip", _gateway(local_ip=None)),
    mutant("GW-50/gone", _refused(errors.NotFound, errors.PairingCodeExpired())),
    mutant("GW-50/forbidden", _refused(errors.NotFound, errors.Forbidden("No such code."))),
    mutant("GW-51/gone", _refused(errors.PairingCodeRedeemed, errors.PairingCodeExpired())),
    mutant("GW-51/not-found", _refused(errors.PairingCodeRedeemed, errors.NotFound("code"))),
    mutant("GW-51/another-word", code_of(errors.PairingCodeRedeemed, "already_paired")),
    mutant("GW-52/not-found", _refused(errors.PairingCodeExpired, errors.NotFound("code"))),
    mutant("GW-52/conflict", _refused(errors.PairingCodeExpired, errors.PairingCodeRedeemed())),
    mutant("GW-52/another-word", code_of(errors.PairingCodeExpired, "expired")),
    mutant("GW-53/again", around(pairing.redeem, lambda original, code, now: code), "GW-51"),
    mutant("GW-53/sometimes-again", around(pairing.redeem, occasionally(20, lambda original, code, now: code))),
    mutant("GW-53/race", around(MemoryTransaction.find, slowly(PAIRING_CODES))),
)
