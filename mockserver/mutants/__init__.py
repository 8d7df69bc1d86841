"""Mutants: each breaks documented rules on purpose, to prove that their checks can fail.

A mutant is a named patch. ``serve --mutant ID`` and ``PUT /_mock/mutants`` activate it before the app instance
is built. The code of the server knows nothing of mutants, and a server without any does not load the catalogue.
"""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING, Any

from mockserver.mutants.operators.patches import Mutant
from mockserver.openapi.document import Document

if TYPE_CHECKING:
    from mockserver.mutants.generated.boundary import Generated


class UnknownMutant(ValueError):
    """There is no mutant with this id."""


@cache
def known() -> Mapping[str, Mutant]:
    """Return every mutant by its id."""
    from mockserver.mutants import catalogue

    found: dict[str, Mutant] = {}
    for mutant in catalogue.mutants():
        if mutant.id in found:
            raise ValueError(f"two mutants are called {mutant.id}")
        found[mutant.id] = mutant
    return found


def named(ids: Iterable[str]) -> list[Mutant]:
    """Return the mutants with these ids. Raises UnknownMutant."""
    return [_named(mutant_id) for mutant_id in ids]


def known_generated() -> "Mapping[str, Generated]":
    """Return every generated mutant by its id."""
    from mockserver.mutants.generated import known

    return known()


@cache
def described(generated: bool) -> list[dict[str, Any]]:
    """Return all mutants, or all generated ones: the id of each, and the rules that it breaks with what they say."""
    from mockserver.mutants.generated import sentences

    says = sentences.by_rule()
    return [
        {"id": mutant.id, "rules": [{"id": rule, "says": says.get(rule, "")} for rule in mutant.breaks]}
        for mutant in (known_generated() if generated else known()).values()
    ]


def activated(ids: Iterable[str], document: Document) -> ExitStack:
    """Activate mutants and return what deactivates them when it is closed. Raises UnknownMutant.

    Function patches hold for the whole process; what a mutant changes in the document holds for that document.
    """
    stack = ExitStack()
    for mutant in named(ids):
        stack.enter_context(mutant.apply(document))
    return stack


def _named(mutant_id: str) -> Mutant:
    found = known().get(mutant_id) or known_generated().get(mutant_id)
    if found is None:
        raise UnknownMutant(f"{mutant_id}: no such mutant; `novavms-mock mutants` lists them, --generated the others")
    return found
