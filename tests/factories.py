"""Factories of records for tests: each has valid fields, any of which a test may choose."""

from datetime import UTC, datetime, timedelta
from typing import Any

from mockserver.domain import alerts
from mockserver.domain.access import Role
from mockserver.domain.alert_rules import AlertRule, Recipient
from mockserver.domain.alerts import Alert
from mockserver.domain.cameras import Camera
from mockserver.domain.events import AiStatus, Event, Trigger
from mockserver.domain.gateways import Gateway
from mockserver.domain.orgs import Org
from mockserver.domain.pairing import PairingCode, expiry
from mockserver.domain.sessions import Session
from mockserver.domain.users import ApiKey, User
from mockserver.domain.webhooks import EventType, Webhook

NOON = datetime(2026, 4, 21, 12, tzinfo=UTC)
ORG = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
OTHER_ORG = "f3f49249-dc28-4f90-a5ae-c7978306d03b"


def uuid(number: int) -> str:
    """Return a different id for each number."""
    return f"00000000-0000-4000-8000-{number:012x}"


SITE, CAMERA, GATEWAY = uuid(101), uuid(102), uuid(103)


def org(**chosen: Any) -> Org:
    return Org(**{"id": ORG, "org_id": ORG, "name": "Acme", "created_at": NOON, **chosen})


def camera(**chosen: Any) -> Camera:
    fields = {"id": CAMERA, "org_id": ORG, "site_id": SITE, "name": "Dock", "created_at": NOON}
    return Camera(**{**fields, **chosen})


def event(**chosen: Any) -> Event:
    fields = {
        "id": uuid(1),
        "org_id": ORG,
        "camera_id": CAMERA,
        "trigger_type": Trigger.MOTION,
        "triggered_at": NOON,
        "clip_start_at": NOON - timedelta(seconds=10),
        "clip_end_at": NOON + timedelta(seconds=20),
        "summary": "Motion",
        "narrative": "Something moved.",
        "ai_status": AiStatus.COMPLETED,
        "snapshot_url": "https://example.com/1.jpg",
        "clip_url": "https://example.com/1.mp4",
    }
    return Event(**{**fields, **chosen})


def alert_rule(**chosen: Any) -> AlertRule:
    fields = {
        "id": uuid(2),
        "org_id": ORG,
        "name": "Dock motion",
        "trigger_type": Trigger.MOTION,
        "recipients": (Recipient(type="email", target="guard@example.com"),),
        "created_at": NOON,
    }
    return AlertRule(**{**fields, **chosen})


def alert(**chosen: Any) -> Alert:
    fields = {
        "id": uuid(3),
        "org_id": ORG,
        "rule_id": uuid(2),
        "rule_name": "Dock motion",
        "event_id": uuid(1),
        "camera_id": CAMERA,
        "fired_at": NOON,
        "timeline": alerts.initial_timeline(NOON),
    }
    return Alert(**{**fields, **chosen})


def gateway(**chosen: Any) -> Gateway:
    fields = {"id": GATEWAY, "org_id": ORG, "name": "Warehouse", "site_id": SITE, "created_at": NOON}
    return Gateway(**{**fields, **chosen})


def pairing_code(**chosen: Any) -> PairingCode:
    fields = {
        "id": uuid(4),
        "org_id": ORG,
        "code": "A7B3CX",
        "gateway_id": GATEWAY,
        "created_at": NOON,
        "expires_at": expiry(NOON),
    }
    return PairingCode(**{**fields, **chosen})


def webhook(**chosen: Any) -> Webhook:
    fields = {
        "id": uuid(8),
        "org_id": ORG,
        "name": "Pager",
        "url": "https://127.0.0.1:9/hook",
        "event_types": tuple(EventType),
        "secret": "whsec_live_test",
        "created_at": NOON,
    }
    return Webhook(**{**fields, **chosen})


def api_key(**chosen: Any) -> ApiKey:
    fields = {"id": uuid(5), "org_id": ORG, "user_id": uuid(6), "token": "sk_live_test", "created_at": NOON}
    return ApiKey(**{**fields, **chosen})


def user(**chosen: Any) -> User:
    fields = {"id": uuid(6), "org_id": ORG, "email": "o@example.com", "display_name": "Olive", "role": Role.VIEWER}
    return User(**{**fields, "created_at": NOON, **chosen})


def session(**chosen: Any) -> Session:
    fields = {"id": uuid(7), "org_id": ORG, "user_id": uuid(6), "refresh_id": "first"}
    times = {"created_at": NOON, "last_used_at": NOON, "expires_at": NOON + timedelta(days=7)}
    return Session(**{**fields, **times, **chosen})
