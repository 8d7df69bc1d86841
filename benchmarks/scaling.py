"""What a second worker brings: the mock on PostgreSQL with one worker and with two, each kept to a part of a core.

Where there are only as many cores as workers, a second one takes from the database and the load what it gives; kept to
a quarter of a core, workers leave room for them, as more cores would. All calls go to one org, whose writes take turns,
or to several in turn. What counts are the ratios.
"""

import json
import statistics
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks import cpu_quota, load, mock_variants
from benchmarks.answers import ROOMY
from benchmarks.servers import Absent, Server

_SHARE = 0.25
_ORGS = (1, 8)
_CALLS = {"list": ("GET", "/api/v1/events?limit=20"), "get": ("GET", "{event}"), "patch": ("PATCH", "{event}")}
#: Calls to one org after the other.
_IN_TURN = """
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
    """The requests per second of a call that goes to so many orgs, with one worker and with two."""

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
    """Return the median of the rounds of each call. Raises Absent where workers cannot be kept to a part of a core."""
    with mock_variants.shared() as variants, ExitStack() as stack:
        if not variants:
            raise Absent("there is no PostgreSQL")
        mocks = [stack.enter_context(variant.start("acme", folder)) for variant in variants]
        worlds = {mock.base_url: [_org(mock.base_url) for _ in range(max(_ORGS))] for mock in mocks}
        for mock in mocks:
            stack.enter_context(cpu_quota.kept(mock.workers(), _SHARE))
        return [_row(call, orgs, mocks, worlds, folder, rounds, seconds) for call in _CALLS for orgs in _ORGS]


def _row(
    call: str, orgs: int, mocks: list[Server], worlds: dict[str, list[Org]], folder: Path, rounds: int, seconds: int
) -> Row:
    rates: dict[str, list[float]] = {mock.base_url: [] for mock in mocks}
    for number in range(1, rounds + 1):
        for mock in mocks:
            print(f"round {number} of {rounds}: {call} in turn, {orgs} orgs, {mock.name}", file=sys.stderr)
            script = _script(call, worlds[mock.base_url][:orgs])
            rates[mock.base_url].append(load.run(script, mock.base_url, seconds, folder).rate)
    one, two = (statistics.median(rates[mock.base_url]) for mock in mocks)
    return Row(call, orgs, one, two)


def _org(base_url: str) -> Org:
    with httpx.Client(base_url=base_url, timeout=60, trust_env=False) as client:
        made = client.post("/_mock/orgs", json={"fixture": "small", "events": 100}).raise_for_status().json()
        client.put(f"/_mock/orgs/{made['org_id']}/settings", json=ROOMY).raise_for_status()
        token = f"Bearer {made['actors']['owner']['token']}"
        events = client.get("/api/v1/events", headers={"Authorization": token}).raise_for_status().json()
    return Org(token, f"/api/v1/events/{events['data'][0]['id']}")


def _script(call: str, orgs: list[Org]) -> str:
    method, path = _CALLS[call]
    calls = (f"{{{json.dumps(path.format(event=org.event))}, {json.dumps(org.token)}}}" for org in orgs)
    return _IN_TURN.format(calls=", ".join(calls), method=method)


def table(rows: list[Row]) -> str:
    """Return the figures as a Markdown table."""
    head = ["| call | orgs | one worker | two workers | ratio |", "|---|---|---|---|---|"]
    lines = (f"| {row.call} | {row.orgs} | {row.one:,.0f} | {row.two:,.0f} | {row.two / row.one:.2f} |" for row in rows)
    return "\n".join([*head, *lines])
