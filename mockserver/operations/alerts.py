"""Alerts and their timelines (rules AL-…); every role sees those of the whole org (AS-24)."""

from typing import Any

from mockserver.domain import alerts, dates
from mockserver.domain.alerts import Alert, AlertStatus
from mockserver.operations.call import Call, page
from mockserver.store.base import Query
from mockserver.store.kinds import ALERTS


async def list_alerts(call: Call) -> dict[str, Any]:
    """One page of alerts."""
    params = call.params
    where: dict[str, Any] = {}
    if "rule_id" in params:
        where["rule_id"] = (params["rule_id"],)
    if "status" in params:
        where["status"] = (AlertStatus(params["status"]),)
    window = dates.window(params.get("date_from"), params.get("date_to"))
    rows, envelope = await page(call, Query(ALERTS, call.org_id, where, window))
    return {"data": [_item(alert) for alert in rows], **envelope}


async def get_alert(call: Call) -> dict[str, Any]:
    """One alert."""
    return _item(await call.get(ALERTS, "alert"))


async def update_alert(call: Call) -> dict[str, Any]:
    """Acknowledge or resolve an alert, which adds an entry to its timeline (AS-04, AS-10)."""
    status = AlertStatus(call.body["status"])
    alert = alerts.change_status(await call.get(ALERTS, "alert"), status, call.caller.name, call.now)
    await call.tx.put(ALERTS, alert)
    return _item(alert)


async def get_alert_timeline(call: Call) -> dict[str, Any]:
    """The changes of one alert's status, oldest first."""
    alert = await call.get(ALERTS, "alert")
    return {"alert_id": alert.id, "entries": alert.timeline}


def _item(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "rule_id": alert.rule_id,
        "rule_name": alert.rule_name,
        "event_id": alert.event_id,
        "camera_id": alert.camera_id,
        "status": alert.status,
        "fired_at": alert.fired_at,
        "acknowledged_at": alert.acknowledged_at,
    }
