"""Ids of existing objects for generated calls, whose own ids are of nothing."""

from collections.abc import Collection
from typing import Any

from contract_tests.steps.answers import is_uuid
from contract_tests.world import World


class KnownIds:
    """The id of one object of every kind that fields and filters refer to."""

    def __init__(self, world: World) -> None:
        self._known = {
            "site": world.sites[0],
            "camera": world.cameras(world.sites[0])[0],
            "gateway": world.pair()["gateway_id"],
            "rule": world.rule()["id"],
            "user": world.user_ids["viewer"],
        }

    def replace_in(self, values: Any, keep: Collection[str] = ()) -> None:
        """Replace the ids under names such as ``site_id`` and ``site_ids``, except those to keep.

        A value that is no id is left as it is, as it was generated to be refused.
        """
        if not isinstance(values, dict):
            return
        for name, value in values.items():
            known = self._known.get(name.rpartition("_id")[0])
            if known is None or name in keep:
                continue
            if is_uuid(value):
                values[name] = known
            elif isinstance(value, list):
                values[name] = [known if is_uuid(item) else item for item in value]
