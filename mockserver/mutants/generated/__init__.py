"""Generated mutants: each operator of the modules here, on every operation, field, filter and role that it applies to.

They are faults of the kind that servers have, and nobody chooses which: operators are applied to the whole document.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from mockserver import resources
from mockserver.mutants.generated.boundary import Generated
from mockserver.mutants.generated.surface import Surfaces
from mockserver.openapi.document import Document


@cache
def known() -> Mapping[str, Generated]:
    """Return every generated mutant by its id."""
    found: dict[str, Generated] = {}
    for mutant in _mutants():
        if mutant.id in found:
            raise ValueError(f"two generated mutants are called {mutant.id}")
        found[mutant.id] = mutant
    return found


def _mutants() -> Iterator[Generated]:
    from mockserver.mutants.generated import operators

    surfaces = Surfaces(Document.load(resources.path("spec", "openapi.yaml")))
    for module in iter_modules(operators.__path__, f"{operators.__name__}."):
        for surface in surfaces.values():
            yield from import_module(module.name).mutants(surface, surfaces)
