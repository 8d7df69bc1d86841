"""A target as users have one: a mock in a process of its own, without control plane, known by a target file."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from mockserver import resources

ROOT = Path(__file__).parents[2]
TOKENS = {
    "owner": "sk_live_abc123",
    "admin": "sk_live_acme_admin",
    "operator": "sk_live_acme_operator",
    "viewer": "sk_live_acme_viewer",
    "outsider": "sk_live_beta_operator",
    "expired": "sk_live_acme_expired",
}
GRANTED = "b5e9f3a1-2c4d-4e6f-8a1b-3c5d7e9f1a2b"
#: The lists that an operator can read, as the outsider is one, and those of a higher role.
_ALL = tuple(
    f"/api/v1/{kind}" for kind in ("gateways", "alert-rules", "alerts", "events", "cameras", "sites", "webhooks")
)
_OF_ADMINS = ("/api/v1/users",)


@dataclass(frozen=True)
class Live:
    """The target, its file, and the variables that hold the tokens."""

    base_url: str
    folder: Path
    http: httpx.Client

    def file(self, *lines: str) -> Path:
        """Write a target file called ``live``."""
        actors = [f'{role} = {{ token = "env:LIVE_{role.upper()}" }}' for role in TOKENS if role != "viewer"]
        actors.append(f'viewer = {{ token = "env:LIVE_VIEWER", site_ids = ["{GRANTED}"] }}')
        head = ["[targets.live]", f'base_url = "{self.base_url}"', *lines, "[targets.live.actors]"]
        path = self.folder / "targets.toml"
        path.write_text("\n".join([*head, *actors]))
        return path

    @property
    def environment(self) -> Mapping[str, str]:
        """What a run needs in its environment."""
        tokens = {f"LIVE_{role.upper()}": token for role, token in TOKENS.items()}
        return {**os.environ, **tokens, "XDG_STATE_HOME": str(self.folder / "state")}

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start novavms-contract."""
        command = [sys.executable, "-m", "contract_tests", *arguments]
        pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, env=self.environment, cwd=ROOT, **pipes)

    def everything(self) -> dict[str, Any]:
        """Return the lists of both orgs in which a run could leave something behind or change it."""
        lists = [("owner", path) for path in (*_ALL, *_OF_ADMINS)] + [("outsider", path) for path in _ALL]
        return {f"{path} of the {role}": list(self._walk(path, role)) for role, path in lists}

    def get(self, path: str, role: str = "owner") -> Any:
        """Return the body of a GET."""
        headers = {"Authorization": f"Bearer {TOKENS[role]}"}
        return self.http.get(path, headers=headers).raise_for_status().json()

    def writes(self) -> list[str]:
        """Return the calls in the access log that are not reads."""
        lines = [line.split() for line in (self.folder / "access.log").read_text().splitlines()]
        return [
            " ".join(words[1:4]) for words in lines if len(words) > 3 and words[2] in ("POST", "PATCH", "DELETE", "PUT")
        ]

    def _walk(self, path: str, role: str) -> Iterator[Any]:
        cursor = ""
        while cursor is not None:
            page = self.get(f"{path}?limit=100{cursor and f'&cursor={cursor}'}", role)
            yield from page["data"]
            cursor = page.get("next_cursor")


def without_progress(err: str) -> str:
    """Return what a run wrote to stderr without the lines that tell every 30 s how far it is."""
    return "".join(line for line in err.splitlines(keepends=True) if not re.search(r": \d+ of \d+ checks, ", line))


@contextmanager
def served(folder: Path, *mutants: str, **content: list[Any]) -> Iterator[Live]:
    """Serve the acme fixture without rate limits, some kinds of records replaced, with mutants."""
    world = json.loads(resources.path("fixtures", "orgs", "acme.json").read_text(encoding="utf-8"))
    for org in world["orgs"]:
        org["settings"] = {"rate_limit_per_minute": 10_000_000, "rate_limit_burst": 10_000_000}
    (folder / "world.json").write_text(json.dumps(world | content))
    ready = folder / "ready.json"
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--no-control", "--seed", "1"]
    command += ["--fixture", str(folder / "world.json"), "--ready-file", str(ready)]
    command += [f"--mutant={mutant}" for mutant in mutants]
    with (folder / "access.log").open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log, cwd=ROOT)
    try:
        until = time.monotonic() + 20
        while not ready.exists():
            assert process.poll() is None, (folder / "access.log").read_text()
            assert time.monotonic() < until
            time.sleep(0.05)
        base_url = json.loads(ready.read_text())["base_url"]
        with httpx.Client(base_url=base_url, trust_env=False) as http:
            yield Live(base_url, folder, http)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
