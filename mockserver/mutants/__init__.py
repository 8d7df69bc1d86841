"""Wrong laws: each mutant breaks one documented rule, to prove that its check can fail.

A mutant is a named patch, put in force by ``serve --mutant ID`` or ``PUT /_mock/mutants`` before the server's parts
are put together; their own code knows nothing of it, and a server that is given none does not load them.
"""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from functools import cache
from importlib import import_module

from mockserver.mutants.operators.patches import Mutant
from mockserver.openapi.document import Document

_FAMILIES = (
    "events",
    "alerts",
    "timelines",
    "alert_rules",
    "alert_rule_fields",
    "gateways",
    "gateway_changes",
    "pairing",
    "sockets",
    "decisions_gateways",
    "cameras",
    "camera_changes",
    "decisions_cameras",
    "sites",
    "decisions_sites",
    "errors",
    "decisions",
    "errors_limits",
    "credentials",
    "decisions_lists",
    "decisions_calls",
    "webhooks",
    "webhook_messages",
    "deliveries",
    "attempts",
    "users",
    "user_changes",
    "user_sessions",
    "role_powers",
    "authentication",
    "authentication_tokens",
    "api_keys",
    "decisions_authentication",
)


class UnknownMutant(ValueError):
    """There is no mutant of that name."""


@cache
def known() -> Mapping[str, Mutant]:
    """Return every mutant by its name."""
    found: dict[str, Mutant] = {}
    for family in _FAMILIES:
        for mutant in import_module(f"{__name__}.catalogue.{family}").MUTANTS:
            if mutant.id in found:
                raise ValueError(f"two mutants are called {mutant.id}")
            found[mutant.id] = mutant
    return found


def named(ids: Iterable[str]) -> list[Mutant]:
    """Return the mutants of these names. Raises UnknownMutant."""
    try:
        return [known()[mutant_id] for mutant_id in ids]
    except KeyError as error:
        raise UnknownMutant(f"{error.args[0]}: no such mutant; `novavms-mock mutants` lists them") from None


def activated(ids: Iterable[str], document: Document) -> ExitStack:
    """Put mutants in force and return what lifts them again when it is closed. Raises UnknownMutant.

    Function patches hold for the whole process; what a mutant changes in the document holds for that document.
    """
    stack = ExitStack()
    for mutant in named(ids):
        stack.enter_context(mutant.apply(document))
    return stack
