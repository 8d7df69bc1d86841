"""Mutants about cameras over time."""

from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.domain import cameras as domain
from mockserver.domain.errors import NotFound
from mockserver.mutants.operators.document import success
from mockserver.mutants.operators.operations import serving
from mockserver.mutants.operators.patches import Original, around, for_each, mutant, replaced
from mockserver.mutants.operators.refusals import tolerating
from mockserver.mutants.operators.values import lacking
from mockserver.operations import cameras
from mockserver.operations.call import Call
from mockserver.store.kinds import CAMERAS


async def _even_deleted(call: Call) -> Any:
    return await call.get(CAMERAS, "camera")


def _deleted_too(original: Original, call: Any) -> Any:
    return lacking("deleted")(original(call))


def _only_for_a_while(original: Original, camera: Any, now: Any) -> Any:
    """Wrap ``remove``: a stream that was coming up brings the camera back."""
    return replace(original(camera, now), deleted_at=None if camera.settles_at else now)


MUTANTS = (
    mutant("AS-102/listed", around(cameras._where, _deleted_too)),
    mutant("AS-102/served", replaced(lambda: cameras._existing, _even_deleted), "AS-119"),
    mutant("AS-102/comes-up-again", around(domain.remove, _only_for_a_while)),
    *for_each("AS-119/{}", (200, 202), partial(success, "deleteCamera")),
    mutant("AS-119/again", serving("deleteCamera", tolerating(NotFound))),
)
