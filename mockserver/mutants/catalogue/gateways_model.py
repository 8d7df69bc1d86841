"""Mutants about gateways over time."""

from itertools import count
from typing import Any

from mockserver.domain import errors
from mockserver.domain import gateways as domain
from mockserver.domain.gateways import Gateway, GatewayStatus
from mockserver.mutants.operators.gateways import DISABLED, OFFLINE, ONLINE, REGISTERED, allowing, any_status
from mockserver.mutants.operators.operations import slowly
from mockserver.mutants.operators.patches import AnyFunction, Mutants, Original, around, mutant, returning, stateful
from mockserver.mutants.operators.refusals import code_of, status_of
from mockserver.mutants.operators.values import record
from mockserver.store.kinds import GATEWAYS
from mockserver.store.memory import MemoryTransaction

MUTANTS = Mutants()


@MUTANTS.defect("GW-74/back-to-registered", of=domain.change_status)
def set_registered_for_offline(original: Original, gateway: Gateway, status: GatewayStatus) -> Any:
    """Set a gateway to registered in place of offline."""
    changed = original(gateway, status)
    return record(status=REGISTERED)(changed) if status is OFFLINE else changed


@MUTANTS.defect("GW-74/sometimes-stuck", of=domain.change_status)
@stateful
def leave_one_in_eight_disabled() -> AnyFunction:
    """Leave one in eight of the gateways disabled that are set to offline."""
    calls = count(1)

    def change_status(original: Original, gateway: Gateway, status: GatewayStatus) -> Any:
        return gateway if status is OFFLINE and next(calls) % 8 == 0 else original(gateway, status)

    return change_status


MUTANTS += (
    mutant("GW-71/not-allowed", allowing(ONLINE)),
    mutant("GW-71/offline-again", returning(domain.disconnect, record(status=OFFLINE))),
    mutant("GW-72/not-allowed", allowing(OFFLINE)),
    mutant("GW-73/not-allowed", allowing(REGISTERED)),
    mutant("GW-74/not-allowed", allowing(DISABLED)),
    mutant("GW-80/everything-allowed", around(domain.change_status, any_status), "GW-75", "GW-76", "GW-77"),
    mutant("GW-80/conflict", status_of(errors.IllegalTransition, 409), "GW-75", "GW-76", "GW-77"),
    mutant("GW-80/another-word", code_of(errors.IllegalTransition, "conflict")),
    mutant("GW-80/race", around(MemoryTransaction.get, slowly(GATEWAYS)), "GW-82"),
)
