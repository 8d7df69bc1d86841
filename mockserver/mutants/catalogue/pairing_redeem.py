"""Mutants about redeeming pairing codes."""

from functools import partial
from typing import Any

from mockserver.domain import errors, pairing
from mockserver.domain.gateways import Gateway
from mockserver.mutants.operators.document import field, required, role, success
from mockserver.mutants.operators.gateways import paired_gateway
from mockserver.mutants.operators.operations import answering, first, receiving, serving
from mockserver.mutants.operators.patches import Change, Mutants, Original, Patch, around, mutant
from mockserver.mutants.operators.refusals import code_of, refuse_viewers, refusing
from mockserver.mutants.operators.values import changed, copied, cut, each, having, lacking, record, with_fields
from mockserver.openapi.validation import BodySchema
from mockserver.operations.call import Call
from mockserver.runtime.random_source import RandomSource
from mockserver.store.base import Query
from mockserver.store.kinds import PAIRING_CODES

_answer = partial(answering, "pairGateway")


def _ice_server(change: Change) -> Patch:
    """Change every ICE server in the answer."""
    return _answer(changed(ice_servers=each(change)))


async def _refuse_credentials(call: Call) -> None:
    """Refuse a call with a credential."""
    if call.caller.key_id is not None:
        raise errors.Forbidden("Codes are for gateways.")


async def _redeem_code_of_caller(original: Original, call: Call) -> Any:
    """Redeem a code of the caller's org, whatever code is sent."""
    for code in await call.tx.select(Query(PAIRING_CODES, call.org_id)):
        call = with_fields(pairing_code=code.code)(call)
    return await original(call)


MUTANTS = Mutants()


@MUTANTS.defect("GW-40/not-found", of=BodySchema.check)
def fill_in_unknown_code(original: Original, self: BodySchema, body: Any) -> Any:
    """Treat a code that is missing or empty as one that was never issued."""
    expects_code = "pairing_code" in str(list(self._validator.iter_errors({})))
    has_code = isinstance(body, dict) and body.get("pairing_code")
    return original(self, {"pairing_code": "------"} if expects_code and not has_code else body)


@MUTANTS.defect("GW-42/name-taken", of=pairing.pair)
def take_name_of_request(original: Original, gateway: Gateway, api_key: str, name: str | None, *others: Any) -> Any:
    """Give a gateway the name that is sent, even if it has one."""
    return record(name=name or gateway.name)(original(gateway, api_key, name, *others))


MUTANTS += (
    mutant("GW-36/operators-only", role("pairGateway", "operator")),
    mutant("GW-37/no-credential-allowed", serving("pairGateway", first(_refuse_credentials))),
    mutant("GW-37/no-viewer", serving("pairGateway", first(refuse_viewers))),
    mutant("GW-37/without-a-code", serving("pairGateway", _redeem_code_of_caller)),
    mutant("GW-39/rest-ignored", receiving(changed(pairing_code=cut(6)))),
    mutant("GW-39/five", field("PairGateway", "pairing_code", maxLength=5, minLength=1)),
    mutant("GW-40/not-required", required("PairGateway")),
    mutant("GW-41/name-required", required("PairGateway", "pairing_code", "name")),
    mutant("GW-41/version-required", required("PairGateway", "pairing_code", "version")),
    mutant("GW-41/local-ip-required", required("PairGateway", "pairing_code", "local_ip")),
    mutant("GW-42/name-lost", paired_gateway(name="Gateway")),
    mutant("GW-44/201", success("pairGateway", 201)),
    mutant("GW-45/no-org", _answer(lacking("org_id"))),
    mutant("GW-45/no-servers", _answer(lacking("ice_servers"))),
    mutant("GW-45/no-gateway", _answer(lacking("gateway_id"))),
    mutant("GW-45/no-key", _answer(lacking("api_key"))),
    mutant("GW-45/another-org", _answer(copied(org_id="gateway_id"))),
    mutant("GW-46/another-prefix", around(RandomSource.token, lambda original, self, prefix: original(self, "sk_"))),
    mutant("GW-47/one-url", _ice_server(changed(urls=lambda urls: urls[0]))),
    mutant("GW-47/no-urls", _ice_server(having(urls=[]))),
    mutant("GW-47/no-username", _ice_server(lacking("username"))),
    mutant("GW-47/no-credential", _ice_server(having(credential=None))),
    mutant("GW-49/no-version", paired_gateway(version=None)),
    mutant("GW-49/no-local-ip", paired_gateway(local_ip=None)),
    mutant("GW-50/gone", refusing("pairGateway", errors.NotFound, errors.PairingCodeExpired())),
    mutant("GW-50/forbidden", refusing("pairGateway", errors.NotFound, errors.Forbidden("No such code."))),
    mutant("GW-51/gone", refusing("pairGateway", errors.PairingCodeRedeemed, errors.PairingCodeExpired())),
    mutant("GW-51/not-found", refusing("pairGateway", errors.PairingCodeRedeemed, errors.NotFound("code"))),
    mutant("GW-51/another-word", code_of(errors.PairingCodeRedeemed, "already_paired")),
)
