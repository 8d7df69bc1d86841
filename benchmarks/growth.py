"""Measures how performance depends on the number of events: inserts and memory of the store, and reading pages.

One mock holds orgs of several sizes. A client reads from each in turn the first page and one nine tenths down the list,
without and with filters; the result is the ratio of the largest org to the smallest. Each page is read once right after
a change of an event, when it is not cached, and once again.
"""

import http.client
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks import servers
from benchmarks.answers import NO_RATE_LIMIT
from benchmarks.servers import SERVER_CORE
from mockserver import CONTROL_PREFIX

JSON = dict[str, Any]
_REQUEST_TIMEOUT_SECONDS = 600
_WARM_UP_ROUNDS = 20
_PAGE_ROWS = 20  # the default ``limit`` of a list


@dataclass(frozen=True)
class Row:
    """The median milliseconds to read a page of an org with so many events, read again and right after a write."""

    events: int
    page: str
    again: float
    after_a_write: float


class Org:
    """An org with so many events, and a connection of its owner."""

    def __init__(self, host: str, events: int) -> None:
        self.events = events
        self._connection = http.client.HTTPConnection(host, timeout=_REQUEST_TIMEOUT_SECONDS)
        self._headers = {"Content-Type": "application/json"}
        made = self._request("POST", f"{CONTROL_PREFIX}/orgs", {"fixture": "small", "events": events})
        self._request("PUT", f"{CONTROL_PREFIX}/orgs/{made['org_id']}/settings", NO_RATE_LIMIT)
        self._headers["Authorization"] = f"Bearer {made['actors']['owner']['token']}"
        self._flip = False
        camera = made["cameras"][0]["id"]
        self.pages = dict(self._deepened(camera))
        self._connection.close()  # HTTPConnection opens it again when needed; the mock closes idle connections

    def read(self, page: str) -> float:
        """Read a page and return the milliseconds it took."""
        started = time.perf_counter()
        self._request("GET", self.pages[page])
        return (time.perf_counter() - started) * 1000

    def write(self) -> None:
        """Change the newest event."""
        newest = self._request("GET", "/api/v1/events?limit=1")["data"][0]["id"]
        self._flip = not self._flip
        self._request("PATCH", f"/api/v1/events/{newest}", {"starred": self._flip})

    def _deepened(self, camera: str) -> Iterator[tuple[str, str]]:
        several = {"camera_id": camera, "trigger_type": "motion", "ai_status": "completed"}
        filters: dict[str, dict[str, str]] = {
            "no filter": {},
            "one filter": {"camera_id": camera},
            "three filters": several,
            "a range of dates": {"date_from": self._day(0.2), "date_to": self._day(0.8)},
        }
        for name, asked in filters.items():
            yield f"first, {name}", f"/api/v1/events?{urlencode(asked)}"
            yield f"deep, {name}", f"/api/v1/events?{urlencode({**asked, 'cursor': self._cursor(asked)})}"

    def _day(self, share: float) -> str:
        """Return the day by which this share of the events had happened."""
        path = "/api/v1/events?limit=1"
        newest = self._request("GET", path)["data"][0]["triggered_at"]
        end = time.mktime(time.strptime(newest, "%Y-%m-%dT%H:%M:%SZ"))
        return time.strftime("%Y-%m-%d", time.localtime(end - (1 - share) * 21 * 24 * 3600))

    def _cursor(self, asked: dict[str, str]) -> str:
        """Return the cursor of a full page about nine tenths down the list."""
        total = self._request("GET", f"/api/v1/events?{urlencode({**asked, 'limit': 1})}")["total"]
        step = min(100, max(_PAGE_ROWS, total // 20))
        cursor, passed = "", 0
        while passed + step <= min(0.9 * total, total - _PAGE_ROWS):
            query = {**asked, "limit": step, **({"cursor": cursor} if cursor else {})}
            cursor = self._request("GET", f"/api/v1/events?{urlencode(query)}")["next_cursor"]
            passed += step
        return cursor

    def _request(self, method: str, path: str, body: JSON | None = None) -> JSON:
        content = None if body is None else json.dumps(body)
        self._connection.request(method, path, content, self._headers)
        answer = self._connection.getresponse()
        received = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {received[:200]!r}")
        found: JSON = json.loads(received)
        return found


def fill_rates(sizes: list[int]) -> list[str]:
    """Return, for each number of events, the rate of inserts into the memory store and the memory they take."""
    command = ["taskset", "-c", SERVER_CORE, sys.executable, "-m", "benchmarks.store_fill"]
    runs = (subprocess.run([*command, str(size)], capture_output=True, text=True, check=True) for size in sizes)
    return [done.stdout.strip() for done in runs]


def measure(folder: Path, sizes: list[int], rounds: int) -> list[Row]:
    """Return the times of every page in orgs of every size."""
    with servers.mock("mock", "empty", folder) as mock:
        host = mock.base_url.removeprefix("http://")
        orgs = []
        for size in sizes:
            print(f"making an org of {size:,} events", file=sys.stderr)
            orgs.append(Org(host, size))
        return [_row(org, page, *times) for (org, page), times in _times(orgs, rounds).items()]


def _times(orgs: list[Org], rounds: int) -> dict[tuple[Org, str], tuple[list[float], list[float]]]:
    """Return the times of the first read after a write and of the second, from rounds over all orgs."""
    found: dict[tuple[Org, str], tuple[list[float], list[float]]] = {}
    for number in range(rounds + _WARM_UP_ROUNDS):
        for page in orgs[0].pages:
            for org in orgs:
                org.write()
                times = found.setdefault((org, page), ([], []))
                for kind in times:
                    took = org.read(page)
                    if number >= _WARM_UP_ROUNDS:
                        kind.append(took)
    return found


def _row(org: Org, page: str, after_a_write: list[float], again: list[float]) -> Row:
    return Row(org.events, page, statistics.median(again), statistics.median(after_a_write))


def table(rows: list[Row]) -> str:
    """Return the figures as a Markdown table: milliseconds by size, and their growth."""
    sizes = sorted({row.events for row in rows})
    lines = ["| page | asked | " + " | ".join(f"{size:,}" for size in sizes) + " | growth |"]
    lines.append("|---" * (len(sizes) + 3) + "|")
    for page in dict.fromkeys(row.page for row in rows):
        for kind in ("again", "after_a_write"):
            times = {row.events: getattr(row, kind) for row in rows if row.page == page}
            cells = [f"{times[size]:.2f}" for size in sizes]
            cells.append(f"{times[sizes[-1]] / times[sizes[0]]:.2f}")
            lines.append(f"| {page} | {kind.replace('_', ' ')} | {' | '.join(cells)} |")
    return "\n".join(lines)
