"""Mutants about the messages that webhooks get: of which changes, and with what data."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.domain import webhooks as domain
from mockserver.domain.events import Event
from mockserver.domain.webhooks import Delivery, EventType, Webhook
from mockserver.mutants.operators.patches import (
    AnyFunction,
    Change,
    Mutants,
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
from mockserver.mutants.operators.webhooks import ID, delivery_headers
from mockserver.operations import notifications
from mockserver.store.base import Query, Transaction
from mockserver.store.kinds import WEBHOOKS

MUTANTS = Mutants()
_ALERT_FIELDS = (
    "alert_id", "rule_id", "rule_name", "trigger_type", "camera_id", "camera_name", "site_name", "event_id", "severity",
    "description",
)  # fmt: skip
_EVENT_FIELDS = (
    "event_id", "camera_id", "camera_name", "site_name", "trigger_type", "triggered_at", "summary", "tags", "ai_status",
    "snapshot_url",
)  # fmt: skip
_CAMERA_FIELDS = ("camera_id", "camera_name", "site_name", "gateway_id", "previous_status", "status")
_GATEWAY_FIELDS = ("gateway_id", "gateway_name", "site_name", "previous_status", "status", "affected_cameras")
#: The id of no delivery.
_NO_DELIVERY = "00000000-0000-4000-8000-00000000beef"
_statuses_swapped = copied(status="previous_status", previous_status="status")
_names_swapped = copied(camera_name="site_name", site_name="camera_name")
_event_recorded, _alert_fired = (
    partial(around, notifications.event_recorded),
    partial(around, notifications.alert_fired),
)


def _data(event_type: EventType, change: Change) -> Patch:
    """Change the data of the messages of one type."""

    async def defect(
        original: Original, tx: Any, random_source: Any, subscribers: Any, sent: EventType, data: Any, now: Any
    ) -> None:
        await original(tx, random_source, subscribers, sent, change(data) if sent is event_type else data, now)

    return around(notifications._send_to_all, defect)


_alert, _event = partial(_data, EventType.ALERT), partial(_data, EventType.EVENT)
_camera, _gateway = partial(_data, EventType.CAMERA_STATUS), partial(_data, EventType.GATEWAY_STATUS)


def _message(change: Change) -> Patch:
    """Change the messages before they are signed."""
    return returning(domain.compose, lambda found: replace(found, body=json.dumps(change(json.loads(found.body)))))


def _subscribers(condition: Callable[[Webhook, str, EventType], bool]) -> Patch:
    """Notify the webhooks, of all orgs, that meet a condition for the org and the type of a message."""

    async def find(tx: Transaction, org_id: str, event_type: EventType) -> list[Webhook]:
        found = [webhook for org in await tx.orgs() for webhook in await tx.select(Query(WEBHOOKS, org))]
        return [webhook for webhook in found if condition(webhook, org_id, event_type)][::-1]

    return replaced(lambda: notifications._subscribers, find)


def _status_changes(condition: Callable[[str, str], bool]) -> Patch:
    """Notify of the changes of status, before and after, that meet a condition."""
    return replaced(lambda: domain.goes_online_or_offline, lambda before, after: condition(before.value, after.value))


def _not_of(trigger_type: str) -> Patch:
    """Do not notify of events with one type of trigger."""

    async def defect(original: Original, tx: Any, random_source: Any, event: Event, now: Any) -> None:
        if event.trigger_type.value != trigger_type:
            await original(tx, random_source, event, now)

    return _event_recorded(defect)


async def _twice(original: Original, *args: Any) -> None:
    """Notify twice of the same."""
    await original(*args)
    await original(*args)


@MUTANTS.defect("WH-11/1-in-3-missed", of=domain.goes_online_or_offline)
@stateful
def _sometimes_missed() -> AnyFunction:
    """Do not notify of one change in three."""
    due = once_in(3)
    return lambda original, before, after: original(before, after) and not due()


@MUTANTS.defect("WH-14/the-webhooks", of=domain.compose)
def _id_of_the_webhook(original: Original, webhook: Webhook, *others: Any) -> Any:
    """Send the id of the webhook as webhook_id."""
    delivery = original(webhook, *others)
    return replace(delivery, body=delivery.body.replace(delivery.id, webhook.id))


@MUTANTS.defect("AS-205/of-the-attempt", "AS-197", of=domain.headers)
def _id_of_the_attempt(original: Original, delivery: Delivery, *others: Any) -> dict[str, str]:
    """Send another X-Webhook-ID with each attempt."""
    return {**original(delivery, *others), ID: f"{delivery.id[:-12]}{len(delivery.attempts):012x}"}


MUTANTS += (
    mutant("WH-10/no-event", _event_recorded(nothing)),
    mutant("WH-10/1-in-20-not-sent", _event_recorded(occasionally(20, nothing))),
    mutant("WH-10/1-in-20-sent-twice", _event_recorded(occasionally(20, _twice))),
    mutant("WH-10/twice", _event_recorded(_twice)),
    *for_each("WH-10/no-{}", ("motion", "ai_tag", "manual"), _not_of),
    mutant("WH-10/no-alert", _alert_fired(nothing)),
    mutant("WH-10/alert-twice", _alert_fired(_twice)),
    mutant(
        "WH-10/of-any-type",
        _subscribers(lambda webhook, org_id, _: webhook.enabled and webhook.org_id == org_id),
        "AS-204",
    ),
    mutant("WH-11/every-change", _status_changes(lambda before, after: before != after)),
    mutant("WH-11/every-time", _status_changes(lambda before, after: True)),
    mutant("WH-11/never", _status_changes(lambda before, after: False)),
    mutant("WH-11/offline-only", _status_changes(lambda before, after: (before, after) == ("online", "offline"))),
    mutant("WH-11/online-only", _status_changes(lambda before, after: (before, after) == ("offline", "online"))),
    *for_each(
        "WH-11/to-{}",
        ("offline", "online"),
        lambda status: _status_changes(lambda before, after: before != after and status in (before, after)),
    ),
    mutant("WH-11/as-errors", _status_changes(lambda before, after: {before, after} <= {"online", "error", "offline"})),
    mutant("WH-11/swapped", _camera(_statuses_swapped), "AS-202"),
    mutant("WH-12/none", _gateway(having(affected_cameras=0))),
    mutant("WH-12/one-more", _gateway(changed(affected_cameras=lambda count: count + 1)), "AS-203"),
    mutant("WH-12/as-text", _gateway(changed(affected_cameras=str)), "AS-203"),
    mutant("WH-12/another-name", _gateway(renamed("affected_cameras", "camera_count")), "AS-203"),
    *for_each("WH-13/no-{}", ("event_type", "timestamp", "webhook_id", "data"), lambda name: _message(lacking(name))),
    mutant("WH-13/type", _message(renamed("event_type", "type"))),
    mutant("WH-13/payload", _message(renamed("data", "payload"))),
    mutant("WH-13/more", _message(having(version=1))),
    mutant("WH-13/offset", _message(changed(timestamp=lambda text: text.replace("Z", "+00:00")))),
    mutant("WH-13/no-zone", _message(changed(timestamp=lambda text: text.removesuffix("Z")))),
    mutant("WH-13/day", _message(changed(timestamp=lambda text: text[:10]))),
    mutant("WH-13/data-as-text", _message(changed(data=json.dumps))),
    mutant("WH-13/1-in-20-bare", _message(sometimes(lacking("timestamp")))),
    mutant("WH-14/nobodys", _message(having(webhook_id=_NO_DELIVERY))),
    mutant("WH-14/1-in-20-nobodys", _message(sometimes(having(webhook_id=_NO_DELIVERY)))),
    *for_each("WH-15/no-{}", _ALERT_FIELDS, lambda name: _alert(lacking(name))),
    *for_each(
        "WH-15/{}-as-the-event", ("alert_id", "rule_id", "camera_id"), lambda name: _alert(copied(**{name: "event_id"}))
    ),
    mutant("WH-15/upside-down", _alert(lambda data: dict(reversed(data.items())))),
    mutant("WH-15/names-swapped", _alert(_names_swapped)),
    mutant("WH-15/event-as-the-alert", _alert(copied(event_id="alert_id"))),
    mutant("WH-15/no-text", _alert(having(description=None)), "AS-200"),
    mutant("WH-15/level", _alert(having(severity=2)), "AS-200"),
    mutant("AS-200/no-fired-at", _alert(lacking("fired_at"))),
    mutant("AS-200/critical", _alert(having(severity="critical"))),
    mutant("AS-200/rule-as-description", _alert(copied(description="rule_name"))),
    mutant("AS-200/more", _alert(having(status="new"))),
    *for_each("AS-201/no-{}", _EVENT_FIELDS, lambda name: _event(lacking(name))),
    *for_each("AS-201/{}-lost", _EVENT_FIELDS[1:], lambda name: _event(having(**{name: None}))),
    mutant("AS-201/more", _event(having(starred=False))),
    mutant("AS-201/names-swapped", _event(_names_swapped)),
    mutant("AS-201/1-in-20-without-tags", _event(sometimes(lacking("tags")))),
    *for_each("AS-202/no-{}", _CAMERA_FIELDS, lambda name: _camera(lacking(name))),
    mutant("AS-202/null-gateway", _camera(having(gateway_id=None))),
    mutant("AS-202/names-swapped", _camera(_names_swapped)),
    *for_each("AS-203/no-{}", _GATEWAY_FIELDS, lambda name: _gateway(lacking(name))),
    mutant("AS-203/names-swapped", _gateway(copied(gateway_name="site_name", site_name="gateway_name"))),
    mutant("AS-203/swapped", _gateway(_statuses_swapped), "WH-11"),
    mutant(
        "AS-204/all-orgs",
        _subscribers(lambda webhook, _, event_type: webhook.enabled and event_type in webhook.event_types),
    ),
    mutant(
        "AS-204/first-type",
        _subscribers(
            lambda webhook, org_id, event_type: (
                webhook.enabled and webhook.org_id == org_id and event_type is webhook.event_types[0]
            )
        ),
    ),
    mutant("AS-204/the-oldest-alone", returning(notifications._subscribers, at_most(1)), "AS-205"),
    mutant(
        "AS-205/of-the-event",
        delivery_headers(lambda found, delivery, _: {**found, ID: json.loads(delivery.body)["data"]["event_id"]}),
        "WH-14",
    ),
)
