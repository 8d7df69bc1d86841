"""Real ids for generated calls, which do not know what exists."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from contract_tests.world import World

_LISTS = ("site_ids", "camera_ids")


class KnownIds:
    """A site, a camera and a rule of a world, to stand in for those that a generated call invents."""

    def __init__(self, world: World) -> None:
        site = world.sites[0]
        self._known = {"site_id": site, "camera_id": world.cameras(site)[0], "rule_id": world.rule()["id"]}

    def put_into(self, values: Any, but: Collection[str] = ()) -> None:
        """Replace the ids among parameters, or the fields of a body, but some; what is no id stays as it is."""
        if not isinstance(values, dict):
            return
        for name, found in self._known.items():
            if name not in but and is_id(values.get(name)):
                values[name] = found
        for name in _LISTS:
            if isinstance(values.get(name), list):
                values[name] = [self._known[name[:-1]] if is_id(item) else item for item in values[name]]


def is_id(value: Any) -> bool:
    """Whether the value is the text of a UUID."""
    try:
        return isinstance(value, str) and str(UUID(value)) == value.lower()
    except ValueError:
        return False
