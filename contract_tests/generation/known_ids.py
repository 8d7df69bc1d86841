"""Real ids for generated calls, which do not know what exists."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from contract_tests.world import World


class KnownIds:
    """An object of every kind that others refer to, to stand in for those that a generated call invents."""

    def __init__(self, world: World) -> None:
        self._known = {
            "site": world.sites[0],
            "camera": world.cameras(world.sites[0])[0],
            "gateway": world.pair()["gateway_id"],
            "rule": world.rule()["id"],
            "user": world.user_ids["viewer"],
        }

    def put_into(self, values: Any, but: Collection[str] = ()) -> None:
        """Replace the ids under names such as ``site_id`` and ``site_ids``, but some; what is no id stays as it is."""
        if not isinstance(values, dict):
            return
        for name, value in values.items():
            known = self._known.get(name.rpartition("_id")[0])
            if known is None or name in but:
                continue
            if is_id(value):
                values[name] = known
            elif isinstance(value, list):
                values[name] = [known if is_id(item) else item for item in value]


def is_id(value: Any) -> bool:
    """Whether the value is the text of a UUID."""
    try:
        return isinstance(value, str) and str(UUID(value)) == value.lower()
    except ValueError:
        return False
