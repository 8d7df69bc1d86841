"""Starts the packaged mock as a process of its own; the suite calls it through HTTP like any other target."""

import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from contract_tests.actors import TargetError
from contract_tests.config import BEARER, CONTROL_PREFIX, ActorConfig, Connection, TargetConfig
from contract_tests.http import connections
from contract_tests.processes import child_process
from contract_tests.world import NO_RATE_LIMIT

_START_TIMEOUT_SECONDS = 20.0


@contextmanager
def packaged_mock(seed: int, webhook_ca: bytes | None = None, fixture: str = "empty") -> Iterator[TargetConfig]:
    """Run the mock on a free port until the block ends. Raises TargetError when it does not start.

    ``webhook_ca`` is a CA certificate as PEM: the mock trusts webhook receivers whose certificate it signed.
    """
    with tempfile.TemporaryDirectory(prefix="novavms-") as folder:
        ready, log = Path(folder, "ready.json"), Path(folder, "log")
        arguments = ["mockserver", "serve", "--port", "0", "--seed", str(seed)]
        arguments += ["--fixture", fixture, "--ready-file", str(ready)]
        if webhook_ca:
            Path(folder, "ca.pem").write_bytes(webhook_ca)
            arguments += ["--webhook-ca", str(Path(folder, "ca.pem"))]
        with log.open("w") as errors:
            variables = child_process.environment()
            process = child_process.start(arguments, Path(folder), variables, subprocess.DEVNULL, errors)
        with process:
            try:
                base_url, trusts = _base_url(process, ready, log), webhook_ca is not None
                yield TargetConfig("mock", base_url, control=CONTROL_PREFIX, ours=True, reaches_receiver=trusts)
            finally:
                process.kill()  # it stores nothing that a graceful shutdown would save


@contextmanager
def substitute_mock(target: TargetConfig, seed: int) -> Iterator[TargetConfig]:
    """Run a mock in the place of a target without a control plane, until the block ends. Raises TargetError.

    It is called as the target would be: without its control plane, by the actors of the target file. Their orgs are
    those of the documentation's examples (fixture ``acme``).
    """
    with packaged_mock(seed, fixture="acme") as mock, connections.client(f"{mock.base_url}{CONTROL_PREFIX}") as control:
        orgs = control.get("/orgs").raise_for_status().json()["data"]
        for org in orgs:
            control.put(f"/orgs/{org['org_id']}/settings", json=NO_RATE_LIMIT).raise_for_status()
        known = _actors(*orgs)
        actors = {
            role: replace(known[role], site_ids=known[role].site_ids if actor.site_ids else ())
            for role, actor in target.actors.items()
        }
        directly = replace(target, base_url=mock.base_url, connection=Connection())
        yield replace(directly, requests_per_minute=None, actors=actors)


def advance_clock(substitute: TargetConfig, seconds: float) -> None:
    """Let the time pass on the mock that has taken the place of a target, without waiting."""
    with connections.client(f"{substitute.base_url}{CONTROL_PREFIX}") as control:
        control.post("/clock", json={"advance": seconds}).raise_for_status()


@contextmanager
def staging_mock(seed: int) -> Iterator[TargetConfig]:
    """Run a mock with the fixture ``acme`` as a target of a user: named by a target file that has no control plane.

    Raises TargetError.
    """
    with packaged_mock(seed, fixture="acme") as mock, connections.client(f"{mock.base_url}{CONTROL_PREFIX}") as control:
        org, other = control.get("/orgs").raise_for_status().json()["data"]
        yield TargetConfig("staging", mock.base_url, socket_auth=BEARER, actors=_actors(org, other))


def _actors(org: dict[str, Any], other: dict[str, Any]) -> dict[str, ActorConfig]:
    """Return the actors of a target file: those of one org, and the operator of another."""
    known = {**org["actors"], "outsider": other["actors"]["operator"], "expired": org["temporary_keys"][0]}
    return {role: ActorConfig(actor["token"], tuple(actor.get("site_ids", ()))) for role, actor in known.items()}


def _base_url(process: "subprocess.Popen[bytes]", ready: Path, log: Path) -> str:
    until = time.monotonic() + _START_TIMEOUT_SECONDS
    while time.monotonic() < until and process.poll() is None:
        if ready.exists():
            return str(json.loads(ready.read_text())["base_url"])
        time.sleep(0.01)
    raise TargetError(f"the packaged mock did not start: {log.read_text().strip()[-500:]}")
