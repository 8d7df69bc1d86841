"""What a fleet has done so far, and what keeps it from going on."""

from dataclasses import dataclass


class FleetError(Exception):
    """The simulation cannot go on; the text is the one line to print."""


class Refused(FleetError):
    """The server does not let the fleet do what was asked for."""


class Unreachable(FleetError):
    """No NovaVMS answers at the address."""


@dataclass
class Stats:
    """The counts of one simulation.

    ``connected`` sockets are those acknowledged at least once; ``lost`` counts those that ended without being asked
    to, ``refused`` the frames that the server would not take. ``left`` gateways could not be removed in the end.
    """

    gateways: int
    paired: int = 0
    connected: int = 0
    frames: int = 0
    refused: int = 0
    lost: int = 0
    reconnects: int = 0
    removed: int = 0
    left: int = 0
    waits_for: str = ""
