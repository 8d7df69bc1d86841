"""What the tests of the server have in common: reading lists, making rules and gateways, opening sockets."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from tests.stranger.gateway_socket import FIRST_FRAME, QUERY_NAME
from tests.stranger.records import Alert, Event
from tests.stranger.running import Running

JSON = dict[str, Any]
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
REPORT: JSON = {
    "cpu_percent": 61.5,
    "memory_mb": 4096,
    "camera_recording_status": {},
    "network_throughput": {"upstream_mbps": 1.5, "downstream_mbps": 2.5},
}
_TIMEOUT_SECONDS, _FRAME_SECONDS = 2.0, 1.0


@dataclass(frozen=True)
class Observation:
    """What a client sees, differently for each value of a choice, given some other choices and options."""

    look: Callable[[Running], object]
    choices: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)


def get(server: Running, path: str, actor: str | None = "operator", **params: Any) -> httpx.Response:
    """Return the answer to a GET."""
    return server.call(actor, "GET", path, params=params)


def body(answer: httpx.Response, status: int = 200) -> JSON:
    """Return the body of an answer that has the status."""
    assert answer.status_code == status, answer.text
    found = answer.json()
    assert isinstance(found, dict)
    return found


def refused(answer: httpx.Response, status: int, code: str) -> bool:
    """Whether an answer is a refusal with this status and code."""
    return answer.status_code == status and bool(answer.json()["error"] == code)


def rows(server: Running, path: str, actor: str = "operator", **params: Any) -> list[JSON]:
    """Return the rows of all pages of a list."""
    found: list[JSON] = []
    cursor: JSON = {}
    while True:
        page = body(get(server, path, actor, **params, **cursor))
        found += page["data"]
        if page.get("next_cursor") is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


def ids(found: list[JSON]) -> list[str]:
    """Return the ids of rows."""
    return [str(row["id"]) for row in found]


def events(server: Running, **fields: Any) -> list[Event]:
    """Return the events of the org that are not deleted and have these fields, newest first."""
    found = [event for event in server.org.events.values() if event.deleted_at is None]
    found = [event for event in found if all(getattr(event, name) == value for name, value in fields.items())]
    return sorted(found, key=lambda event: (-event.at.timestamp(), event.id))


def hidden_event(server: Running) -> Event:
    """Return an event that the viewer may not see."""
    return next(event for event in events(server) if event.camera.site_id not in server.site_ids)


def alert(server: Running, status: str, entries: int) -> Alert:
    """Return an alert with the status and so many entries that the viewer may see."""
    return next(
        found
        for found in server.org.alerts.values()
        if found.status == status and len(found.entries) == entries and found.camera.site_id in server.site_ids
    )


def rule_body(**fields: Any) -> JSON:
    """Return the body of a new rule; a field that is None is left out."""
    recipient = {"type": "email", "target": "guard@example.com"}
    found = {"name": "Dock", "trigger_type": "motion", "recipients": [recipient], **fields}
    return {name: value for name, value in found.items() if value is not None}


def post_rule(server: Running, actor: str = "operator", **fields: Any) -> httpx.Response:
    """Return the answer to creating a rule."""
    return server.call(actor, "POST", "/alert-rules", json=rule_body(**fields))


def new_rule(server: Running, **fields: Any) -> JSON:
    """Create a rule and return it."""
    return body(post_rule(server, **fields), 201)


def register(server: Running, **fields: Any) -> httpx.Response:
    """Return the answer to generating a pairing code."""
    found = {"name": "Box", "site_id": server.site_ids[0], **fields}
    path = "/gateways/generate-pairing-code"
    return server.call(
        "operator", "POST", path, json={name: value for name, value in found.items() if value is not None}
    )


def redeem(server: Running, code: str, **fields: Any) -> httpx.Response:
    """Return the answer to redeeming a pairing code."""
    return server.call(None, "POST", "/gateways/pair", json={"pairing_code": code, **fields})


def pair(server: Running, **fields: Any) -> JSON:
    """Register and pair a gateway and return the answer to the pairing."""
    return body(redeem(server, body(register(server), 201)["pairing_code"], **fields))


def remove(server: Running, path: str) -> httpx.Response:
    """Return the answer of a DELETE by the owner."""
    return server.call("owner", "DELETE", path)


@contextmanager
def opened(server: Running, gateway_id: str, key: str, way: str | None = None) -> Iterator[ClientConnection]:
    """Open the socket of a gateway, with its key in the way of the server or in another one."""
    way = way or server.choices.socket_key
    url = f"ws{server.base_url.removeprefix('http')}/api/v1/gateways/{gateway_id}/ws"
    url += f"?{QUERY_NAME}={key}" if way == "query" else ""
    headers = {"Authorization": f"Bearer {key}"} if way == "bearer" else {}
    with connect(url, additional_headers=headers, proxy=None, open_timeout=_TIMEOUT_SECONDS, close_timeout=1) as socket:
        if way == "first_message":
            socket.send(json.dumps({"type": FIRST_FRAME, QUERY_NAME: key}))
        yield socket


def send(server: Running, socket: ClientConnection, kind: str, **report: Any) -> None:
    """Send a frame in the format of the server and wait until it has changed something, for a second at most."""
    before = server.dump()
    other = server.choices.socket_frames == "other_format"
    socket.send(json.dumps({"kind": kind, "stats": report} if other else {"type": kind, **report}))
    deadline = time.monotonic() + _FRAME_SECONDS
    while server.dump() == before and time.monotonic() < deadline:
        time.sleep(0.01)


def admitted(server: Running, gateway_id: str, key: str, way: str | None = None) -> bool:
    """Whether a socket opens and stays open."""
    try:
        with opened(server, gateway_id, key, way) as socket:
            socket.recv(timeout=0.3)
    except TimeoutError:
        return True
    except WebSocketException:
        return False
    return True


def settled(server: Running, gateway_id: str, wanted: str) -> str:
    """Return the status of a gateway, once it is the wanted one or after a second."""
    for _ in range(100):
        if server.org.gateways[gateway_id].status == wanted:
            break
        time.sleep(0.01)
    return server.org.gateways[gateway_id].status
