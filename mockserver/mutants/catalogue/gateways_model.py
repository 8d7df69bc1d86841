"""Mutants about gateways over time."""

from typing import Any

from mockserver.domain import errors
from mockserver.domain import gateways as domain
from mockserver.domain.gateways import GatewayStatus
from mockserver.mutants.operators.gateways import DISABLED, OFFLINE, ONLINE, REGISTERED, allowing, any_status
from mockserver.mutants.operators.operations import slowly
from mockserver.mutants.operators.patches import AnyFunction, Original, around, mutant, once_in, returning, stateful
from mockserver.mutants.operators.refusals import code_of, status_of
from mockserver.mutants.operators.values import record
from mockserver.store.kinds import GATEWAYS
from mockserver.store.memory import MemoryTransaction


@stateful
def _sometimes_stuck() -> AnyFunction:
    """Wrap the step between two states: one gateway in eight that is brought back stays disabled."""
    due = once_in(8)
    return lambda original, gateway, status: gateway if status is OFFLINE and due() else original(gateway, status)


def _back_to_registered(original: Original, gateway: Any, status: GatewayStatus) -> Any:
    moved = original(gateway, status)
    return record(status=REGISTERED)(moved) if status is OFFLINE else moved


MUTANTS = (
    mutant("GW-71/not-allowed", allowing(ONLINE)),
    mutant("GW-71/offline-again", returning(domain.disconnect, record(status=OFFLINE))),
    mutant("GW-72/not-allowed", allowing(OFFLINE)),
    mutant("GW-73/not-allowed", allowing(REGISTERED)),
    mutant("GW-74/not-allowed", allowing(DISABLED)),
    mutant("GW-74/back-to-registered", around(domain.change_status, _back_to_registered)),
    mutant("GW-74/sometimes-stuck", around(domain.change_status, _sometimes_stuck)),
    mutant("GW-80/everything-allowed", around(domain.change_status, any_status), "GW-75", "GW-76", "GW-77"),
    mutant("GW-80/conflict", status_of(errors.IllegalTransition, 409), "GW-75", "GW-76", "GW-77"),
    mutant("GW-80/another-word", code_of(errors.IllegalTransition, "conflict")),
    mutant("GW-80/race", around(MemoryTransaction.get, slowly(GATEWAYS)), "GW-82"),
)
