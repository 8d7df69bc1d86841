"""A list in which a field of each item has the value of the item after it."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from mockserver.http.pipeline import Exchange
from mockserver.mutants.generated.boundary import Generated, Rewrite, generated, rewriting
from mockserver.mutants.generated.surface import Surface, Surfaces


def mutants(surface: Surface, surfaces: Surfaces) -> Iterator[Generated]:
    """Yield the mutants of one operation."""
    if surface.rows:
        for name in surface.answer:
            patch = rewriting(surface.id, partial(_mixed_up, surface.rows, name))
            yield generated("value-of-next-item", surface.id, name, patch, name)


def _mixed_up(rows: str, name: str) -> Rewrite:
    def rewrite(exchange: Exchange, body: dict[str, Any]) -> dict[str, Any]:
        found = body[rows]
        following = [*found[1:], *found[:1]]
        mixed = [
            {**row, name: other[name]} if name in other else row for row, other in zip(found, following, strict=True)
        ]
        return {**body, rows: mixed}

    return rewrite
