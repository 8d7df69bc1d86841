"""The counts of a simulation, and the errors that end it."""

from dataclasses import dataclass


class SimulatorError(Exception):
    """The simulation cannot continue; the text is the one line to print."""


class Refused(SimulatorError):
    """The server, or this system, refuses what was asked for."""


class Unreachable(SimulatorError):
    """The server cannot be reached."""


@dataclass
class Stats:
    """The counts of one simulation.

    ``connected`` sockets have had a frame acknowledged; ``lost`` ones were closed by the server or the network.
    ``refused`` counts the frames answered with an error, ``left`` the gateways that could not be removed in the end.
    ``waiting_for`` is what the pairing waits for, in words.
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
    waiting_for: str = ""
