"""The NovaVMS under test: its address, and what it lets the suite do."""

from dataclasses import dataclass

from contract_tests.catalogue import NEEDS, SDK
from contract_tests.config import TargetConfig

#: Whoever can do the thing on the left has what stands on the right, through the documented API alone.
_BY_ACTORS = {"operator": ("gateway", "socket")}
#: What a packaged mock gives.
EVERYTHING = NEEDS - {SDK}


@dataclass(frozen=True)
class Target:
    """A target as configured."""

    config: TargetConfig

    @property
    def capabilities(self) -> frozenset[str]:
        """What rules may need and this target gives."""
        if self.config.control:
            return EVERYTHING if self.config.reaches_us else EVERYTHING - {"receiver"}
        found = set(self.config.callers)
        if self.config.writes:
            found.add("writes")
            found.update(*(given for actor, given in _BY_ACTORS.items() if actor in found))
        if self.config.wait_for_expiry:
            found.add("clock")
        return frozenset(found | {"events", "cameras"})
