"""Wrong laws about pairing codes."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
from msgspec.structs import replace

from mockserver.domain import errors, pairing
from mockserver.domain.gateways import GatewayStatus
from mockserver.domain.telemetry import SILENCE
from mockserver.ids import Chance
from mockserver.mutants.base import (
    Original,
    instead,
    mutant,
    operation,
    patch,
    returning,
    returning_later,
    role,
    schema,
    setting,
)
from mockserver.mutants.makers import first, instead_of, named, now_and_then, slowly, success, with_, without
from mockserver.openapi.validation import BodySchema
from mockserver.operations import gateways as operations
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import PAIRING_CODES, SITES
from mockserver.store.memory import MemoryTransaction

GENERATE, PAIR = "/api/v1/gateways/generate-pairing-code", "/api/v1/gateways/pair"


def _slow_code(original: Original) -> Any:
    async def wrapped(call: Call) -> Any:
        await asyncio.sleep(0.02)
        return await original(call)

    return wrapped


async def _count_redeemed(call: Call) -> None:
    codes = await call.tx.select(Query(PAIRING_CODES, call.org_id))
    if sum(call.now < code.expires_at for code in codes) >= pairing.MOST_ACTIVE:
        raise errors.TooManyPairingCodes(1, pairing.MOST_ACTIVE)


async def _count_everywhere(call: Call) -> None:
    codes = [code for org in await call.tx.orgs() for code in await call.tx.select(Query(PAIRING_CODES, org))]
    if sum(pairing.active(code, call.now) for code in codes) >= pairing.MOST_ACTIVE:
        raise errors.TooManyPairingCodes(1, pairing.MOST_ACTIVE)


async def _site_anywhere(call: Call) -> None:
    for org in await call.tx.orgs():
        if await call.tx.get(SITES, org, call.body["site_id"]):
            return
    raise errors.InvalidInput({"site_id": ["is not a site"]})


async def _nothing(call: Call) -> None:
    pass


async def _no_credential(call: Call) -> None:
    if call.caller.key_id is not None:
        raise errors.Forbidden("Codes are for gateways.")


async def _no_viewer(call: Call) -> None:
    if call.caller.sites is not None:
        raise errors.Forbidden("Codes are for operators.")


def _any_code_of_mine(original: Original) -> Any:
    async def wrapped(call: Call) -> Any:
        for code in await call.tx.select(Query(PAIRING_CODES, call.org_id)):
            call = replace(call, body={**call.body, "pairing_code": code.code})
        return await original(call)

    return wrapped


def _checking(change: Any) -> Any:
    """Return a patch that changes bodies about pairing codes before they are checked."""
    return patch(BodySchema, "check", lambda original: lambda self, body: original(self, change(self, body)))


def _cut(_: BodySchema, body: Any) -> Any:
    code = body.get("pairing_code") if isinstance(body, dict) else None
    return {**body, "pairing_code": code[:6]} if isinstance(code, str) else body


def _filled(self: BodySchema, body: Any) -> Any:
    asks = "pairing_code" in str(list(self._validator.iter_errors({})))
    return {"pairing_code": "------"} if asks and not (isinstance(body, dict) and body.get("pairing_code")) else body


def _at(seconds: float) -> Any:
    """Return a patch by which codes are redeemed as if it were earlier or later."""
    span = timedelta(seconds=seconds)
    return patch(pairing, "redeem", lambda original: lambda code, now: original(code, now + span))


def _gateway(**changed: Any) -> Any:
    """Return a patch of what pairing makes of a gateway."""
    return returning(pairing, "pair", lambda gateway: msgspec.structs.replace(gateway, **changed))


def _own_name(original: Original) -> Any:
    def wrapped(gateway: Any, api_key: str, name: str | None, *told: Any) -> Any:
        return msgspec.structs.replace(original(gateway, api_key, name, *told), name=name or gateway.name)

    return wrapped


def _server(change: Any) -> Any:
    return returning_later(
        operations, "pair_gateway", lambda answer: {**answer, "ice_servers": [change(answer["ice_servers"][0])]}
    )


def _generated(change: Any) -> Any:
    return returning_later(operations, "generate_pairing_code", change)


def _paired(change: Any) -> Any:
    return returning_later(operations, "pair_gateway", change)


def _named_gateway(change: Any) -> Any:
    return patch(
        operations, "Gateway", lambda original: lambda **fields: original(**{**fields, "name": change(fields["name"])})
    )


def _required(name: str, *fields: str) -> Any:
    return schema(name, setting(required=list(fields)))


_CODE = partial(patch, Chance, "code")
_NAME = partial(schema, "GeneratePairingCode")
_THE_PAIRING = partial(patch, operations, "pair_gateway")
_THE_ASKING = partial(patch, operations, "generate_pairing_code")

MUTANTS = (
    mutant("GW-02/still-registered", _gateway(status=GatewayStatus.REGISTERED)),
    mutant("GW-02/no-key", _paired(with_(api_key=""))),
    mutant("GW-16/admin-only", operation(GENERATE, "post", role("admin"))),
    mutant("GW-16/owner-only", operation(GENERATE, "post", role("owner"))),
    mutant("GW-16/viewer-too", operation(GENERATE, "post", role("viewer")), "GW-30"),
    mutant("GW-17/five", _CODE(lambda original: lambda self: original(self, 5))),
    mutant("GW-17/seven", _CODE(lambda original: lambda self: original(self, 7))),
    mutant("GW-17/sometimes-seven", _CODE(now_and_then(20, lambda original: lambda self: original(self, 7)))),
    mutant("GW-18/lower-case", _CODE(lambda original: lambda self: original(self).lower())),
    mutant("GW-18/dash", _CODE(lambda original: lambda self: f"{original(self)[:3]}-{original(self)[:2]}")),
    mutant("GW-19/half-the-time", _at(300)),
    mutant("GW-19/a-second-early", _at(1)),
    mutant("GW-19/a-second-late", _at(-1), "GW-52"),
    mutant("GW-19/nine-minutes", instead(pairing, "LIFETIME", timedelta(minutes=9)), "GW-34"),
    mutant("GW-19/never-expires", _at(-SILENCE.total_seconds() * 1000), "GW-52"),
    mutant("GW-20/four", instead(pairing, "MOST_ACTIVE", 4)),
    mutant("GW-20/six", instead(pairing, "MOST_ACTIVE", 6), "GW-21"),
    mutant("GW-20/no-cap", instead(pairing, "MOST_ACTIVE", 10**6), "GW-21"),
    mutant("GW-20/race", patch(operations, "_unused_code", _slow_code)),
    mutant("GW-21/conflict", instead(errors.TooManyPairingCodes, "code", "conflict")),
    mutant("GW-21/status-400", instead(errors.TooManyPairingCodes, "status", 400)),
    mutant(
        "GW-22/expired-counts",
        patch(pairing, "active", lambda original: lambda code, now: not code.redeemed),
    ),
    mutant("GW-22/redeemed-counts", _THE_ASKING(first(_count_redeemed))),
    mutant("GW-22/newest-alone-counts", patch(pairing, "active", lambda original: lambda code, now: False), "GW-20"),
    mutant("GW-23/one-cap-for-all", _THE_ASKING(first(_count_everywhere))),
    mutant("GW-24/99", _NAME(named(maxLength=99), "properties")),
    mutant("GW-24/101", _NAME(named(maxLength=101), "properties"), "GW-28"),
    mutant("GW-24/empty", _NAME(named(minLength=0), "properties")),
    mutant("GW-24/two-at-least", _NAME(named(minLength=2), "properties")),
    mutant("GW-24/shortened", _named_gateway(lambda name: name[:64])),
    mutant("GW-24/capitals", _named_gateway(str.upper)),
    mutant("GW-25/any-site", instead(operations, "_require_site", _nothing), "GW-29", "GW-68"),
    mutant("GW-25/not-required", _required("GeneratePairingCode", "name"), "GW-27"),
    mutant("GW-26/not-required", _required("GeneratePairingCode", "site_id")),
    mutant("GW-26/any-type", _NAME(setting(name={}), "properties")),
    mutant("GW-27/any-type", _NAME(setting(site_id={}), "properties")),
    mutant("GW-28/any-length", _NAME(named(maxLength=10**6), "properties")),
    mutant("GW-29/any-org", instead(operations, "_require_site", _site_anywhere), "GW-68"),
    mutant("GW-30/not-found", instead(errors.Forbidden, "status", 404)),
    mutant("GW-30/denied", instead(errors.Forbidden, "code", "denied")),
    mutant("GW-31/200", operation(GENERATE, "post", success("200"))),
    mutant("GW-32/no-id", _generated(without("id"))),
    mutant("GW-32/no-code", _generated(without("pairing_code"))),
    mutant("GW-32/no-expiry", _generated(without("expires_at"))),
    mutant("GW-32/no-status", _generated(without("status"))),
    mutant(
        "GW-33/offline", patch(operations, "Gateway", lambda original: partial(original, status=GatewayStatus.OFFLINE))
    ),
    mutant("GW-33/says-pending", _generated(with_(status="pending"))),
    mutant("GW-34/a-second-less", instead(pairing, "LIFETIME", timedelta(seconds=599))),
    mutant("GW-34/a-second-more", instead(pairing, "LIFETIME", timedelta(seconds=601))),
    mutant("GW-34/an-hour", instead(pairing, "LIFETIME", timedelta(hours=1))),
    mutant("GW-35/id-of-its-own", _generated(lambda answer: {**answer, "id": answer["id"][::-1]})),
    mutant("GW-35/id-of-the-org", _paired(lambda answer: {**answer, "gateway_id": answer["org_id"]})),
    mutant("GW-36/operators-only", operation(PAIR, "post", role("operator"))),
    mutant("GW-37/no-credential-allowed", _THE_PAIRING(first(_no_credential))),
    mutant("GW-37/no-viewer", _THE_PAIRING(first(_no_viewer))),
    mutant("GW-37/without-a-code", _THE_PAIRING(_any_code_of_mine)),
    mutant("GW-39/rest-ignored", _checking(_cut)),
    mutant("GW-39/five", schema("PairGateway", setting(maxLength=5, minLength=1), "properties", "pairing_code")),
    mutant("GW-40/not-found", _checking(_filled)),
    mutant("GW-40/not-required", _required("PairGateway")),
    mutant("GW-41/name-required", _required("PairGateway", "pairing_code", "name")),
    mutant("GW-41/version-required", _required("PairGateway", "pairing_code", "version")),
    mutant("GW-41/local-ip-required", _required("PairGateway", "pairing_code", "local_ip")),
    mutant("GW-42/name-taken", patch(pairing, "pair", _own_name)),
    mutant("GW-42/name-lost", _gateway(name="Gateway")),
    mutant("GW-44/201", operation(PAIR, "post", success("201"))),
    mutant("GW-45/no-org", _paired(without("org_id"))),
    mutant("GW-45/no-servers", _paired(without("ice_servers"))),
    mutant("GW-45/no-gateway", _paired(without("gateway_id"))),
    mutant("GW-45/no-key", _paired(without("api_key"))),
    mutant("GW-45/another-org", _paired(lambda answer: {**answer, "org_id": answer["gateway_id"]})),
    mutant("GW-46/another-prefix", patch(Chance, "token", lambda original: lambda self, prefix: original(self, "sk_"))),
    mutant("GW-47/one-url", _server(lambda server: {**server, "urls": server["urls"][0]})),
    mutant("GW-47/no-urls", _server(lambda server: {**server, "urls": []})),
    mutant("GW-47/no-username", _server(without("username"))),
    mutant("GW-47/no-credential", _server(with_(credential=None))),
    mutant("GW-49/no-version", _gateway(version=None)),
    mutant("GW-49/no-local-ip", _gateway(local_ip=None)),
    mutant("GW-50/gone", _THE_PAIRING(instead_of(errors.NotFound, errors.PairingCodeExpired()))),
    mutant("GW-50/forbidden", _THE_PAIRING(instead_of(errors.NotFound, errors.Forbidden("No such code.")))),
    mutant("GW-51/gone", _THE_PAIRING(instead_of(errors.PairingCodeRedeemed, errors.PairingCodeExpired()))),
    mutant("GW-51/not-found", _THE_PAIRING(instead_of(errors.PairingCodeRedeemed, errors.NotFound("code")))),
    mutant("GW-51/another-word", instead(errors.PairingCodeRedeemed, "code", "already_paired")),
    mutant("GW-52/not-found", _THE_PAIRING(instead_of(errors.PairingCodeExpired, errors.NotFound("code")))),
    mutant("GW-52/conflict", _THE_PAIRING(instead_of(errors.PairingCodeExpired, errors.PairingCodeRedeemed()))),
    mutant("GW-52/another-word", instead(errors.PairingCodeExpired, "code", "expired")),
    mutant("GW-53/again", patch(pairing, "redeem", lambda original: lambda code, now: code), "GW-51"),
    mutant(
        "GW-53/sometimes-again",
        patch(pairing, "redeem", now_and_then(20, lambda original: lambda code, now: code)),
    ),
    mutant("GW-53/race", patch(MemoryTransaction, "find", slowly(PAIRING_CODES))),
)
