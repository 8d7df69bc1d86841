"""The kinds of record there are."""

from typing import Any

from mockserver.domain.alert_rules import AlertRule
from mockserver.domain.alerts import Alert
from mockserver.domain.cameras import Camera
from mockserver.domain.events import Event
from mockserver.domain.gateways import Gateway, GatewayTurn
from mockserver.domain.limits import Bucket
from mockserver.domain.orgs import Org
from mockserver.domain.pairing import PairingCode
from mockserver.domain.sessions import LoginAttempts, Session
from mockserver.domain.sites import Site
from mockserver.domain.users import ApiKey, User
from mockserver.domain.webhooks import Delivery, Webhook
from mockserver.store.base import Kind

ORGS = Kind("orgs", Org, newest_by="created_at")
SITES = Kind("sites", Site, newest_by="created_at", facets=("id",))
USERS = Kind("users", User, newest_by="created_at", facets=("email", "role"), shared="email")
API_KEYS = Kind(
    "api_keys",
    ApiKey,
    newest_by="created_at",
    facets=("user_id",),
    unique="token",
    along=(("users", "user_id"), ("orgs", "org_id"), ("buckets", "id")),
)
SESSIONS = Kind(
    "sessions",
    Session,
    newest_by="created_at",
    facets=("user_id",),
    along=(("users", "user_id"), ("orgs", "org_id"), ("buckets", "user_id")),
)
LOGIN_ATTEMPTS = Kind("login_attempts", LoginAttempts, newest_by="first_at")
CAMERAS = Kind(
    "cameras",
    Camera,
    newest_by="created_at",
    facets=("site_id", "gateway_id", "status", "type", "connection_mode", "deleted"),
    due="settles_at",
)
GATEWAYS = Kind("gateways", Gateway, newest_by="created_at", facets=("site_id",), unique="api_key")
GATEWAY_TURNS = Kind("gateway_turns", GatewayTurn, newest_by="due_at", due="due_at")
PAIRING_CODES = Kind(
    "pairing_codes",
    PairingCode,
    newest_by="created_at",
    facets=("gateway_id", "redeemed"),
    unique="code",
    along=(("gateways", "gateway_id"),),
)
EVENTS = Kind(
    "events",
    Event,
    newest_by="triggered_at",
    facets=("camera_id", "trigger_type", "ai_status", "starred", "deleted"),
    many=True,
    along=(("cameras", "camera_id"),),
    beside=(("deleted", (False,)),),
)
ALERT_RULES = Kind("alert_rules", AlertRule, newest_by="created_at", facets=("enabled",))
ALERTS = Kind("alerts", Alert, newest_by="fired_at", facets=("rule_id", "camera_id", "status"), many=True)
WEBHOOKS = Kind("webhooks", Webhook, newest_by="created_at", facets=("enabled",))
DELIVERIES = Kind("deliveries", Delivery, newest_by="created_at", facets=("webhook_id", "state"), due="next_attempt_at")
BUCKETS = Kind("buckets", Bucket, newest_by="opened_at")

ALL: dict[str, Kind[Any]] = {
    kind.name: kind
    for kind in (
        ORGS, SITES, USERS, API_KEYS, SESSIONS, LOGIN_ATTEMPTS, CAMERAS, GATEWAYS, GATEWAY_TURNS, PAIRING_CODES, EVENTS,
        ALERT_RULES, ALERTS, WEBHOOKS, DELIVERIES, BUCKETS,
    )
}  # fmt: skip
