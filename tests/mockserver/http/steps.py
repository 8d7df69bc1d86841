"""Steps of the tests of the API: checks of an answer, and calls that create what a test needs."""

from datetime import datetime, timedelta
from typing import Any

import httpx

from tests.harness import JSON, Running, World

UNKNOWN = "00000000-0000-4000-8000-000000000000"
CODES = {
    400: "validation_error",
    401: "auth_required",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    410: "gone",
    413: "payload_too_large",
    429: "rate_limited",
}
RULE: JSON = {
    "name": "Motion",
    "trigger_type": "motion",
    "cooldown_sec": 0,
    "recipients": [{"type": "email", "target": "guard@example.com"}],
}


def refused(response: httpx.Response, status: int, *fields: str) -> JSON:
    """Check that the answer is the API's error of that status, for a 400 about these fields, and return its body."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    body: JSON = response.json()
    keys = {"error", "message", "request_id"}
    assert body.keys() == (keys | {"field_errors"} if status == 400 else keys)
    assert body["error"] == CODES[status]
    assert body["message"]
    assert body["request_id"] == response.headers["x-request-id"]
    assert ("retry-after" in response.headers) == (status == 429)
    if fields:
        assert body["field_errors"].keys() == set(fields)
        assert all(texts and all(texts) for texts in body["field_errors"].values())
    return body


def ok(response: httpx.Response, status: int = 200) -> Any:
    """Check that the answer is a success and return its JSON."""
    assert response.status_code == status, response.text
    return response.json()


def done(response: httpx.Response) -> None:
    """Check that the answer is an empty 204."""
    assert response.status_code == 204, response.text
    assert response.content == b""
    assert "content-type" not in response.headers


def instant(text: str) -> datetime:
    assert text.endswith("Z")
    return datetime.fromisoformat(text)


def later(text: str, **delta: float) -> str:
    return (instant(text) + timedelta(**delta)).isoformat().replace("+00:00", "Z")


def at(world: World, when: str, **asked: Any) -> str:
    """Record one event at an instant and return its id."""
    return str(world.record(**{"from": when, "to": when}, **asked)["data"][0])


def new_rule(world: World, **fields: Any) -> JSON:
    """Create an alert rule, one for any motion unless the fields say otherwise."""
    rule: JSON = ok(world.operator.post("/api/v1/alert-rules", json=RULE | fields), 201)
    return rule


def new_code(world: World, **fields: Any) -> JSON:
    """Register a gateway and return its pairing code."""
    asked = {"name": "Gateway", "site_id": world.sites[0], **fields}
    code: JSON = ok(world.operator.post("/api/v1/gateways/generate-pairing-code", json=asked), 201)
    return code


def pair(running: Running, code: JSON, **fields: Any) -> JSON:
    """Redeem a pairing code and return the answer to the gateway."""
    asked = {"pairing_code": code["pairing_code"], **fields}
    answer: JSON = ok(running.client().post("/api/v1/gateways/pair", json=asked))
    return answer


def new_camera(world: World, **fields: Any) -> JSON:
    """Add a camera, connected directly unless the fields say otherwise."""
    asked = {
        "site_id": world.sites[0],
        "name": "Camera",
        "type": "rtsp",
        "connection_mode": "direct",
        "stream_url": "rtsp://camera.example.com/stream",
        **fields,
    }
    camera: JSON = ok(world.operator.post("/api/v1/cameras", json=asked), 201)
    return camera


def new_site(world: World, *viewers: str, **fields: Any) -> JSON:
    """Add a site and grant it to viewers."""
    site: JSON = ok(world.admin.post("/api/v1/sites", json={"name": "Site", **fields}), 201)
    ok(world.admin.put(f"/api/v1/sites/{site['id']}/users", json={"user_ids": viewers}))
    return site


def new_webhook(world: World, *types: str, **fields: Any) -> JSON:
    """Create a webhook for these types, or for events, at a port that nothing listens on."""
    asked = {"name": "Hook", "url": "https://127.0.0.1:1/", "event_types": list(types or ("event",)), **fields}
    webhook: JSON = ok(world.operator.post("/api/v1/webhooks", json=asked), 201)
    return webhook


def invite(world: World, **fields: Any) -> JSON:
    """Invite a user, an operator unless the fields say otherwise, and return them with their password."""
    number = len(ok(world.admin.get("/api/v1/users", params={"limit": 100}))["data"])
    asked = {"email": f"user{number}@{world.id}.example.com", "display_name": "User", "role": "operator", **fields}
    invited: JSON = ok(world.admin.post("/api/v1/users", json=asked), 201)
    return {**invited["user"], "password": invited["temporary_password"]}


def log_in(running: Running, person: JSON, **fields: Any) -> JSON:
    """Log in as a person by email and password, with an app unless the fields say otherwise, and return the answer."""
    asked = {"email": person["email"], "password": person["password"], "client_type": "mobile", **fields}
    answer: JSON = ok(running.client().post("/api/v1/auth/login", json=asked))
    return answer


def sessions(world: World, user_id: str) -> list[JSON]:
    """Return the sessions of a user, newest first."""
    return list(ok(world.admin.get(f"/api/v1/users/{user_id}/sessions"))["data"])


def without_request_id(response: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    """Return the answer without what differs from call to call."""
    changing = {"x-request-id", "date", "x-ratelimit-remaining", "x-ratelimit-reset"}
    headers = {name: value for name, value in response.headers.items() if name not in changing}
    own_id = response.headers["x-request-id"].encode()
    return response.status_code, response.content.replace(own_id, b""), headers
