"""Mutants about changing gateways."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from mockserver.domain import errors
from mockserver.domain import gateways as domain
from mockserver.domain.gateways import Gateway, GatewayStatus
from mockserver.mutants.operators.document import field, opened, retyped, role, schema, setting
from mockserver.mutants.operators.operations import asking, cached, first, serving
from mockserver.mutants.operators.patches import JSON, Patch, calling, for_each, mutant, together
from mockserver.mutants.operators.refusals import code_of, foreign_object, status_of
from mockserver.mutants.operators.values import lacking, record, without_fields
from mockserver.operations import gateways
from mockserver.operations.call import Call
from mockserver.store.kinds import GATEWAYS

_SECOND = timedelta(seconds=1)

_name_field = partial(field, "UpdateGateway", "name")


def _also_setting(fields: Callable[[Gateway, Mapping[str, Any]], JSON]) -> Patch:
    """Set more fields of a gateway that is changed; ``fields`` gets the gateway before and the body."""

    async def change(call: Call) -> None:
        gateway = await call.get(GATEWAYS, "gateway")
        await call.tx.put(GATEWAYS, record(**fields(gateway, call.body))(gateway))

    return serving("updateGateway", first(change))


async def _update_unchecked(call: Call) -> Any:
    """Change a gateway without checking that the org has the site."""
    gateway = await call.get(GATEWAYS, "gateway")
    if "status" in call.body:
        gateway = domain.change_status(gateway, GatewayStatus(call.body["status"]))
    gateway = record(**lacking("status")(call.body))(gateway)
    await call.tx.put(GATEWAYS, gateway)
    return gateways._view(gateway, gateways._DETAILED)


MUTANTS = (
    *for_each("GW-65/{}s-only", ("admin", "owner"), partial(role, "updateGateway")),
    mutant("GW-65/viewers-too", role("updateGateway", "viewer"), "GW-83"),
    mutant("GW-66/version-lost", _also_setting(lambda gateway, body: {"version": None})),
    mutant("GW-66/site-lost", _also_setting(lambda gateway, body: {"local_ip": gateway.site_id})),
    mutant("GW-66/younger", _also_setting(lambda gateway, body: {"created_at": gateway.created_at + _SECOND})),
    mutant(
        "GW-66/version-can-be-set",
        together(
            opened("UpdateGateway"),
            _also_setting(lambda gateway, body: {"version": body.get("version", gateway.version)}),
        ),
    ),
    *for_each("GW-67/{}", (99, 101), lambda length: _name_field(maxLength=length)),
    mutant("GW-67/empty", _name_field(minLength=0)),
    mutant("GW-67/two-at-least", _name_field(minLength=2)),
    mutant("GW-67/cached", cached("getGateway")),
    mutant("GW-67/ignored", asking("updateGateway", without_fields("name")), "GW-85", "GW-82"),
    mutant("GW-68/ignored", asking("updateGateway", without_fields("site_id"))),
    mutant("GW-68/any-site", serving("updateGateway", calling(_update_unchecked))),
    mutant("GW-78/empty", schema("UpdateGateway", setting(minProperties=0))),
    mutant("GW-78/unknown", opened("UpdateGateway"), "GW-81"),
    *for_each("GW-81/{}-ignored", ("version", "local_ip", "last_heartbeat_at"), partial(retyped, "UpdateGateway")),
    mutant("GW-83/not-found", status_of(errors.Forbidden, 404), "GW-91"),
    mutant("GW-83/denied", code_of(errors.Forbidden, "denied"), "GW-91"),
    *foreign_object("GW-84", "updateGateway", GATEWAYS),
    mutant("GW-85/with-site", schema("UpdateGateway", setting(dependentRequired={"name": ["site_id"]}))),
)
