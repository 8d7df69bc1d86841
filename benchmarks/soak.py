"""A long day of the mock, compressed: an hour of its clock in some minutes, and what it does to its memory.

Teams work on it meanwhile: orgs are made, used and removed, people log in or fail to, gateways are paired, report over
their sockets and are deleted, webhooks get messages that succeed or are retried, faults come and go. The resident
memory in the last quarter of the hour must be within 5 % of that in the second; before the hour begins, the journal
is filled. It prints the figures, writes them to benchmarks/results/soak.md, and exits with 1 when that does not hold.

    python -m benchmarks.soak [--minutes 4] [--into DIR]
"""

import argparse
import asyncio
import os
import ssl
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import trustme
import websockets

from benchmarks import mock_process
from mockserver import CONTROL_PREFIX

JSON = dict[str, Any]
HOUR_SECONDS, MAX_GROWTH = 3600, 0.05
JOURNAL_SIZE, DELIVERIES_KEPT = 10_000, 200
_RESULTS = Path(__file__).parent / "results"
_LIMITS = {"rate_limit_per_minute": 10_000_000, "rate_limit_burst": 10_000_000, "deliveries_kept": DELIVERIES_KEPT}
_SAMPLE_SECONDS = 0.5


def main() -> int:
    """Run the mock for an hour of its clock, print the figures and write them; 1 if its memory has grown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=4, help="real time of the hour (default: %(default)s)")
    parser.add_argument("--into", type=Path, default=_RESULTS, metavar="DIR", help="where to write soak.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(f"{folder}/ca.pem")
        options_of_mock = ("--fixture", "small", "--webhook-ca", f"{folder}/ca.pem")
        with mock_process.running(Path(folder), *options_of_mock) as (base_url, process):
            samples, done = asyncio.run(_soak(base_url, process.pid, authority, options.minutes * 60))
    text, held = figures(samples, done, options.minutes)
    options.into.mkdir(parents=True, exist_ok=True)
    (options.into / "soak.md").write_text(text, encoding="utf-8")
    print(text)
    return 0 if held else 1


def figures(samples: list[float], done: dict[str, int], minutes: float) -> tuple[str, bool]:
    """Return the figures as Markdown, of the megabytes at equal intervals, and whether the memory has not grown."""
    size = len(samples) // 4
    quarters = [statistics.median(samples[number * size : (number + 1) * size]) for number in range(4)]
    growth = quarters[3] / quarters[1] - 1
    held = growth <= MAX_GROWTH
    lines = [
        "# An hour, compressed",
        "",
        f"One run of `python -m benchmarks.soak --minutes {minutes:g}`, Python {sys.version.split()[0]}: from the "
        f"second to the last quarter of the hour the memory changes by {growth:+.1%} (at most {MAX_GROWTH:+.0%}): "
        f"{'held' if held else 'NOT HELD'}.",
        "",
        "| quarter | resident memory, median |",
        "|---|---|",
        *(f"| {number} | {megabytes:.1f} MB |" for number, megabytes in enumerate(quarters, 1)),
        "",
        "| done | times |",
        "|---|---|",
        *(f"| {name} | {number:,} |" for name, number in sorted(done.items())),
    ]
    return "\n".join(lines) + "\n", held


class Team:
    """A client of the mock that counts what it does."""

    def __init__(self, base_url: str, receiver: str) -> None:
        self.base_url, self.receiver = base_url, receiver
        self.client = httpx.AsyncClient(base_url=base_url, timeout=60, trust_env=False)
        self.done: dict[str, int] = {}

    async def call(self, method: str, path: str, body: Any = None, token: str = "", *expected: int) -> Any:
        """Make a call, and return the JSON of its answer. Raises RuntimeError for a status other than expected."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = await self.client.request(method, path, json=body, headers=headers)
        self.count("calls")
        if answer.status_code not in (expected or (200, 201, 202, 204)):
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else None

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """Make a call of the control plane."""
        return await self.call(method, f"{CONTROL_PREFIX}{path}", body)

    async def org(self, **asked: Any) -> JSON:
        """Make an org with a webhook of its owner."""
        made: JSON = await self.control("POST", "/orgs", {"settings": _LIMITS, **asked})
        hook = {"name": "Soak", "url": self.receiver, "event_types": ["event", "alert", "camera_status"]}
        await self.call("POST", "/api/v1/webhooks", hook, made["actors"]["owner"]["token"])
        return made

    def count(self, what: str) -> None:
        """Count something that was done."""
        self.done[what] = self.done.get(what, 0) + 1


async def use_org(team: Team) -> None:
    """Make an org, use it as a test does, and remove it."""
    org = await team.org(events=100)
    token, path = org["actors"]["owner"]["token"], f"/orgs/{org['org_id']}"
    await team.control("POST", f"{path}/events", {"count": 10})
    page = await team.call("GET", "/api/v1/events?limit=50", None, token)
    await team.call("GET", f"/api/v1/events?limit=50&cursor={page['next_cursor']}", None, token)
    for event in page["data"][:10]:
        await team.call("PATCH", f"/api/v1/events/{event['id']}", {"starred": True}, token)
    await report(team, org)
    await team.control("DELETE", path)
    team.count("orgs made and removed")


async def report(team: Team, org: JSON) -> None:
    """Pair a gateway, let it report over its socket, and delete it."""
    token = org["actors"]["owner"]["token"]
    body = {"name": "Soak", "site_id": org["sites"][0]["id"]}
    code = await team.call("POST", "/api/v1/gateways/generate-pairing-code", body, token)
    paired = await team.call("POST", "/api/v1/gateways/pair", {"pairing_code": code["pairing_code"]})
    url = f"{team.base_url.replace('http', 'ws', 1)}/api/v1/gateways/{code['id']}/ws"
    headers = {"Authorization": f"Bearer {paired['api_key']}"}
    with suppress(websockets.ConnectionClosed):  # a jump of the clock may be longer than the socket's silence
        async with websockets.connect(url, additional_headers=headers, proxy=None) as socket:
            for _ in range(5):
                await socket.send('{"type": "heartbeat"}')
                await socket.recv()
    await team.call("DELETE", f"/api/v1/gateways/{code['id']}", None, token)
    team.count("gateways paired, connected and deleted")


def stay(org: JSON) -> Callable[[Team], Awaitable[None]]:
    """Return what is done over and over in an org that stays."""
    numbers = iter(range(sys.maxsize))
    owner, camera = org["actors"]["owner"], org["cameras"][0]["id"]

    async def use(team: Team) -> None:
        number = next(numbers)
        status = "offline" if number % 2 else "online"
        await team.control("PATCH", f"/orgs/{org['org_id']}/cameras/{camera}", {"status": status})
        await team.call("POST", "/api/v1/auth/login", {"email": f"{number}@example.com", "password": "x"}, "", 401)
        if number % 40 == 0:
            await _log_in(team, owner)
        fault = {"operation": "getHealth", "org": org["org_id"], "status": 503, "times": 1}
        await team.control("POST", "/faults", fault)
        if number % 20 == 0:
            await team.control("DELETE", "/faults")
        await team.call("GET", f"/api/v1/nowhere/{'x' * 3000}", None, owner["token"], 404)
        await report(team, org)

    return use


async def _log_in(team: Team, actor: JSON) -> None:
    body = {"email": actor["email"], "password": actor["password"], "client_type": "mobile"}
    tokens = await team.call("POST", "/api/v1/auth/login", body, "", 200, 429)
    if "refresh_token" in tokens:
        await team.call("POST", "/api/v1/auth/refresh", {"refresh_token": tokens["refresh_token"]})
        team.count("sessions opened")


async def _soak(base_url: str, pid: int, authority: trustme.CA, seconds: float) -> tuple[list[float], dict[str, int]]:
    """Return the resident megabytes of the mock at equal intervals, and what was done."""
    async with _receiver(authority) as receiver:
        team = Team(base_url, receiver)
        staying = stay(await team.org())
        await _fill_journal(team)
        until = time.monotonic() + seconds
        samples: list[float] = []
        async with asyncio.TaskGroup() as group:
            for work in (use_org, use_org, staying, _look):
                group.create_task(_repeat(work, team, until))
            group.create_task(_move_clock(team, until, HOUR_SECONDS / seconds - 1))
            group.create_task(_sample(pid, until, samples))
        found = await team.control("GET", "/deliveries?limit=1")
        team.done["webhook deliveries kept at the end"] = found["total"]
        await team.client.aclose()
    return samples, team.done


async def _repeat(work: Callable[[Team], Awaitable[None]], team: Team, until: float) -> None:
    while time.monotonic() < until:
        await work(team)


async def _look(team: Team) -> None:
    """Read what somebody who watches the mock reads."""
    for path in ("/requests?limit=1000", "/deliveries?limit=1000", "/snapshot"):
        await team.control("GET", path)
    await asyncio.sleep(2)


async def _fill_journal(team: Team) -> None:
    async def calls() -> None:
        for _ in range(JOURNAL_SIZE // 10):
            await team.call("GET", f"/api/v1/nowhere/{'x' * 3000}", None, "", 404)

    await asyncio.gather(*(calls() for _ in range(10)))


async def _move_clock(team: Team, until: float, jump: float) -> None:
    """Let the mock's clock run faster: it jumps every second."""
    while time.monotonic() < until:
        await asyncio.sleep(1)
        await team.control("POST", "/clock", {"advance": round(jump)})


async def _sample(pid: int, until: float, samples: list[float]) -> None:
    while time.monotonic() < until:
        samples.append(_resident_megabytes(pid))
        await asyncio.sleep(_SAMPLE_SECONDS)


def _resident_megabytes(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@asynccontextmanager
async def _receiver(authority: trustme.CA) -> AsyncIterator[str]:
    """Run a receiver of webhooks that refuses every tenth message, and yield its URL."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    numbers = iter(range(sys.maxsize))

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await reader.readuntil(b"\r\n\r\n")
            status = b"500 Refused" if next(numbers) % 10 == 0 else b"200 OK"
            writer.write(b"HTTP/1.1 %b\r\ncontent-length: 0\r\nconnection: close\r\n\r\n" % status)
            await writer.drain()
            await reader.read()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"


if __name__ == "__main__":
    sys.exit(main())
