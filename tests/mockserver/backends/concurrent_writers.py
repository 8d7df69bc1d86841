"""Clients that keep writing while something dies, and what must be true of what they wrote."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.harness import JSON
from tests.mockserver.backends.replica_pair import until
from tests.mockserver.http.checks import RULE

OWNER = {"Authorization": "Bearer sk_live_abc123"}
_WIDE = {"rate_limit_per_minute": 10_000_000, "rate_limit_burst": 10_000_000}
_ACME = "7c9e6679-7425-40de-944b-e07fc1f90ae7"


class Writers:
    """What was answered: rules that were created, orgs that were made, and how often each status came."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._ending = threading.Event()
        self.rules: list[str] = []
        self.orgs: list[JSON] = []
        self.statuses: Counter[int | str] = Counter()

    def ask(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Make one call on a connection of its own."""
        with httpx.Client(base_url=self._base_url, headers=OWNER, timeout=30, trust_env=False) as client:
            return client.request(method, path, **arguments)

    def write(self, number: int) -> None:
        """Create rules, or orgs, one after another."""
        while not self._ending.is_set():
            try:
                if number % 2:
                    self._take(self.ask("POST", "/api/v1/alert-rules", json=RULE), self.rules)
                else:
                    self._take(self.ask("POST", "/_mock/orgs", json={"fixture": "small"}), self.orgs)
            except httpx.TransportError:
                self.statuses["no answer"] += 1

    def _take(self, answer: httpx.Response, made: list[Any]) -> None:
        self.statuses[answer.status_code] += 1
        if answer.status_code == 201:
            made.append(answer.json()["id"] if made is self.rules else answer.json())
        else:
            assert answer.json()["error"] == "service_unavailable", answer.text

    def go_on(self, more: int = 10) -> None:
        """Wait until so many more writes have been answered."""
        enough = self.statuses[201] + more
        until(lambda: self.statuses[201] >= enough)

    def check(self) -> None:
        """Check that what was answered is there, and that nothing is there by half."""
        assert self.statuses.keys() <= {201, 503, "no answer"}
        listed = self.ask("GET", "/api/v1/alert-rules").raise_for_status().json()
        ids = [rule["id"] for rule in listed["data"]]
        assert len(ids) == len(set(ids)) == listed["total"]
        assert set(self.rules) <= set(ids)
        found = {org["org_id"]: org for org in self.ask("GET", "/_mock/orgs").raise_for_status().json()["data"]}
        whole = {name: len(self.orgs[0][name]) for name in ("sites", "cameras", "gateways", "actors")}
        for org in self.orgs:
            assert found[org["org_id"]] == org
        for org in found.values():
            assert org["name"] in ("Acme Logistics", "Beta Storage", "Cameras") or _size(org) == whole

    def end(self) -> None:
        """Write no more."""
        self._ending.set()


def _size(org: JSON) -> dict[str, int]:
    return {name: len(org[name]) for name in ("sites", "cameras", "gateways", "actors")}


@contextmanager
def writing(base_url: str, count: int = 4) -> Iterator[Writers]:
    """Let so many clients write until the block ends; then check what is there."""
    writers = Writers(base_url)
    writers.ask("PUT", f"/_mock/orgs/{_ACME}/settings", json=_WIDE).raise_for_status()
    threads = [threading.Thread(target=writers.write, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    try:
        writers.go_on()
        yield writers
        writers.go_on()
    finally:
        writers.end()
        for thread in threads:
            thread.join()
    writers.check()
