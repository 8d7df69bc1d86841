"""The two orgs that a server begins with."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from tests.stranger.records import (
    AI_STATUSES,
    TRIGGERS,
    Alert,
    Camera,
    Code,
    Entry,
    Event,
    Gateway,
    Member,
    Org,
    Rule,
)

_NAMESPACE = uuid.UUID("6f0c5a0e-93f5-4f0c-9d6c-0d3a8d1a7c11")
_TAGS = (("person",), ("person", "package"), ("vehicle", 'van "blue"'), (), ("person", "vest", "forklift"))
_SUMMARIES = ("Person at the gate", 'Van, blue, sign "Nord"', "Motion\nin the yard", "Überfahrt, Tor 3")
_GATEWAY_STATUSES = ("online", "offline", "disabled")
_EVENTS = {"acme": 140, "globex": 45}
#: Which cameras see ten events in a row, so that some have more events than a page and some fewer.
_CAMERA_TURNS = (0, 1, 2, 0, 3, 4, 1, 0, 5, 6)
#: The actors of a target file, and a second outsider.
ROLES_BY_ACTOR = {
    "acme": {"owner": "owner", "admin": "admin", "operator": "operator", "viewer": "viewer", "expired": "admin"},
    "globex": {"outsider": "owner", "outsider_operator": "operator"},
}


def orgs(now: datetime) -> list[Org]:
    """Return the orgs as they are at the start."""
    return [_org("acme", 3, now), _org("globex", 2, now)]


def _id(*parts: object) -> str:
    return str(uuid.uuid5(_NAMESPACE, "/".join(map(str, parts))))


def _org(name: str, sites: int, now: datetime) -> Org:
    org = Org(_id(name), name.title())
    org.sites = {_id(name, "site", number): f"Site {number + 1}" for number in range(sites)}
    for actor, role in ROLES_BY_ACTOR[name].items():
        org.members[actor] = _member(org, name, actor, role, now)
    _add_gateways(org, name, now)
    _add_cameras(org, name)
    _add_events(org, name, now)
    _add_rules_and_alerts(org, name, now)
    return org


def _member(org: Org, name: str, actor: str, role: str, now: datetime) -> Member:
    return Member(
        id=_id(name, "person", actor),
        org_id=org.id,
        name=f"{actor.replace('_', ' ').title()} of {org.name}",
        email=f"{actor}@{name}.example",
        role=role,
        token=f"sk_live_{_id(name, 'key', actor).replace('-', '')}",
        site_ids=(next(iter(org.sites)),) if role == "viewer" else None,
        expires_at=now - timedelta(days=1) if actor == "expired" else None,
    )


def _add_gateways(org: Org, name: str, now: datetime) -> None:
    for number, site_id in enumerate(org.sites):
        gateway_id = _id(name, "gateway", number)
        org.gateways[gateway_id] = Gateway(
            id=gateway_id,
            name=f"Gateway {number + 1}",
            site_id=site_id,
            created_at=now - timedelta(days=60 - number),
            status=_GATEWAY_STATUSES[number],
            version="2026.04.12",
            local_ip=f"192.168.{number}.24",
            heartbeat_at=now - timedelta(seconds=4 + 3600 * number),
            api_key=f"gw_{_id(name, 'gateway key', number).replace('-', '')}",
        )
    waiting = Gateway(
        id=_id(name, "gateway", "waiting"),
        name="Spare",
        site_id=next(iter(org.sites)),
        created_at=now - timedelta(days=2),
    )
    org.gateways[waiting.id] = waiting
    org.codes["Z9Y8" + name[:2].upper()] = Code(
        text="Z9Y8" + name[:2].upper(), gateway_id=waiting.id, created_at=waiting.created_at
    )


def _add_cameras(org: Org, name: str) -> None:
    for number, (site_id, part) in enumerate((site, part) for site in org.sites for part in ("dock", "yard")):
        camera = Camera(
            id=_id(name, "camera", number),
            name=f"Camera {number + 1}, {part}",
            site_id=site_id,
            gateway_id=_id(name, "gateway", number // 2),
        )
        org.cameras[camera.id] = camera
    removed = Camera(id=_id(name, "camera", "removed"), name="Old dock", site_id=next(iter(org.sites)), deleted=True)
    org.cameras[removed.id] = removed
    for gateway in org.gateways.values():
        if gateway.api_key:
            org.gateways[gateway.id] = replace(gateway, telemetry=_report(org, gateway.id))


def _report(org: Org, gateway_id: str) -> dict[str, object]:
    bound = [camera.id for camera in org.cameras.values() if camera.gateway_id == gateway_id]
    return {
        "cpu_percent": 18.4,
        "memory_mb": 742,
        "camera_recording_status": dict.fromkeys(bound, "recording"),
        "network_throughput": {"upstream_mbps": 5.2, "downstream_mbps": 28.6},
    }


def _add_events(org: Org, name: str, now: datetime) -> None:
    cameras = list(org.cameras.values())
    for number in range(_EVENTS[name]):
        camera = cameras[_CAMERA_TURNS[number % 10] % len(cameras)]
        # Every fourth event shares its instant with the one before it.
        at = now - timedelta(minutes=7 + 53 * (number - (number % 4 == 3)))
        event = make_event(_id(name, "event", number), camera, number, at)
        by = org.members["operator" if name == "acme" else "outsider"].id
        if number % 5 == 0:
            event = replace(event, acknowledged_by=by, acknowledged_at=at + timedelta(minutes=3), notes="Seen")
        org.events[event.id] = event
    gone = list(org.events.values())[11]
    org.events[gone.id] = replace(gone, deleted_at=now - timedelta(minutes=1))


def make_event(event_id: str, camera: Camera, number: int, at: datetime) -> Event:
    """Return the event with a number, from which its fields follow."""
    return Event(
        id=event_id,
        camera=camera,
        trigger_type=TRIGGERS[number // 2 % 3],
        ai_status=AI_STATUSES[number // 3 % 4],
        at=at,
        duration_sec=20 + number % 30,
        summary=_SUMMARIES[number % 4],
        narrative=f"What happened in front of {camera.name}, number {number}.",
        tags=_TAGS[number % 5],
        starred=number % 7 == 1,
    )


def _add_rules_and_alerts(org: Org, name: str, now: datetime) -> None:
    site_ids, camera_ids = tuple(org.sites)[:1], tuple(org.cameras)[2:3]
    recipient = {"type": "email", "target": f"guard@{name}.example"}
    kinds: list[dict[str, Any]] = [
        {},
        {"trigger_type": "ai_tag", "custom_tags": ("person",), "min_confidence": 0.7, "schedule_type": "custom"},
        {"scope_type": "specific_sites", "site_ids": site_ids, "trigger_type": "manual", "enabled": False},
        {"scope_type": "specific_cameras", "camera_ids": camera_ids, "cooldown_sec": 0},
        {"name": "Removed since"},
    ]
    for number, kind in enumerate(kinds):
        fields = {"name": f"Rule {number + 1}", "trigger_type": "motion", "recipients": (recipient,), **kind}
        rule = Rule(id=_id(name, "rule", number), created_at=now - timedelta(days=40 - number), **fields)
        org.rules[rule.id] = rule
    _add_alerts(org, name)
    del org.rules[_id(name, "rule", 4)]


def _add_alerts(org: Org, name: str) -> None:
    rules = list(org.rules.values())
    for number, event, actor in zip(count(), list(org.events.values())[:115], _actors(org), strict=False):
        rule = rules[number % len(rules)]
        fired_at = event.at + timedelta(seconds=2)
        seen_at, done_at = fired_at + timedelta(minutes=4), fired_at + timedelta(minutes=50)
        fired, seen = Entry(at=fired_at, action="fired"), Entry(at=seen_at, action="acknowledged", actor=actor)
        done = Entry(at=done_at, action="status_changed", actor=actor, to="resolved")
        status, entries = (
            ("new", (fired,)),
            ("acknowledged", (fired, seen)),
            ("resolved", (fired, seen, done)),
            ("resolved", (fired, done)),
        )[number // 2 % 4]
        alert = Alert(
            id=_id(name, "alert", number),
            rule_id=rule.id,
            rule_name=rule.name,
            event_id=event.id,
            camera=event.camera,
            status=status,
            fired_at=fired_at,
            entries=entries,
            acknowledged_at=seen_at if seen in entries else None,
        )
        org.alerts[alert.id] = alert


def _actors(org: Org) -> Iterator[str]:
    names = [member.name for member in org.members.values() if member.role != "viewer"]
    return (names[number % len(names)] for number in count())
