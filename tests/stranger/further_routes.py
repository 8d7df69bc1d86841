"""Routes that only other pages name, in their plainest form: reading, and logging in."""

import hmac
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response

from tests.stranger import paging, queries
from tests.stranger.answers import json_answer, listing, shown
from tests.stranger.calls import Call
from tests.stranger.problems import Problem, forbidden, invalid
from tests.stranger.records import Camera, Member

#: The password of every member.
PASSWORD = "Correct-horse-9"
_ENUMS = {
    "status": ("online", "offline", "pending", "error", "disabled"),
    "type": ("rtsp", "onvif"),
    "connection_mode": ("gateway", "direct"),
}
#: An address of RFC 5321, quoted local parts left out, and its length.
_EMAIL, _MAX_EMAIL_CHARS = re.compile(r"[^@\s]{1,64}@[^@\s]+"), 254
_MAX_LOGINS, _LOGIN_WINDOW = 5, timedelta(minutes=15)
_BEGIN = datetime.fromisoformat("2026-01-01T00:00:00Z")


class Plain:
    """A record that is shown as it is."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.id = str(fields["id"])
        self.fields = fields


def list_cameras(call: Call) -> Response:
    """GET /cameras."""
    queries.refuse_unknown(call, ("site_id", "gateway_id", *_ENUMS, *queries.PAGING))
    wanted = {name: queries.uuid_filter(call, name) for name in ("site_id", "gateway_id")}
    wanted |= {name: queries.enum_filter(call, name, known) for name, known in _ENUMS.items()}
    found = [
        camera
        for camera in _cameras(call)
        if all(value in (None, camera.fields[name]) for name, value in wanted.items())
    ]
    return _list(call, "cameras", found)


def get_camera(call: Call) -> Response:
    """GET /cameras/{id}."""
    hidden = [camera for camera in call.org.cameras.values() if not call.member.sees(camera.site_id)]
    if call.path_id in {camera.id for camera in hidden}:
        forbidden("The site of this camera is not granted to you.")
    return _one(call, "camera", _cameras(call))


def list_sites(call: Call) -> Response:
    """GET /sites."""
    return _list(call, "sites", _sites(call))


def get_site(call: Call) -> Response:
    """GET /sites/{id}."""
    return _one(call, "site", _sites(call))


def list_users(call: Call) -> Response:
    """GET /users."""
    call.require_role("admin")
    return _list(call, "users", [Plain(_user(member)) for member in call.org.members.values()])


def list_webhooks(call: Call) -> Response:
    """GET /webhooks: there is none."""
    call.require_role("operator")
    return _list(call, "webhooks", [])


def get_health(call: Call) -> Response:
    """GET /healthz."""
    return json_answer(call.choices, {"status": "ok"})


def log_in(call: Call) -> Response:
    """POST /auth/login."""
    body = call.json_body()
    for name in ("email", "password"):
        if not isinstance(body.get(name), str) or not 1 <= len(body[name]) <= 256:
            invalid("has to have 1 to 256 characters", name)
    if len(body["email"]) > _MAX_EMAIL_CHARS or not _EMAIL.fullmatch(body["email"]):
        invalid("is not an email address", "email")
    if body.get("client_type", "web") not in ("web", "mobile"):
        invalid("is not one of web, mobile", "client_type")
    _count_login(call, body["email"])
    member = next((member for member in call.state.members() if member.email == body["email"]), None)
    if member is None or not hmac.compare_digest(body["password"].encode(), PASSWORD.encode()):
        raise Problem(401, "invalid_credentials", "Email or password is wrong.")
    user = {name: value for name, value in _user(member).items() if name not in ("enabled", "created_at")}
    fields = {"access_token": member.token, "expires_at": call.now + timedelta(minutes=15)}
    return json_answer(call.choices, shown(call.choices, "login", fields | {"user": {**user, "org_id": member.org_id}}))


def _count_login(call: Call, email: str) -> None:
    """Refuse the sixth attempt within 15 minutes."""
    recent = [at for at in call.state.logins.get(email, []) if call.now - at < _LOGIN_WINDOW]
    call.state.logins[email] = recent
    if len(recent) >= _MAX_LOGINS:
        wait = int((recent[0] + _LOGIN_WINDOW - call.now).total_seconds())
        raise Problem(429, "rate_limited", "Too many attempts.", headers={"Retry-After": str(max(1, wait))})
    recent.append(call.now)


def _list(call: Call, kind: str, rows: list[Plain]) -> Response:
    page = paging.page(call, kind, rows, lambda row: row.fields.get("created_at", _BEGIN), queries.limit(call))
    found = [shown(call.choices, kind, row.fields) for row in page.rows]
    return listing(call.choices, found, page.total, next_cursor=page.next_cursor)


def _one(call: Call, noun: str, rows: Iterable[Plain]) -> Response:
    found = call.find({row.id: row for row in rows}, noun)
    return json_answer(call.choices, shown(call.choices, noun, found.fields))


def _cameras(call: Call) -> list[Plain]:
    cameras = [camera for camera in call.org.cameras.values() if not camera.deleted]
    return [Plain(_camera(camera)) for camera in cameras if call.member.sees(camera.site_id)]


def _camera(camera: Camera) -> dict[str, Any]:
    return {
        "id": camera.id,
        "name": camera.name,
        "site_id": camera.site_id,
        "gateway_id": camera.gateway_id,
        "connection_mode": "gateway",
        "type": "rtsp",
        "status": "online",
        "active_tier": "main",
    }


def _sites(call: Call) -> list[Plain]:
    sites = {site_id: name for site_id, name in call.org.sites.items() if call.member.sees(site_id)}
    return [Plain({"id": site_id, "name": name, "timezone": "Europe/Berlin"}) for site_id, name in sites.items()]


def _user(member: Member) -> dict[str, Any]:
    return {
        "id": member.id,
        "email": member.email,
        "display_name": member.name,
        "role": member.role,
        "enabled": True,
        "created_at": _BEGIN,
    }
