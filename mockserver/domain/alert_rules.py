"""An alert rule: which events raise an alert, and which fields of a rule fit together."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

import msgspec

from mockserver.domain.cameras import Camera
from mockserver.domain.dates import Instant
from mockserver.domain.errors import InvalidInput
from mockserver.domain.events import AiStatus, Confidence, Event, Trigger
from mockserver.domain.records import Record


class Scope(StrEnum):
    """Which cameras a rule watches (RU-21)."""

    ALL_CAMERAS = "all_cameras"
    SPECIFIC_SITES = "specific_sites"
    SPECIFIC_CAMERAS = "specific_cameras"


class Schedule(StrEnum):
    """When a rule watches (RU-30); the API has no field for what a custom schedule holds (AS-76)."""

    ALWAYS = "always"
    CUSTOM = "custom"


class Recipient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where an alert is sent: a channel such as ``email`` and an address on it."""

    type: str
    target: str


class AlertRule(Record, frozen=True, kw_only=True):
    """The conditions that fire an alert; the defaults are those of the documentation."""

    name: str
    trigger_type: Trigger
    custom_tags: tuple[str, ...] = ()
    min_confidence: Confidence | None = None
    scope_type: Scope = Scope.ALL_CAMERAS
    site_ids: tuple[str, ...] = ()
    camera_ids: tuple[str, ...] = ()
    zones_filter: tuple[str, ...] = ()
    schedule_type: Schedule = Schedule.ALWAYS
    cooldown_sec: Annotated[int, msgspec.Meta(ge=0, le=3600)] = 300
    conditions_json: dict[str, Any] = {}
    recipients: tuple[Recipient, ...]
    enabled: bool = True
    created_at: Instant


def update(rule: AlertRule, changes: Mapping[str, Any]) -> AlertRule:
    """Return the rule with the changes of a PATCH; fields not named stay as they are (RU-48).

    Leaving the trigger ai_tag drops the confidence that only such a rule can have (RU-19).
    """
    fields = msgspec.to_builtins(rule) | dict(changes)
    if fields["trigger_type"] != Trigger.AI_TAG.value and "min_confidence" not in changes:
        fields["min_confidence"] = None
    return msgspec.convert(fields, AlertRule)


def check(rule: AlertRule) -> None:
    """Refuse a rule whose fields do not fit together (RU-15, RU-19, RU-23, RU-26). Raises InvalidInput."""
    problems = {}
    if rule.trigger_type is Trigger.AI_TAG and not rule.custom_tags:
        problems["custom_tags"] = ["is required when trigger_type is ai_tag"]
    if rule.trigger_type is not Trigger.AI_TAG and rule.min_confidence is not None:
        problems["min_confidence"] = ["is for trigger_type ai_tag only"]
    if rule.scope_type is Scope.SPECIFIC_SITES and not rule.site_ids:
        problems["site_ids"] = ["is required when scope_type is specific_sites"]
    if rule.scope_type is Scope.SPECIFIC_CAMERAS and not rule.camera_ids:
        problems["camera_ids"] = ["is required when scope_type is specific_cameras"]
    if problems:
        raise InvalidInput(problems)


def matches(rule: AlertRule, event: Event, site_id: str) -> bool:
    """Whether the rule watches for an event at a site, apart from its cooldown."""
    return (
        rule.enabled
        and rule.trigger_type is event.trigger_type
        and watches(rule, event.camera_id, site_id)
        and (not rule.zones_filter or not set(rule.zones_filter).isdisjoint(event.zones))
        and (rule.trigger_type is not Trigger.AI_TAG or _recognised(rule, event))
    )


def watches(rule: AlertRule, camera_id: str, site_id: str) -> bool:
    """Whether a camera at a site is within the rule's scope (RU-21)."""
    if rule.scope_type is Scope.SPECIFIC_SITES:
        return site_id in rule.site_ids
    if rule.scope_type is Scope.SPECIFIC_CAMERAS:
        return camera_id in rule.camera_ids
    return True


def left_without_cameras(rule: AlertRule, deleted: Camera, remaining: Iterable[Camera]) -> bool:
    """Whether the rule watched the deleted camera and watches none of the remaining ones (CAM-24)."""
    if not watches(rule, deleted.id, deleted.site_id):
        return False
    return not any(watches(rule, camera.id, camera.site_id) for camera in remaining)


def cooled_down(rule: AlertRule, last_fired_at: datetime | None, at: datetime) -> bool:
    """Whether ``cooldown_sec`` has passed since the rule last fired for the camera."""
    return last_fired_at is None or at - last_fired_at >= timedelta(seconds=rule.cooldown_sec)


def _recognised(rule: AlertRule, event: Event) -> bool:
    """Whether the finished analysis found one of the rule's tags with enough confidence."""
    return (
        event.ai_status is AiStatus.COMPLETED
        and not set(rule.custom_tags).isdisjoint(event.tags)
        and (rule.min_confidence is None or (event.confidence or 0.0) >= rule.min_confidence)
    )
