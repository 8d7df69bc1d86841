"""One answer in some, or the answers to some callers, are wrong: their status, one item, or what was done."""

from collections.abc import Iterator

from mockserver.asgi import Answer
from mockserver.domain.access import Role
from mockserver.domain.errors import NotFound
from mockserver.http.pipeline import Exchange
from mockserver.mutants.generated import sentences
from mockserver.mutants.generated.boundary import (
    Defect,
    Generated,
    Perform,
    generated,
    performing,
    rewritten,
    rolled_back,
)
from mockserver.mutants.generated.conditions import Condition, an_hour_later, of_callers, one_in
from mockserver.mutants.generated.surface import Surface, Surfaces
from mockserver.mutants.operators.patches import Patch

_RARE: dict[str, Condition] = {"one-in-20": one_in(20), "one-in-50": one_in(50)}
#: Operations whose answer is all that they do.
_KEEP_NOTHING = ("createLiveViewToken",)
_LATE: dict[str, Condition] = {"an-hour-later": an_hour_later}


def mutants(surface: Surface, surfaces: Surfaces) -> Iterator[Generated]:
    """Yield the mutants of one operation."""
    for kind, conditions in (("sometimes", _RARE), ("later", _LATE), ("for-some", dict(of_callers(surface)))):
        for when, condition in conditions.items():
            for what, (defect, *fields) in _defects(surface).items():
                patch = _under(surface.id, condition, defect)
                concerned = (sentences.ROLE,) if when in {*Role} else fields
                yield generated(kind, surface.id, f"{what},{when}", patch, *concerned)
    yield generated("sometimes", surface.id, "other-status,one-in-20", _under(surface.id, one_in(20), _other_status))


def _defects(surface: Surface) -> dict[str, tuple[Defect, *tuple[str, ...]]]:
    """Return what can go wrong with an operation, and the fields concerned."""
    if surface.rows:
        return {"item-lost": (_item_lost(surface.rows), surface.rows)}
    if not surface.reads:
        return {} if surface.id in _KEEP_NOTHING else {"not-carried-out": (rolled_back,)}
    return {"not-found": (_not_found,)} if "{id}" in surface.path else {}


def _under(operation: str, condition: Condition, defect: Defect) -> Patch:
    """Put the defect in place of an operation where the condition holds."""

    def make() -> Defect:
        due = condition()

        async def conditional(perform: Perform, exchange: Exchange) -> Answer:
            return await (defect(perform, exchange) if due(exchange) else perform(exchange))

        return conditional

    return performing(operation, make)


def _item_lost(rows: str) -> Defect:
    async def defect(perform: Perform, exchange: Exchange) -> Answer:
        return rewritten(exchange, await perform(exchange), lambda _, body: {**body, rows: body[rows][1:]})

    return defect


async def _not_found(perform: Perform, exchange: Exchange) -> Answer:
    await perform(exchange)
    raise NotFound("object")


async def _other_status(perform: Perform, exchange: Exchange) -> Answer:
    answer = await perform(exchange)
    return Answer(202 if answer.status == 200 else 200, answer.headers, answer.body)
