"""A change of several fields of which one is not carried out."""

from collections.abc import Awaitable, Iterator
from functools import partial

from msgspec.structs import replace

from mockserver.mutants.generated.boundary import Generated, Wrapper, calling, generated
from mockserver.mutants.generated.surface import Surface, Surfaces
from mockserver.operations.call import Call, Function, Result


def mutants(surface: Surface, surfaces: Surfaces) -> Iterator[Generated]:
    """Yield the mutants of one operation."""
    if surface.method == "PATCH" and len(surface.body) > 1:
        for what, index in (("first", 0), ("last", -1)):
            patch = calling(surface.id, partial(_without, index))
            yield generated("lost-of-several", surface.id, what, patch, *surface.body)


def _without(index: int) -> Wrapper:
    def wrapper(function: Function, call: Call) -> Awaitable[Result]:
        if len(call.body) < 2:
            return function(call)
        lost = sorted(call.body)[index]
        return function(replace(call, body={name: call.body[name] for name in call.body if name != lost}))

    return wrapper
