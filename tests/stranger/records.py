"""What an org holds: frozen records, and the org that keeps them by id."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

TRIGGERS = ("motion", "ai_tag", "manual")
AI_STATUSES = ("pending", "completed", "skipped", "failed")
ALERT_STATUSES = ("new", "acknowledged", "resolved")
ROLES = ("viewer", "operator", "admin", "owner")


@dataclass(frozen=True, kw_only=True)
class Member:
    """A member of an org with a key; ``site_ids`` is None for those who see every site."""

    id: str
    org_id: str
    name: str
    email: str
    role: str
    token: str
    site_ids: tuple[str, ...] | None = None
    expires_at: datetime | None = None

    def sees(self, site_id: str) -> bool:
        """Whether the site is granted to this member."""
        return self.site_ids is None or site_id in self.site_ids


@dataclass(frozen=True, kw_only=True)
class Camera:
    """A camera of a site, bound to a gateway or to none; a deleted one is known to its events alone."""

    id: str
    name: str
    site_id: str
    gateway_id: str | None = None
    deleted: bool = False


@dataclass(frozen=True, kw_only=True)
class Event:
    """An event; ``deleted_at`` is set once it is deleted."""

    id: str
    camera: Camera
    trigger_type: str
    ai_status: str
    at: datetime
    duration_sec: int
    summary: str
    narrative: str
    tags: tuple[str, ...]
    starred: bool = False
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    notes: str | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One change of an alert; ``to`` is the new status where the action is status_changed."""

    at: datetime
    action: str
    actor: str | None = None
    to: str | None = None


@dataclass(frozen=True, kw_only=True)
class Alert:
    """A fired alert; ``rule_name`` is the name that its rule had then."""

    id: str
    rule_id: str
    rule_name: str
    event_id: str
    camera: Camera
    status: str
    fired_at: datetime
    entries: tuple[Entry, ...]
    acknowledged_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """An alert rule."""

    id: str
    created_at: datetime
    name: str
    trigger_type: str
    custom_tags: tuple[str, ...] = ()
    min_confidence: float | None = None
    scope_type: str = "all_cameras"
    site_ids: tuple[str, ...] = ()
    camera_ids: tuple[str, ...] = ()
    zones_filter: tuple[str, ...] = ()
    schedule_type: str = "always"
    cooldown_sec: int = 300
    conditions_json: dict[str, Any] = field(default_factory=dict)
    recipients: tuple[dict[str, Any], ...] = ()
    enabled: bool = True


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """A gateway; ``api_key`` is set once it is paired, ``telemetry`` is its latest report."""

    id: str
    name: str
    site_id: str
    created_at: datetime
    status: str = "registered"
    version: str | None = None
    local_ip: str | None = None
    heartbeat_at: datetime | None = None
    api_key: str | None = None
    telemetry: dict[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Code:
    """A pairing code of a gateway."""

    text: str
    gateway_id: str
    created_at: datetime
    redeemed: bool = False


@dataclass
class Org:
    """An org: its records by id (codes by text), and its sites' names by id."""

    id: str
    name: str
    sites: dict[str, str] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    cameras: dict[str, Camera] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    alerts: dict[str, Alert] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    gateways: dict[str, Gateway] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
