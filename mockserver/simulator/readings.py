"""The telemetry of a simulated gateway: plausible values that change slowly."""

from collections.abc import Sequence
from random import Random  # noqa: TID251 - the type of an argument; nothing is drawn here on its own
from typing import Any

_RECORDING, _STOPPED = "recording", "stopped"
#: How likely a camera stops, or resumes, from one report to the next.
_STOP_PROBABILITY, _RESUME_PROBABILITY = 1 / 600, 1 / 30
#: The part of its distance from the mean by which a value returns in one step, on average.
_REVERSION = 0.05


class RandomWalk:
    """A random walk around a mean, never below ``low`` nor above ``high``."""

    def __init__(self, rng: Random, mean: float, low: float, high: float) -> None:
        self._rng = rng
        self._mean = mean
        self._low = low
        self._high = high
        self._step = (high - low) / 100
        self._value = mean

    def next(self) -> float:
        """Return the value after one more step."""
        value = self._value + self._rng.gauss((self._mean - self._value) * _REVERSION, self._step)
        self._value = min(self._high, max(self._low, value))
        return self._value


class Readings:
    """The state of one gateway and its cameras; its downstream traffic grows with the number of recording cameras."""

    def __init__(self, rng: Random, cameras: Sequence[str]) -> None:
        self._rng = rng
        self._cameras = dict.fromkeys(cameras, _RECORDING)
        self._cpu = RandomWalk(rng, rng.uniform(10, 40), 1, 95)
        self._memory = RandomWalk(rng, rng.uniform(600, 3000), 400, 3600)
        self._upstream = RandomWalk(rng, rng.uniform(1, 6), 0.2, 12)
        self._stream = RandomWalk(rng, rng.uniform(3, 8), 1, 12)

    def next(self) -> dict[str, Any]:
        """Return the next telemetry frame."""
        for camera, state in self._cameras.items():
            if self._rng.random() < (_STOP_PROBABILITY if state == _RECORDING else _RESUME_PROBABILITY):
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
