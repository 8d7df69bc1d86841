"""Mutants about the status of gateways."""

from functools import partial
from typing import Any

from mockserver.domain import errors
from mockserver.domain import gateways as domain
from mockserver.mutants.operators.document import field, retyped, success
from mockserver.mutants.operators.gateways import DISABLED, OFFLINE, ONLINE, REGISTERED, allowing, any_status
from mockserver.mutants.operators.operations import answered_as_before, answering, asking, first, serving
from mockserver.mutants.operators.patches import Original, around, mutant, together
from mockserver.mutants.operators.values import lacking, without_fields
from mockserver.operations.call import Call

_field = partial(field, "UpdateGateway")


_updating = partial(serving, "updateGateway")


async def _only_known_status(original: Original, call: Call) -> Any:
    known = call.body.get("status") in ("disabled", "offline")
    return await original(call if known else without_fields("status")(call))


def _opened(*statuses: str) -> Any:
    """Return changes by which any of the statuses can be set, from any other."""
    return together(field("UpdateGateway", "status", enum=list(statuses)), around(domain.change_status, any_status))


def _refused_as(other: errors.ApiError) -> Any:
    """Return changes by which a status that cannot be set is refused otherwise."""

    async def check(call: Call) -> None:
        if call.body.get("status", "offline") not in ("disabled", "offline"):
            raise other

    return together(retyped("UpdateGateway", "status"), _updating(first(check)))


MUTANTS = (
    mutant("GW-69/never-offline", _field("status", enum=["disabled"])),
    mutant("GW-69/online-too", _opened("online", "offline", "disabled"), "GW-70", "GW-79"),
    mutant("GW-69/registered-too", _opened("registered", "offline", "disabled"), "GW-70", "GW-79"),
    mutant("GW-69/ignored", asking("updateGateway", without_fields("status"))),
    mutant("GW-70/conflict", _refused_as(errors.PairingCodeRedeemed()), "GW-79"),
    mutant("GW-75/allowed", allowing(ONLINE, DISABLED, OFFLINE), "GW-80"),
    mutant("GW-76/allowed", allowing(REGISTERED, DISABLED, OFFLINE), "GW-80"),
    mutant("GW-77/offline-again", allowing(OFFLINE, DISABLED, OFFLINE), "GW-80"),
    mutant("GW-77/disabled-again", allowing(DISABLED, DISABLED, OFFLINE), "GW-80"),
    mutant("GW-79/ignored", together(retyped("UpdateGateway", "status"), _updating(_only_known_status))),
    mutant("GW-82/as-before", answered_as_before("updateGateway", "getGateway")),
    mutant("GW-82/as-listed", answering("updateGateway", lacking("created_at"))),
    mutant("GW-82/201", success("updateGateway", 201), "GW-85"),
)
