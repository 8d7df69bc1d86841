"""The server under test: its address, and which capabilities it gives to checks."""

from collections.abc import Iterable
from dataclasses import dataclass

from contract_tests.catalogue import NEEDS, SDK
from contract_tests.config import TargetConfig

#: What an actor can provide through the documented API alone.
_PROVIDED_BY = {"operator": ("gateway", "socket")}
#: What gives a target the capabilities that an actor of the target file alone does not.
_GIVEN_BY = {
    "writes": "writes = true",
    "clock": "a control plane, or wait_for_expiry = true",
    "settings": "a control plane",
    "receiver": "our own mock",
    "gateway": "an actor operator, and writes = true",
    "socket": "an actor operator, and writes = true",
}
#: What the packaged mock provides.
MOCK_CAPABILITIES = NEEDS - {SDK}


def remedies(missing: Iterable[str]) -> str:
    """Return capabilities that a target lacks, each with what gives it to a target."""
    return ", ".join(f"{one} ({_GIVEN_BY.get(one, f'an actor {one} in the target file')})" for one in sorted(missing))


@dataclass(frozen=True)
class Target:
    """A target as configured."""

    config: TargetConfig

    @property
    def capabilities(self) -> frozenset[str]:
        """Which of the needs of rules this target provides."""
        if self.config.control:
            return MOCK_CAPABILITIES if self.config.reaches_receiver else MOCK_CAPABILITIES - {"receiver"}
        found = set(self.config.callers)
        if self.config.writes:
            found.add("writes")
            found.update(*(provided for actor, provided in _PROVIDED_BY.items() if actor in found))
        if self.config.wait_for_expiry:
            found.add("clock")
        return frozenset(found | {"events", "cameras"})
