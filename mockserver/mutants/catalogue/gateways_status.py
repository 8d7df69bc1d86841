"""Mutants about the status of gateways."""

from typing import Any

from mockserver.domain import errors
from mockserver.domain import gateways as domain
from mockserver.mutants.operators.document import field, retyped, success
from mockserver.mutants.operators.gateways import DISABLED, OFFLINE, ONLINE, REGISTERED, allowing, any_status
from mockserver.mutants.operators.operations import answered_as_before, answering, asking, first, serving
from mockserver.mutants.operators.patches import Original, Together, around, mutant, together
from mockserver.mutants.operators.values import lacking, without_fields
from mockserver.operations.call import Call

_SETTABLE = ("disabled", "offline")


def _any_change_to(*statuses: str) -> Together:
    """Let a gateway be set to these statuses from any other."""
    return together(field("UpdateGateway", "status", enum=list(statuses)), around(domain.change_status, any_status))


def _unknown_refused_as(error: errors.ApiError) -> Together:
    """Refuse a status that cannot be set with another error."""

    async def check(call: Call) -> None:
        if call.body.get("status", "offline") not in _SETTABLE:
            raise error

    return together(retyped("UpdateGateway", "status"), serving("updateGateway", first(check)))


async def _without_unknown_status(original: Original, call: Call) -> Any:
    """Ignore a status that cannot be set."""
    known = call.body.get("status") in _SETTABLE
    return await original(call if known else without_fields("status")(call))


MUTANTS = (
    mutant("GW-69/never-offline", field("UpdateGateway", "status", enum=["disabled"])),
    mutant("GW-69/online-too", _any_change_to("online", "offline", "disabled"), "GW-70", "GW-79"),
    mutant("GW-69/registered-too", _any_change_to("registered", "offline", "disabled"), "GW-70", "GW-79"),
    mutant("GW-69/ignored", asking("updateGateway", without_fields("status"))),
    mutant("GW-70/conflict", _unknown_refused_as(errors.PairingCodeRedeemed()), "GW-79"),
    mutant("GW-75/allowed", allowing(ONLINE, DISABLED, OFFLINE), "GW-80"),
    mutant("GW-76/allowed", allowing(REGISTERED, DISABLED, OFFLINE), "GW-80"),
    mutant("GW-77/offline-again", allowing(OFFLINE, DISABLED, OFFLINE), "GW-80"),
    mutant("GW-77/disabled-again", allowing(DISABLED, DISABLED, OFFLINE), "GW-80"),
    mutant(
        "GW-79/ignored", together(retyped("UpdateGateway", "status"), serving("updateGateway", _without_unknown_status))
    ),
    mutant("GW-82/as-before", answered_as_before("updateGateway", "getGateway")),
    mutant("GW-82/as-listed", answering("updateGateway", lacking("created_at"))),
    mutant("GW-82/201", success("updateGateway", 201), "GW-85"),
)
