"""Clients that keep writing while processes fail, and a check that no acknowledged write is lost."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from mockserver import CONTROL_PREFIX
from tests.harness import JSON
from tests.mockserver.backends.replica_pair import wait_until
from tests.mockserver.http.steps import RULE

OWNER = {"Authorization": "Bearer sk_live_abc123"}
_NO_RATE_LIMIT = {"rate_limit_per_minute": 10_000_000, "rate_limit_burst": 10_000_000}
_ACME = "7c9e6679-7425-40de-944b-e07fc1f90ae7"


class Writers:
    """The acknowledged writes (ids of alert rules, described orgs), and the number of responses by status."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._stop = threading.Event()
        self.rules: list[str] = []
        self.orgs: list[JSON] = []
        self.statuses: Counter[int | str] = Counter()

    def ask(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Make one call on a new connection."""
        with httpx.Client(base_url=self._base_url, headers=OWNER, timeout=30, trust_env=False) as client:
            return client.request(method, path, **arguments)

    def write(self, number: int) -> None:
        """Create alert rules (odd number) or orgs (even number) until stopped."""
        while not self._stop.is_set():
            try:
                if number % 2:
                    self._take(self.ask("POST", "/api/v1/alert-rules", json=RULE), self.rules)
                else:
                    self._take(self.ask("POST", f"{CONTROL_PREFIX}/orgs", json={"fixture": "small"}), self.orgs)
            except httpx.TransportError:
                self.statuses["no answer"] += 1

    def _take(self, answer: httpx.Response, made: list[Any]) -> None:
        self.statuses[answer.status_code] += 1
        if answer.status_code == 201:
            made.append(answer.json()["id"] if made is self.rules else answer.json())
        else:
            assert answer.json()["error"] == "service_unavailable", answer.text

    def wait_for_writes(self, more: int = 10) -> None:
        """Wait until ``more`` further writes were acknowledged."""
        enough = self.statuses[201] + more
        wait_until(lambda: self.statuses[201] >= enough)

    def check(self) -> None:
        """Check that all acknowledged writes are stored, and that no org is stored in part."""
        assert self.statuses.keys() <= {201, 503, "no answer"}
        listed = self.ask("GET", "/api/v1/alert-rules").raise_for_status().json()
        ids = [rule["id"] for rule in listed["data"]]
        assert len(ids) == len(set(ids)) == listed["total"]
        assert set(self.rules) <= set(ids)
        found = {
            org["org_id"]: org for org in self.ask("GET", f"{CONTROL_PREFIX}/orgs").raise_for_status().json()["data"]
        }
        complete = {name: len(self.orgs[0][name]) for name in ("sites", "cameras", "gateways", "actors")}
        for org in self.orgs:
            assert found[org["org_id"]] == org
        for org in found.values():
            assert org["name"] in ("Acme Logistics", "Beta Storage", "Cameras") or _size(org) == complete

    def stop(self) -> None:
        """Make the writers end."""
        self._stop.set()


def _size(org: JSON) -> dict[str, int]:
    return {name: len(org[name]) for name in ("sites", "cameras", "gateways", "actors")}


@contextmanager
def writing(base_url: str, count: int = 4) -> Iterator[Writers]:
    """Run ``count`` writers, and check what is stored after they have ended."""
    writers = Writers(base_url)
    writers.ask("PUT", f"{CONTROL_PREFIX}/orgs/{_ACME}/settings", json=_NO_RATE_LIMIT).raise_for_status()
    threads = [threading.Thread(target=writers.write, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    try:
        writers.wait_for_writes()
        yield writers
        writers.wait_for_writes()
    finally:
        writers.stop()
        for thread in threads:
            thread.join()
    writers.check()
