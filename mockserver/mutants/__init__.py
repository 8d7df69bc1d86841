"""Wrong laws: each mutant breaks one documented rule, to prove that its check can fail.

A mutant is a named patch, put in force by ``serve --mutant ID`` or ``PUT /_mock/mutants`` before the server's parts
are put together; their own code knows nothing of it.
"""

from collections.abc import Iterable
from contextlib import ExitStack

from mockserver.mutants import (
    alert_rule_fields,
    alert_rules,
    alerts,
    api_keys,
    attempts,
    authentication,
    authentication_tokens,
    camera_changes,
    cameras,
    credentials,
    decisions,
    decisions_authentication,
    decisions_calls,
    decisions_cameras,
    decisions_gateways,
    decisions_lists,
    decisions_sites,
    deliveries,
    errors,
    errors_limits,
    events,
    gateway_changes,
    gateways,
    pairing,
    role_powers,
    sites,
    sockets,
    timelines,
    user_changes,
    user_sessions,
    users,
    webhook_messages,
    webhooks,
)
from mockserver.mutants.base import Mutant
from mockserver.openapi.document import Document

_FAMILIES = (
    events,
    alerts,
    timelines,
    alert_rules,
    alert_rule_fields,
    gateways,
    gateway_changes,
    pairing,
    sockets,
    decisions_gateways,
    cameras,
    camera_changes,
    decisions_cameras,
    sites,
    decisions_sites,
    errors,
    decisions,
    errors_limits,
    credentials,
    decisions_lists,
    decisions_calls,
    webhooks,
    webhook_messages,
    deliveries,
    attempts,
    users,
    user_changes,
    user_sessions,
    role_powers,
    authentication,
    authentication_tokens,
    api_keys,
    decisions_authentication,
)

ALL: dict[str, Mutant] = {}
for _family in _FAMILIES:
    for _mutant in _family.MUTANTS:
        if _mutant.id in ALL:
            raise ValueError(f"two mutants are called {_mutant.id}")
        ALL[_mutant.id] = _mutant


class UnknownMutant(ValueError):
    """There is no mutant of that name."""


def named(ids: Iterable[str]) -> list[Mutant]:
    """Return the mutants of these names. Raises UnknownMutant."""
    try:
        return [ALL[mutant_id] for mutant_id in ids]
    except KeyError as error:
        raise UnknownMutant(f"{error.args[0]}: no such mutant; `novavms-mock mutants` lists them") from None


def applied(ids: Iterable[str], document: Document) -> ExitStack:
    """Put mutants in force and return what lifts them again when it is closed. Raises UnknownMutant.

    Function patches hold for the whole process; what a mutant changes in the document holds for that document.
    """
    stack = ExitStack()
    for mutant in named(ids):
        stack.enter_context(mutant.apply(document))
    return stack
