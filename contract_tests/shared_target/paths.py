"""The paths of objects: which one a call is about, which one it creates."""

import re
from typing import Any
from urllib.parse import quote

from contract_tests import document
from contract_tests.actors import Answer
from contract_tests.document import Operation
from contract_tests.verdicts import Violation
from contract_tests.world import CAMERAS

_TRIGGER = re.compile(rf"({CAMERAS}/[^/]+)/trigger")


def path_of(row: dict[str, Any], collection: str) -> str:
    """Return the path of an object in a list."""
    return f"{collection}/{quote(str(row.get('id')), safe='')}"


def item(path: str) -> str | None:
    """Return the path of the object that a call is about, None if it is about none."""
    parts = path.partition("?")[0].split("/")[:5]
    literal = "/".join(parts) in document.load().paths
    return "/".join(parts) if len(parts) == 5 and parts[4] and not literal else None


def triggered_camera(method: str, path: str) -> str | None:
    """Return the path of the camera that a call triggers, None for any other call."""
    found = _TRIGGER.fullmatch(path) if method.upper() == "POST" else None
    return found[1] if found else None


def created(operation: Operation, path: str, answer: Answer) -> str | None:
    """Return the path of what a call created. Raises Violation for the documented status without an id.

    What triggering a camera is answered with need not be the event, as no endpoint page says so.
    """
    camera = triggered_camera(operation.method, path)
    try:
        found = operation.created_path(answer)
        return found if camera is None or _is_of(camera, answer) else None
    except Violation:
        if operation.documents(answer.status) and camera is None:
            raise
        return None


def _is_of(camera: str, answer: Answer) -> bool:
    """Whether an answer shows an object of a camera. Raises Violation for one that is no JSON."""
    return isinstance(answer.json, dict) and answer.json.get("camera_id") == camera.rpartition("/")[2]
