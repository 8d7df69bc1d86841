"""What a simulated gateway has to report: plausible values that wander slowly."""

from collections.abc import Sequence
from random import Random  # noqa: TID251 - the type of an argument; nothing is drawn here on its own
from typing import Any

_RECORDING, _STOPPED = "recording", "stopped"
#: How likely a camera stops, or goes on, from one report to the next.
_STOPS, _RESUMES = 1 / 600, 1 / 30
#: How strongly a value is drawn back to where it feels at home.
_PULL = 0.05


class Walk:
    """A number that wanders around its home, never below ``low`` nor above ``high``."""

    def __init__(self, rng: Random, home: float, low: float, high: float) -> None:
        self._rng = rng
        self._home = home
        self._low = low
        self._high = high
        self._step = (high - low) / 100
        self._value = home

    def next(self) -> float:
        """Return the value after one more step."""
        wandered = self._value + self._rng.gauss((self._home - self._value) * _PULL, self._step)
        self._value = min(self._high, max(self._low, wandered))
        return self._value


class Readings:
    """The state of one gateway and its cameras; its traffic follows the number that record."""

    def __init__(self, rng: Random, cameras: Sequence[str]) -> None:
        self._rng = rng
        self._cameras = dict.fromkeys(cameras, _RECORDING)
        self._cpu = Walk(rng, rng.uniform(10, 40), 1, 95)
        self._memory = Walk(rng, rng.uniform(600, 3000), 400, 3600)
        self._upstream = Walk(rng, rng.uniform(1, 6), 0.2, 12)
        self._stream = Walk(rng, rng.uniform(3, 8), 1, 12)

    def next(self) -> dict[str, Any]:
        """Return the next telemetry frame."""
        for camera, state in self._cameras.items():
            if self._rng.random() < (_STOPS if state == _RECORDING else _RESUMES):
                self._cameras[camera] = _STOPPED if state == _RECORDING else _RECORDING
        recording = sum(state == _RECORDING for state in self._cameras.values())
        return {
            "type": "telemetry",
            "cpu_percent": round(self._cpu.next(), 1),
            "memory_mb": round(self._memory.next()),
            "camera_recording_status": self._cameras,
            "network_throughput": {
                "upstream_mbps": round(self._upstream.next(), 1),
                "downstream_mbps": round(self._stream.next() * recording, 1),
            },
        }
