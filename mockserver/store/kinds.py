"""All kinds of records, with their indexes and prefetch hints."""

from typing import Any

from mockserver.domain.alert_rules import AlertRule
from mockserver.domain.alerts import Alert
from mockserver.domain.cameras import Camera
from mockserver.domain.events import Event
from mockserver.domain.gateways import Gateway, ScheduledOutage
from mockserver.domain.limits import Bucket
from mockserver.domain.orgs import Org
from mockserver.domain.pairing import PairingCode
from mockserver.domain.sessions import LoginAttempts, Session
from mockserver.domain.sites import Site
from mockserver.domain.users import ApiKey, User
from mockserver.domain.webhooks import Delivery, Webhook
from mockserver.store.base import Kind

ORGS = Kind("orgs", Org, newest_by="created_at")
SITES = Kind("sites", Site, newest_by="created_at", filters=("id",))
USERS = Kind("users", User, newest_by="created_at", filters=("email", "role"), shared="email")
API_KEYS = Kind(
    "api_keys",
    ApiKey,
    newest_by="created_at",
    filters=("user_id",),
    unique="token",
    prefetch=(("users", "user_id"), ("orgs", "org_id"), ("buckets", "id")),
)
SESSIONS = Kind(
    "sessions",
    Session,
    newest_by="created_at",
    filters=("user_id",),
    prefetch=(("users", "user_id"), ("orgs", "org_id"), ("buckets", "user_id")),
)
LOGIN_ATTEMPTS = Kind("login_attempts", LoginAttempts, newest_by="first_at")
CAMERAS = Kind(
    "cameras",
    Camera,
    newest_by="created_at",
    filters=("site_id", "gateway_id", "status", "type", "connection_mode", "deleted"),
    due="settles_at",
)
GATEWAYS = Kind("gateways", Gateway, newest_by="created_at", filters=("site_id",), unique="api_key")
SCHEDULED_OUTAGES = Kind("gateway_turns", ScheduledOutage, newest_by="due_at", due="due_at")
PAIRING_CODES = Kind(
    "pairing_codes",
    PairingCode,
    newest_by="created_at",
    filters=("gateway_id", "redeemed"),
    unique="code",
    prefetch=(("gateways", "gateway_id"),),
)
EVENTS = Kind(
    "events",
    Event,
    newest_by="triggered_at",
    filters=("camera_id", "trigger_type", "ai_status", "starred", "deleted"),
    large=True,
    prefetch=(("cameras", "camera_id"),),
    prefetch_neighbours=(("deleted", (False,)),),
)
ALERT_RULES = Kind("alert_rules", AlertRule, newest_by="created_at", filters=("enabled",))
ALERTS = Kind("alerts", Alert, newest_by="fired_at", filters=("rule_id", "camera_id", "status"), large=True)
WEBHOOKS = Kind("webhooks", Webhook, newest_by="created_at", filters=("enabled",))
DELIVERIES = Kind(
    "deliveries", Delivery, newest_by="created_at", filters=("webhook_id", "state"), due="next_attempt_at"
)
BUCKETS = Kind("buckets", Bucket, newest_by="opened_at")

ALL: dict[str, Kind[Any]] = {
    kind.name: kind
    for kind in (
        ORGS, SITES, USERS, API_KEYS, SESSIONS, LOGIN_ATTEMPTS, CAMERAS, GATEWAYS, SCHEDULED_OUTAGES, PAIRING_CODES,
        EVENTS, ALERT_RULES, ALERTS, WEBHOOKS, DELIVERIES, BUCKETS,
    )
}  # fmt: skip
