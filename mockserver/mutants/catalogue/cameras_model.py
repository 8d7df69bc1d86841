"""Mutants about cameras over time."""

from functools import partial
from typing import Any

from mockserver.domain import cameras as domain
from mockserver.domain.cameras import Camera
from mockserver.domain.errors import NotFound
from mockserver.mutants.operators.document import success
from mockserver.mutants.operators.operations import serving
from mockserver.mutants.operators.patches import Mutants, Original, for_each, mutant, returning
from mockserver.mutants.operators.refusals import tolerating
from mockserver.mutants.operators.values import lacking, record
from mockserver.operations import cameras
from mockserver.operations.call import Call
from mockserver.store.kinds import CAMERAS

MUTANTS = Mutants()


@MUTANTS.defect("AS-102/served", "AS-119", of=cameras._existing)
async def find_deleted_cameras(original: Original, call: Call) -> Any:
    """Serve a deleted camera like any other."""
    return await call.get(CAMERAS, "camera")


@MUTANTS.defect("AS-102/comes-up-again", of=domain.remove)
def keep_pending_cameras(original: Original, camera: Camera, now: Any) -> Any:
    """Keep a deleted camera whose stream is starting."""
    return record(deleted_at=None if camera.settles_at else now)(original(camera, now))


MUTANTS += (
    mutant("AS-102/listed", returning(cameras._where, lacking("deleted"))),
    *for_each("AS-119/{}", (200, 202), partial(success, "deleteCamera")),
    mutant("AS-119/again", serving("deleteCamera", tolerating(NotFound))),
)
