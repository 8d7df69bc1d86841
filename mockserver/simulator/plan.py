"""What is to be simulated."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """A fleet: without ``sites`` it stands where the org has gateways already, without ``seconds`` it runs on."""

    url: str
    token: str
    gateways: int
    sites: Sequence[str] = ()
    seconds: float | None = None
    seed: int | None = None
    control_token: str | None = None
