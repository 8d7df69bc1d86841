"""Clients made of a few functions."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from contract_tests.actors import Recorder
from contract_tests.sdk.clients import Client
from contract_tests.sdk.in_process import PythonClient


@contextmanager
def client(kind: str, **namespaces: dict[str, Any]) -> Iterator[Client]:
    """Return a client whose namespaces have these functions as verbs."""
    raw = SimpleNamespace(**{name: SimpleNamespace(**verbs) for name, verbs in namespaces.items()})
    with asyncio.Runner() as runner:
        yield PythonClient(raw, kind, "owner", Recorder(), runner=runner)
