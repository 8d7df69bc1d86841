"""Mutants about redeeming pairing codes."""

from functools import partial
from typing import Any

from mockserver.domain import errors, pairing
from mockserver.mutants.operators.document import field, required, role, success
from mockserver.mutants.operators.gateways import paired_gateway
from mockserver.mutants.operators.operations import answering, first, receiving, serving
from mockserver.mutants.operators.patches import Change, Original, Patch, around, mutant
from mockserver.mutants.operators.refusals import code_of, refusing
from mockserver.mutants.operators.values import changed, copied, cut, each, having, lacking, record, with_fields
from mockserver.openapi.validation import BodySchema
from mockserver.operations.call import Call
from mockserver.runtime.random_source import RandomSource
from mockserver.store.base import Query
from mockserver.store.kinds import PAIRING_CODES


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


def _own_name(original: Original, gateway: Any, api_key: str, name: str | None, *told: Any) -> Any:
    return record(name=name or gateway.name)(original(gateway, api_key, name, *told))


def _server(change: Change) -> Patch:
    return _paired(changed(ice_servers=each(change)))


_paired = partial(answering, "pairGateway")


_pairing = partial(serving, "pairGateway")


_refused = partial(refusing, "pairGateway")


MUTANTS = (
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
    mutant("GW-42/name-lost", paired_gateway(name="Gateway")),
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
    mutant("GW-49/no-version", paired_gateway(version=None)),
    mutant("GW-49/no-local-ip", paired_gateway(local_ip=None)),
    mutant("GW-50/gone", _refused(errors.NotFound, errors.PairingCodeExpired())),
    mutant("GW-50/forbidden", _refused(errors.NotFound, errors.Forbidden("No such code."))),
    mutant("GW-51/gone", _refused(errors.PairingCodeRedeemed, errors.PairingCodeExpired())),
    mutant("GW-51/not-found", _refused(errors.PairingCodeRedeemed, errors.NotFound("code"))),
    mutant("GW-51/another-word", code_of(errors.PairingCodeRedeemed, "already_paired")),
)
