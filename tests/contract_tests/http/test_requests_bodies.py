"""The bodies that Schemathesis reads, through requests: bounded too."""

import io
import time
from typing import Any

import pytest
import requests
from urllib3 import HTTPResponse

from contract_tests.http import bodies
from contract_tests.http.bodies import read_requests_body


def response(body: Any) -> requests.Response:
    made = requests.Response()
    made.raw = HTTPResponse(body, preload_content=False)
    return made


class Endless(io.RawIOBase):
    """A body without an end; ``taken`` is how much of it was read."""

    taken = 0

    def read(self, size: int = -1) -> bytes:
        self.taken += size
        return b"x" * size


def test_a_body_is_read_whole() -> None:
    made = response(io.BytesIO(b"ab" * 100_000))
    read_requests_body(made, timeout=1)
    assert made.content == b"ab" * 100_000


def test_an_endless_body_is_not_read_to_its_end() -> None:
    body = Endless()
    with pytest.raises(OSError, match="within 67,108,864 bytes"):
        read_requests_body(response(body))
    assert body.taken <= bodies.MAX_BODY_BYTES + 1024 * 1024


def test_a_slow_body_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    instants = iter(range(0, 1000, 40))
    monkeypatch.setattr(time, "monotonic", lambda: next(instants))
    with pytest.raises(OSError, match="did not end in time"):
        read_requests_body(response(Endless()))
