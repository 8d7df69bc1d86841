"""Alert rules (rules RU-…)."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mockserver.domain import alert_rules
from mockserver.domain.alert_rules import AlertRule
from mockserver.domain.errors import NotFound
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import ALERT_RULES, CAMERAS, SITES

_LISTED = ("id", "name", "trigger_type", "scope_type", "schedule_type", "cooldown_sec", "enabled")
_DETAILED = (
    *_LISTED, "custom_tags", "min_confidence", "site_ids", "camera_ids", "zones_filter", "conditions_json",
    "recipients", "created_at",
)  # fmt: skip


async def list_alert_rules(call: Call) -> dict[str, Any]:
    """All alert rules, without paging (AS-13)."""
    rules = list(await call.tx.select(Query(ALERT_RULES, call.org_id)))
    return {"data": [_view(rule, _LISTED) for rule in rules], "total": len(rules)}


async def get_alert_rule(call: Call) -> dict[str, Any]:
    """One alert rule in full."""
    return _view(await call.get(ALERT_RULES, "alert rule"), _DETAILED)


async def create_alert_rule(call: Call) -> dict[str, Any]:
    """Create an alert rule, which is enabled by default (RU-44)."""
    return await _store(call, msgspec.convert({**call.body, **await call.new_identity()}, AlertRule))


async def update_alert_rule(call: Call) -> dict[str, Any]:
    """Change some fields of an alert rule."""
    return await _store(call, alert_rules.update(await call.get(ALERT_RULES, "alert rule"), call.body))


async def delete_alert_rule(call: Call) -> None:
    """Delete an alert rule; the alerts that it fired stay (RU-59)."""
    await call.tx.remove(ALERT_RULES, await call.get(ALERT_RULES, "alert rule"))


async def _store(call: Call, rule: AlertRule) -> dict[str, Any]:
    alert_rules.check(rule)
    await _require_references(call, call.body)
    await call.tx.put(ALERT_RULES, rule)
    return _view(rule, _DETAILED)


async def _require_references(call: Call, body: Mapping[str, Any]) -> None:
    """Refuse sites and cameras that the org does not have (RU-40, RU-41). Raises NotFound."""
    for site_id in body.get("site_ids", ()):
        if await call.tx.get(SITES, call.org_id, site_id) is None:
            raise NotFound("site")
    for camera_id in body.get("camera_ids", ()):
        camera = await call.tx.get(CAMERAS, call.org_id, camera_id)
        if camera is None or camera.deleted:
            raise NotFound("camera")


def _view(rule: AlertRule, fields: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in fields}
