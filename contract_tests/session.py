"""What one worker process uses to call the target."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from contract_tests.output.texts import shorten
from contract_tests.target import Target
from contract_tests.verdicts import Unavailable

JSON = dict[str, Any]


@dataclass
class Session:
    """What all checks of one worker process share.

    ``prefix`` begins the name of everything that they create; ``throttle`` waits until one more call is allowed;
    ``fuzz`` is whether checks generate random input too, all of it from ``seed``.
    """

    target: Target
    prefix: str
    http: httpx.Client
    throttle: Callable[[], None] = lambda: None
    seed: int = 0
    fuzz: bool = False
    serial: Iterator[int] = field(default_factory=itertools.count)

    def control(self, method: str, path: str, body: JSON | None = None) -> Any:
        """Call the control plane. Raises Unavailable if there is none, or it refuses."""
        prefix = self.target.config.control
        if prefix is None:
            raise Unavailable("needs a control plane")
        response = self.http.request(method, f"{prefix}{path}", json=body)
        if not response.is_success:
            raise Unavailable(f"{method} {prefix}{path}: {response.status_code} {shorten(response.text)}")
        return response.json() if response.content else None
