"""Measures the effect of a second worker: the mock on PostgreSQL with one worker and two, limited to part of a core.

Where there are only as many cores as workers, a second worker takes CPU time from the database and the load. Limited to
a quarter of a core, workers leave time for these, as more cores would. All calls go to one org, whose writes are
serialized, or to several orgs in turn. The ratios are the result.
"""

import json
import statistics
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks import cpu_quota, load, mock_variants
from benchmarks.answers import NO_RATE_LIMIT
from benchmarks.servers import NotAvailable, Server
from mockserver import CONTROL_PREFIX

_WORKER_CORE_SHARE = 0.25
_ORGS = (1, 8)
_CALLS = {"list": ("GET", "/api/v1/events?limit=20"), "get": ("GET", "{event}"), "patch": ("PATCH", "{event}")}
#: A wrk script that calls one org after the other.
_ALTERNATING = """
local calls, n = {{{calls}}}, 0
wrk.method, wrk.body = "{method}", [[{{"starred": true}}]]
request = function()
  n = n + 1
  local call = calls[n % #calls + 1]
  return wrk.format(nil, call[1], {{["Authorization"] = call[2], ["Content-Type"] = "application/json"}})
end
"""


@dataclass(frozen=True)
class Row:
    """The requests per second of a call to this many orgs, with one worker and with two."""

    call: str
    orgs: int
    one: float
    two: float


@dataclass(frozen=True)
class Org:
    """An org's credential, and the path of one of its events."""

    token: str
    event: str


def measure(folder: Path, rounds: int, seconds: int) -> list[Row]:
    """Return the median of the rounds of each call. Raises NotAvailable without PostgreSQL or CPU quotas."""
    with mock_variants.on_postgres() as variants, ExitStack() as stack:
        if not variants:
            raise NotAvailable("there is no PostgreSQL")
        mocks = [stack.enter_context(variant.start("acme", folder)) for variant in variants]
        worlds = {mock.base_url: [_org(mock.base_url) for _ in range(max(_ORGS))] for mock in mocks}
        for mock in mocks:
            stack.enter_context(cpu_quota.limited(mock.workers(), _WORKER_CORE_SHARE))
        return [_row(call, orgs, mocks, worlds, folder, rounds, seconds) for call in _CALLS for orgs in _ORGS]


def _row(
    call: str, orgs: int, mocks: list[Server], worlds: dict[str, list[Org]], folder: Path, rounds: int, seconds: int
) -> Row:
    rates: dict[str, list[float]] = {mock.base_url: [] for mock in mocks}
    for number in range(1, rounds + 1):
        for mock in mocks:
            print(f"round {number} of {rounds}: {call} in turn, {orgs} orgs, {mock.name}", file=sys.stderr)
            wrk_script = _wrk_script(call, worlds[mock.base_url][:orgs])
            rates[mock.base_url].append(load.run_script(wrk_script, mock.base_url, seconds, folder).rate)
    one, two = (statistics.median(rates[mock.base_url]) for mock in mocks)
    return Row(call, orgs, one, two)


def _org(base_url: str) -> Org:
    with httpx.Client(base_url=base_url, timeout=60, trust_env=False) as client:
        made = client.post(f"{CONTROL_PREFIX}/orgs", json={"fixture": "small", "events": 100}).raise_for_status().json()
        client.put(f"{CONTROL_PREFIX}/orgs/{made['org_id']}/settings", json=NO_RATE_LIMIT).raise_for_status()
        token = f"Bearer {made['actors']['owner']['token']}"
        events = client.get("/api/v1/events", headers={"Authorization": token}).raise_for_status().json()
    return Org(token, f"/api/v1/events/{events['data'][0]['id']}")


def _wrk_script(call: str, orgs: list[Org]) -> str:
    method, path = _CALLS[call]
    calls = (f"{{{json.dumps(path.format(event=org.event))}, {json.dumps(org.token)}}}" for org in orgs)
    return _ALTERNATING.format(calls=", ".join(calls), method=method)


def table(rows: list[Row]) -> str:
    """Return the figures as a Markdown table."""
    head = ["| call | orgs | one worker | two workers | ratio |", "|---|---|---|---|---|"]
    lines = (f"| {row.call} | {row.orgs} | {row.one:,.0f} | {row.two:,.0f} | {row.two / row.one:.2f} |" for row in rows)
    return "\n".join([*head, *lines])
