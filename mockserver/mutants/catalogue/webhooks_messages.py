"""Mutants about what webhooks are notified of."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.domain import webhooks as domain
from mockserver.domain.webhooks import Delivery, EventType, Webhook
from mockserver.mutants.operators.patches import (
    AnyFunction,
    Change,
    Original,
    Patch,
    around,
    for_each,
    mutant,
    nothing,
    occasionally,
    once_in,
    replaced,
    returning,
    stateful,
)
from mockserver.mutants.operators.values import at_most, changed, copied, having, lacking, renamed, sometimes
from mockserver.mutants.operators.webhooks import delivery_headers
from mockserver.operations import notifications
from mockserver.store.base import Query
from mockserver.store.kinds import WEBHOOKS

TYPE, ID, AT, SIGNATURE = "Content-Type", "X-Webhook-ID", "X-Webhook-Timestamp", "X-Webhook-Signature"


def _id_of_the_attempt(original: Original, delivery: Delivery, *rest: Any) -> dict[str, str]:
    number = f"{len(delivery.attempts):012x}"
    return {**original(delivery, *rest), ID: delivery.id[:-12] + number}


ALERT = ("alert_id", "rule_id", "rule_name", "trigger_type", "camera_id", "camera_name", "site_name", "event_id",
         "severity", "description")  # fmt: skip


EVENT = ("event_id", "camera_id", "camera_name", "site_name", "trigger_type", "triggered_at", "summary", "tags",
         "ai_status", "snapshot_url")  # fmt: skip


CAMERA = ("camera_id", "camera_name", "site_name", "gateway_id", "previous_status", "status")


GATEWAY = ("gateway_id", "gateway_name", "site_name", "previous_status", "status", "affected_cameras")


_nobody = "00000000-0000-4000-8000-00000000beef"


def _told(type_: EventType, change: Change) -> Patch:
    """Change what is told of one type of event."""

    async def defect(
        original: Original, tx: Any, random_source: Any, listening: Any, told: EventType, data: Any, now: Any
    ) -> None:
        await original(tx, random_source, listening, told, change(data) if told is type_ else data, now)

    return around(notifications._send_to_all, defect)


_alert, _event = partial(_told, EventType.ALERT), partial(_told, EventType.EVENT)


_camera, _gateway = partial(_told, EventType.CAMERA_STATUS), partial(_told, EventType.GATEWAY_STATUS)


_swapped = copied(status="previous_status", previous_status="status")


def _upside_down(value: Any) -> Any:
    return dict(reversed(value.items()))


def _enveloped(change: Change) -> Patch:
    """Change the messages as they are composed, before they are signed."""
    return returning(domain.compose, lambda found: replace(found, body=json.dumps(change(json.loads(found.body)))))


def _named_after_the_webhook(original: Original, webhook: Webhook, *rest: Any) -> Any:
    delivery = original(webhook, *rest)
    return replace(delivery, body=delivery.body.replace(delivery.id, webhook.id))


def _heard_by(hears: Callable[[Webhook, str, EventType], bool]) -> Patch:
    """Tell the webhooks of all orgs for which that holds."""

    async def listening(tx: Any, org_id: str, event_type: EventType) -> list[Webhook]:
        found = [webhook for org in await tx.orgs() for webhook in await tx.select(Query(WEBHOOKS, org))]
        return [webhook for webhook in found if hears(webhook, org_id, event_type)][::-1]

    return replaced(lambda: notifications._subscribers, listening)


def _only(which: Callable[[Any], bool]) -> Any:
    """Return a wrapper that tells of some events only; the event is the last argument but one."""

    async def defect(original: Original, *args: Any) -> None:
        if which(args[-2]):
            await original(*args)

    return defect


async def _again(original: Original, *args: Any) -> None:
    """Tell everything twice."""
    await original(*args)
    await original(*args)


def _edges(edge: Callable[[str, str], bool]) -> Patch:
    return replaced(lambda: domain.goes_online_or_offline, lambda before, after: edge(before.value, after.value))


@stateful
def _sometimes_missed() -> AnyFunction:
    due = once_in(3)
    return lambda original, before, after: original(before, after) and not due()


_recorded, _fired = partial(around, notifications.event_recorded), partial(around, notifications.alert_fired)


MUTANTS = (
    mutant("AS-205/of-the-attempt", around(domain.headers, _id_of_the_attempt), "AS-197"),
    mutant(
        "AS-205/of-the-event",
        delivery_headers(lambda found, delivery, _: {**found, ID: json.loads(delivery.body)["data"]["event_id"]}),
        "WH-14",
    ),
    mutant("WH-10/no-event", replaced(lambda: notifications.event_recorded, nothing)),
    mutant("WH-10/1-in-20-not-told", _recorded(occasionally(20, nothing))),
    mutant("WH-10/1-in-20-told-twice", _recorded(occasionally(20, _again))),
    mutant("WH-10/twice", _recorded(_again)),
    *for_each(
        "WH-10/no-{}",
        ("motion", "ai_tag", "manual"),
        lambda kind: _recorded(_only(lambda event: event.trigger_type.value != kind)),
    ),
    mutant("WH-10/no-alert", replaced(lambda: notifications.alert_fired, nothing)),
    mutant("WH-10/alert-twice", _fired(_again)),
    mutant("WH-10/of-any-type", _heard_by(lambda hook, org, _: hook.enabled and hook.org_id == org), "AS-204"),
    mutant("WH-11/every-change", _edges(lambda before, after: before != after)),
    mutant("WH-11/every-time", _edges(lambda before, after: True)),
    mutant("WH-11/never", _edges(lambda before, after: False)),
    mutant("WH-11/offline-only", _edges(lambda before, after: (before, after) == ("online", "offline"))),
    mutant("WH-11/online-only", _edges(lambda before, after: (before, after) == ("offline", "online"))),
    mutant("WH-11/to-offline", _edges(lambda before, after: before != after and "offline" in (before, after))),
    mutant("WH-11/to-online", _edges(lambda before, after: before != after and "online" in (before, after))),
    mutant("WH-11/as-errors", _edges(lambda before, after: {before, after} <= {"online", "error", "offline"})),
    mutant("WH-11/1-in-3-missed", around(domain.goes_online_or_offline, _sometimes_missed)),
    mutant("WH-11/swapped", _camera(_swapped), "AS-202"),
    mutant("WH-12/none", _gateway(having(affected_cameras=0))),
    mutant("WH-12/one-more", _gateway(changed(affected_cameras=lambda count: count + 1)), "AS-203"),
    mutant("WH-12/as-text", _gateway(changed(affected_cameras=str)), "AS-203"),
    mutant("WH-12/another-name", _gateway(renamed("affected_cameras", "camera_count")), "AS-203"),
    *for_each("WH-13/no-{}", ("event_type", "timestamp", "webhook_id", "data"), lambda name: _enveloped(lacking(name))),
    mutant("WH-13/type", _enveloped(renamed("event_type", "type"))),
    mutant("WH-13/payload", _enveloped(renamed("data", "payload"))),
    mutant("WH-13/more", _enveloped(having(version=1))),
    mutant("WH-13/offset", _enveloped(changed(timestamp=lambda text: text.replace("Z", "+00:00")))),
    mutant("WH-13/no-zone", _enveloped(changed(timestamp=lambda text: text.removesuffix("Z")))),
    mutant("WH-13/day", _enveloped(changed(timestamp=lambda text: text[:10]))),
    mutant("WH-13/data-as-text", _enveloped(changed(data=json.dumps))),
    mutant("WH-13/1-in-20-bare", _enveloped(sometimes(lacking("timestamp")))),
    mutant("WH-14/the-webhooks", around(domain.compose, _named_after_the_webhook)),
    mutant("WH-14/nobodys", _enveloped(having(webhook_id=_nobody))),
    mutant("WH-14/1-in-20-nobodys", _enveloped(sometimes(having(webhook_id=_nobody)))),
    *for_each("WH-15/no-{}", ALERT, lambda name: _alert(lacking(name))),
    *for_each(
        "WH-15/{}-as-the-event", ("alert_id", "rule_id", "camera_id"), lambda name: _alert(copied(**{name: "event_id"}))
    ),
    mutant("WH-15/upside-down", _alert(_upside_down)),
    mutant("WH-15/names-swapped", _alert(copied(camera_name="site_name", site_name="camera_name"))),
    mutant("WH-15/event-as-the-alert", _alert(copied(event_id="alert_id"))),
    mutant("WH-15/no-text", _alert(having(description=None)), "AS-200"),
    mutant("WH-15/level", _alert(having(severity=2)), "AS-200"),
    mutant("AS-200/no-fired-at", _alert(lacking("fired_at"))),
    mutant("AS-200/critical", _alert(having(severity="critical"))),
    mutant("AS-200/rule-as-description", _alert(copied(description="rule_name"))),
    mutant("AS-200/more", _alert(having(status="new"))),
    *for_each("AS-201/no-{}", EVENT, lambda name: _event(lacking(name))),
    *for_each("AS-201/{}-lost", EVENT[1:], lambda name: _event(having(**{name: None}))),
    mutant("AS-201/more", _event(having(starred=False))),
    mutant("AS-201/names-swapped", _event(copied(camera_name="site_name", site_name="camera_name"))),
    mutant("AS-201/1-in-20-without-tags", _event(sometimes(lacking("tags")))),
    *for_each("AS-202/no-{}", CAMERA, lambda name: _camera(lacking(name))),
    mutant("AS-202/no-gateway-told", _camera(having(gateway_id=None))),
    mutant("AS-202/names-swapped", _camera(copied(camera_name="site_name", site_name="camera_name"))),
    *for_each("AS-203/no-{}", GATEWAY, lambda name: _gateway(lacking(name))),
    mutant("AS-203/names-swapped", _gateway(copied(gateway_name="site_name", site_name="gateway_name"))),
    mutant("AS-203/swapped", _gateway(_swapped), "WH-11"),
    mutant("AS-204/all-orgs", _heard_by(lambda hook, _, type_: hook.enabled and type_ in hook.event_types)),
    mutant(
        "AS-204/first-type",
        _heard_by(lambda hook, org, type_: hook.enabled and hook.org_id == org and type_ is hook.event_types[0]),
    ),
    mutant("AS-204/the-oldest-alone", returning(notifications._subscribers, at_most(1)), "AS-205"),
)
