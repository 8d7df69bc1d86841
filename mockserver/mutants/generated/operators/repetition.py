"""A creation that is carried out twice for one call."""

from collections.abc import Iterator

from mockserver.mutants.generated.boundary import Generated, Wrapper, calling, generated
from mockserver.mutants.generated.surface import Surface, Surfaces
from mockserver.operations.call import Call, Function, Result


def mutants(surface: Surface, surfaces: Surfaces) -> Iterator[Generated]:
    """Yield the mutants of one operation."""
    if surface.method == "POST" and "id" in surface.answer:
        yield generated("created-twice", surface.id, "", calling(surface.id, _twice))


def _twice() -> Wrapper:
    async def wrapper(function: Function, call: Call) -> Result:
        await function(call)
        return await function(call)

    return wrapper
