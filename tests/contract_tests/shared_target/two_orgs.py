"""A target with two orgs, as far as cleaning up goes: lists of objects, POST and DELETE, and ways to fail."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from contract_tests.actors import Actor, Recorder
from contract_tests.config import ActorConfig, TargetConfig
from contract_tests.http import connections
from contract_tests.shared_target import ledger as ledger_module
from contract_tests.shared_target import repetition, throttle
from contract_tests.shared_target.ledger import Ledger
from contract_tests.shared_target.write_guard import WriteGuard

RULES = "/api/v1/alert-rules"
WEBHOOKS = "/api/v1/webhooks"
ORGS = {"sk_owner": "home", "sk_operator": "home", "sk_outsider": "outsider"}
CONFIG = TargetConfig(
    "it",
    "http://target",
    actors={
        "owner": ActorConfig("sk_owner"),
        "operator": ActorConfig("sk_operator"),
        "outsider": ActorConfig("sk_outsider"),
    },
)
Fails = Callable[[httpx.Request], int | None]


@dataclass
class TwoOrgs:
    """The objects of both orgs by path; ``fails`` may give a status that is answered instead, 0 for no answer.

    ``refusal_headers`` are those of such an answer.
    """

    contents: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {"home": {}, "outsider": {}})
    fails: Fails = lambda request: None
    refusal_headers: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        self.calls.append(f"{token} {request.method} {request.url.path}")
        found = self.contents[ORGS[token]]
        status = self.fails(request)
        if status:
            return httpx.Response(status, headers=self.refusal_headers, json={"error": "failed"})
        answer = self._answer(request, found)
        if status == 0:
            raise httpx.ReadError("the connection was lost", request=request)
        return answer

    def _answer(self, request: httpx.Request, found: dict[str, dict[str, Any]]) -> httpx.Response:
        path = request.url.path
        if request.method == "POST":
            made = {**json.loads(request.content), "id": f"{next(self.numbers)}"}
            found[f"{path}/{made['id']}"] = made
            return httpx.Response(201, json=made)
        if request.method == "DELETE":
            return httpx.Response(204 if found.pop(path, None) else 404, json=None)
        if path in found:
            return httpx.Response(200, json=found[path])
        rows = [row for one, row in found.items() if one.rpartition("/")[0] == path]
        return httpx.Response(200, json={"data": rows}) if path.count("/") == 3 else httpx.Response(404, json={})


@dataclass(frozen=True)
class Run:
    """A run on such a target: its guard and its ledger."""

    target: TwoOrgs
    guard: WriteGuard
    ledger: Ledger

    def actor(self, role: str, token: str | None = None, org: str = "home") -> Actor:
        """Return an actor of a world of an org, with a token of the target file or another one."""
        hooks = self.guard.in_org(org)
        token = token or CONFIG.actors[role].token
        return Actor(role, token, self.guard.http, Recorder(), lambda: None, hooks)


@contextmanager
def running(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Begin the run ct1 on a new target, which answers every call until the block ends; nothing waits."""
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    monkeypatch.setattr(repetition, "_BACKOFF_SECONDS", (0.0, 0.0, 0.0))
    monkeypatch.setattr(throttle, "_MIN_WAIT_SECONDS", 0.0)
    monkeypatch.setattr(ledger_module, "_QUIET_SECONDS", 0.0)
    target = TwoOrgs()

    def client(base_url: str, *settings: Any, **options: Any) -> httpx.Client:
        return httpx.Client(base_url=base_url, transport=httpx.MockTransport(target.answer))

    monkeypatch.setattr(connections, "client", client)
    ledger = Ledger.start("ct1", "it", folder / "targets.toml")
    with client(CONFIG.base_url) as http:
        yield Run(target, WriteGuard(CONFIG, http, ledger), ledger)
