"""What one worker process uses to call the target."""

import itertools
import json
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from contract_tests.actors import Unanswered
from contract_tests.http.bodies import MAX_BODY_BYTES, MAX_BODY_SECONDS, read_body
from contract_tests.output.texts import shorten
from contract_tests.replay.steps import CONTROL, Step, Steps
from contract_tests.target import Target
from contract_tests.verdicts import Unavailable

JSON = dict[str, Any]
_PROBE_TIMEOUT_SECONDS = 5.0


@dataclass
class Session:
    """What all checks of one worker process share.

    ``prefix`` begins the name of everything that they create; ``throttle`` waits until one more call is allowed;
    ``fuzz`` is whether checks generate random input too, all of it from ``seed``; ``samples`` is whether
    they try a few of their cases only; ``ignored_frames`` holds the types of the frames of a gateway that the target
    has not answered.
    """

    target: Target
    prefix: str
    http: httpx.Client
    throttle: Callable[[], None] = lambda: None
    seed: int = 0
    fuzz: bool = False
    samples: bool = False
    serial: Iterator[int] = field(default_factory=itertools.count)
    ignored_frames: set[str] = field(default_factory=set)

    def answers(self) -> bool:
        """Whether anybody answers at the address of the target, whatever the answer."""
        try:
            with self.http.stream("GET", "/", timeout=_PROBE_TIMEOUT_SECONDS):
                return True
        except httpx.HTTPError:
            return False

    def next_seed(self) -> int:
        """Return a seed by which the control plane makes events, so that a script can let it make the same."""
        return zlib.crc32(f"{self.seed} {next(self.serial)}".encode())

    def control(self, method: str, path: str, body: JSON | None = None, steps: Steps | None = None) -> Any:
        """Call the control plane, as one of the ``steps`` of a check. Raises Unavailable, Unanswered."""
        prefix = self.target.config.control
        if prefix is None:
            raise Unavailable("needs a control plane")
        until = time.monotonic() + MAX_BODY_SECONDS
        try:
            with self.http.stream(method, f"{prefix}{path}", json=body) as response:
                content = read_body(response, MAX_BODY_BYTES, until)
        except httpx.HTTPError as error:
            raise Unanswered(f"{method} {prefix}{path}: {type(error).__name__}: {error}") from None
        text = content.decode(errors="replace")
        if steps is not None:
            steps.add(_step(method, path, body, response.status_code, text))
        if not response.is_success:
            raise Unavailable(f"{method} {prefix}{path}: {response.status_code} {shorten(text)}")
        return json.loads(content) if content else None


def _step(method: str, path: str, body: JSON | None, status: int, answer: str) -> Step:
    sent = None if body is None else json.dumps(body)
    return Step(CONTROL, method, path, status, answer, sent, {"content-type": "application/json"} if sent else {})
