"""One process's dealings with the target."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from contract_tests.target import Target
from contract_tests.verdicts import Unavailable

JSON = dict[str, Any]


@dataclass
class Session:
    """What all worlds of one run share: the target, the run's prefix, the pace."""

    target: Target
    prefix: str
    http: httpx.Client
    pause: Callable[[], None] = lambda: None
    seed: int = 0
    fuzz: bool = False
    serial: Iterator[int] = field(default_factory=itertools.count)

    def control(self, method: str, path: str, body: JSON | None = None) -> Any:
        """Call the control plane. Raises Unavailable where there is none or it refuses."""
        prefix = self.target.config.control
        if prefix is None:
            raise Unavailable("this takes a control plane")
        response = self.http.request(method, f"{prefix}{path}", json=body)
        if not response.is_success:
            raise Unavailable(f"{method} {prefix}{path}: {response.status_code} {response.text[:200]}")
        return response.json() if response.content else None
