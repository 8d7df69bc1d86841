"""Starts the packaged mock as a process of its own; the suite meets it through HTTP like any other target."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from contract_tests.actors import TargetTrouble
from contract_tests.config import ActorConfig, TargetConfig

_PATIENCE = 20.0
_CONTROL = "/_mock"
_NO_LIMIT = {"rate_limit_per_minute": 10_000_000, "rate_limit_burst": 10_000_000}


@contextmanager
def packaged_mock(seed: int, webhook_ca: bytes | None = None) -> Iterator[TargetConfig]:
    """Run the mock on a free port until the block ends. Raises TargetTrouble when it does not start.

    ``webhook_ca`` is the certificate, as PEM, by which it trusts receivers of webhooks.
    """
    with tempfile.TemporaryDirectory(prefix="novavms-") as folder:
        ready, log = Path(folder, "ready.json"), Path(folder, "log")
        command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--seed", str(seed)]
        command += ["--fixture", "empty", "--ready-file", str(ready)]
        if webhook_ca:
            Path(folder, "ca.pem").write_bytes(webhook_ca)
            command += ["--webhook-ca", str(Path(folder, "ca.pem"))]
        with log.open("w") as errors:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        try:
            base_url, reaches_us = _base_url(process, ready, log), webhook_ca is not None
            yield TargetConfig("mock", base_url, control=_CONTROL, ours=True, reaches_us=reaches_us)
        finally:
            process.kill()  # it keeps nothing that a farewell could save
            process.wait()


@contextmanager
def stand_in(target: TargetConfig, seed: int) -> Iterator[TargetConfig]:
    """Run a mock that is met as the target would be: without its control plane, by the actors of the target file.

    They find the world of the documentation's examples. Raises TargetTrouble.
    """
    with packaged_mock(seed) as mock, httpx.Client(base_url=f"{mock.base_url}{_CONTROL}") as control:
        org, other = _org(control), _org(control)
        known = {**org["actors"], "outsider": other["actors"]["operator"], "expired": org["temporary_keys"][0]}
        actors = {
            role: ActorConfig(known[role]["token"], tuple(known[role]["site_ids"] if actor.site_ids else ()))
            for role, actor in target.actors.items()
        }
        yield replace(target, base_url=mock.base_url, requests_per_minute=None, actors=actors)


def _org(control: httpx.Client) -> dict[str, Any]:
    """Make an org in which something has happened and whose limits are out of the way."""
    made: dict[str, Any] = control.post("/orgs", json={"fixture": "acme"}).raise_for_status().json()
    control.put(f"/orgs/{made['org_id']}/settings", json=_NO_LIMIT).raise_for_status()
    return made


def _base_url(process: "subprocess.Popen[bytes]", ready: Path, log: Path) -> str:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        if ready.exists():
            return str(json.loads(ready.read_text())["base_url"])
        time.sleep(0.01)
    raise TargetTrouble(f"the packaged mock did not start: {log.read_text().strip()[-500:]}")
