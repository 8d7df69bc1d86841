"""Wrong laws about alert rules: who may do what, the list, creating, changing and deleting as a whole."""

from collections.abc import Callable
from itertools import count
from typing import Any

import msgspec

from mockserver.domain import access
from mockserver.domain import alert_rules as domain
from mockserver.domain.alerts import AlertStatus
from mockserver.domain.errors import Forbidden, InvalidInput, NotFound, Unauthenticated
from mockserver.mutants.base import (
    Original,
    Patch,
    instead,
    mutant,
    operation,
    patch,
    returning,
    returning_later,
    role,
    schema,
    setting,
)
from mockserver.mutants.timelines import after_deletion
from mockserver.operations import alert_rules
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import ALERT_RULES

_PATH = "/api/v1/alert-rules"
_ONE = f"{_PATH}/{{id}}"
_LISTED = ("id", "name", "trigger_type", "scope_type", "schedule_type", "cooldown_sec", "enabled")
_CREATED = (*_LISTED, "camera_ids", "created_at")
_CHANGEABLE = ("name", "trigger_type", "custom_tags", "min_confidence", "scope_type", "site_ids", "camera_ids",
               "zones_filter", "schedule_type", "cooldown_sec", "conditions_json", "recipients")  # fmt: skip
_RESET = {"name": "rule", "zones_filter": [], "schedule_type": "always", "cooldown_sec": 300, "conditions_json": {},
          "custom_tags": ["person"], "min_confidence": None, "enabled": True}  # fmt: skip
JSON = dict[str, Any]


def _listed(change: Callable[[JSON], Any]) -> Patch:
    return returning_later(alert_rules, "list_alert_rules", change)


def _rows(change: Callable[[JSON], JSON]) -> Patch:
    """Change every rule of the list; what ``change`` returns is laid over it."""
    return _listed(lambda body: body | {"data": [row | change(row) for row in body["data"]]})


def _created(change: Callable[[JSON], Any]) -> Patch:
    return returning_later(alert_rules, "create_alert_rule", change)


def _updated(change: Callable[[JSON], Any]) -> Patch:
    return returning_later(alert_rules, "update_alert_rule", change)


def _shown(**fields: Any) -> Patch:
    """Show every rule with some fields wrong."""
    return returning(alert_rules, "_view", lambda view: view | {k: v for k, v in fields.items() if k in view})


def _without(name: str) -> Callable[[JSON], JSON]:
    return lambda body: {key: value for key, value in body.items() if key != name}


def _status(right: str, wrong: str) -> Callable[[JSON], None]:
    return lambda node: node["responses"].update({wrong: node["responses"].pop(right)})


def _changes(change: Callable[[JSON], JSON]) -> Patch:
    """Change what a PATCH does to a rule."""
    return patch(domain, "update", lambda original: lambda rule, changes: original(rule, change(dict(changes))))


def _refusing(name: str, error: Exception) -> Patch:
    """Let another refusal take the place of 404."""

    def wrap(original: Original) -> Any:
        async def wrapped(call: Any) -> Any:
            try:
                return await original(call)
            except NotFound:
                raise error from None

        return wrapped

    return patch(alert_rules, name, wrap)


def _all_orgs(original: Original) -> Any:
    async def wrapped(call: Any) -> Any:
        orgs = await call.tx.orgs()
        rules = [rule for org_id in orgs for rule in await call.tx.select(Query(ALERT_RULES, org_id))]
        return {"data": [{name: getattr(rule, name) for name in _LISTED} for rule in rules], "total": len(rules)}

    return wrapped


def _of_any_org(original: Original) -> Any:
    async def get(self: Any, kind: Any, noun: str) -> Any:
        for org_id in await self.tx.orgs() if kind is ALERT_RULES else ():
            record = await self.tx.get(kind, org_id, self.params["id"])
            if record is not None:
                return record
        return await original(self, kind, noun)

    return get


def _forgetting(original: Original) -> Any:
    async def create(call: Any) -> Any:
        view = await original(call)
        await call.tx.remove(ALERT_RULES, await call.tx.get(ALERT_RULES, call.org_id, view["id"]))
        return view

    return create


def _not_storing(original: Original) -> Any:
    async def update(call: Any) -> Any:
        before = await call.get(ALERT_RULES, "alert rule")
        view = await original(call)
        await call.tx.put(ALERT_RULES, before)
        return view

    return update


async def _keeping(call: Any) -> None:
    await call.get(ALERT_RULES, "alert rule")


def _lenient_once_in_twenty(original: Original) -> Any:
    denied = count(1)

    def authorise(*args: Any) -> None:
        try:
            original(*args)
        except Forbidden:
            if next(denied) % 20:
                raise

    return authorise


def _never_found(original: Original) -> Any:
    async def delete(call: Any) -> None:
        try:
            await original(call)
        except NotFound:
            return

    return delete


def _raising(error: Exception) -> Any:
    def refuse(*_: Any) -> Any:
        raise error

    return refuse


_READING = (
    mutant("RU-01/all-orgs-listed", patch(alert_rules, "list_alert_rules", _all_orgs)),
    mutant("RU-01/any-orgs-rule", patch(Call, "get", _of_any_org), "RU-51"),
    mutant("RU-02/operator", operation(_PATH, "get", role("operator"))),
    mutant("RU-02/owner", operation(_PATH, "get", role("owner"))),
    mutant("RU-03/bare", _listed(lambda body: body["data"])),
    mutant("RU-03/no-total", _listed(_without("total"))),
    mutant("RU-03/items", _listed(lambda body: {"items": body["data"], "total": body["total"]})),
    mutant("RU-03/total-as-text", _listed(lambda body: body | {"total": str(body["total"])})),
    mutant("RU-03/total-one-less", _listed(lambda body: body | {"total": body["total"] - 1})),
    mutant("RU-03/partial-content", operation(_PATH, "get", _status("200", "206"))),
    mutant("RU-04/next-cursor", _listed(lambda body: body | {"next_cursor": None})),
    mutant("RU-04/twenty", _listed(lambda body: body | {"data": body["data"][:20]})),
    mutant("RU-04/hundred", _listed(lambda body: body | {"data": body["data"][:100]})),
    *(
        mutant(f"RU-05/no-{name}", instead(alert_rules, "_LISTED", tuple(one for one in _LISTED if one != name)))
        for name in _LISTED
    ),
    mutant("RU-05/always-enabled", _rows(lambda row: {"enabled": True}), "RU-54"),
    mutant("RU-05/always-300", _rows(lambda row: {"cooldown_sec": 300})),
    mutant("RU-06/public", operation(_PATH, "get", lambda node: node.pop("x-min-role"))),
    mutant("RU-06/forbidden", instead(access, "authenticate", _raising(Forbidden("No.")))),
    mutant("RU-06/other-code", instead(Unauthenticated, "code", "unauthorized")),
)  # fmt: skip

_CREATING = (
    mutant("RU-07/admin", operation(_PATH, "post", role("admin"))),
    mutant("RU-07/owner", operation(_PATH, "post", role("owner"))),
    mutant("RU-07/viewer", operation(_PATH, "post", role("viewer")), "RU-42"),
    mutant("RU-08/200", operation(_PATH, "post", _status("201", "200"))),
    mutant("RU-08/not-stored", patch(alert_rules, "create_alert_rule", _forgetting)),
    mutant("RU-08/one-id", _created(lambda view: view | {"id": "f5e4d3c2-b1a0-4f9e-8d7c-6b5a4e3d2c1b"})),
    mutant("RU-42/unauthenticated", instead(access, "authorise", _raising(Unauthenticated()))),
    mutant("RU-42/now-and-then-let-in", patch(access, "authorise", _lenient_once_in_twenty), "RU-53", "RU-57"),
    mutant("RU-42/other-code", instead(Forbidden, "code", "access_denied"), "RU-53", "RU-57"),
    mutant("RU-42/hidden", instead(Forbidden, "status", 404), "RU-53", "RU-57"),
    *(mutant(f"RU-43/no-{name}", _created(_without(name))) for name in _CREATED),
    mutant("RU-43/always-300", _created(lambda view: view | {"cooldown_sec": 300})),
    mutant("RU-43/first-camera", _created(lambda view: view | {"camera_ids": view["camera_ids"][:1]})),
    mutant("RU-43/name-in-capitals", _created(lambda view: view | {"name": view["name"].upper()})),
    mutant("RU-44/said-to-be-off", _shown(enabled=False)),
    mutant("RU-44/enabled-as-text", _shown(enabled="true")),
    mutant("RU-45/offset", _created(lambda view: view | {"created_at": view["created_at"].isoformat()})),
    mutant("RU-45/day", _created(lambda view: view | {"created_at": f"{view['created_at']:%Y-%m-%d}"})),
    mutant("RU-45/epoch", _created(lambda view: view | {"created_at": int(view["created_at"].timestamp())})),
)

_CHANGING = (
    mutant("RU-46/admin", operation(_ONE, "patch", role("admin"))),
    mutant("RU-46/owner", operation(_ONE, "patch", role("owner"))),
    mutant("RU-46/viewer", operation(_ONE, "patch", role("viewer")), "RU-53"),
    *(
        mutant(f"RU-47/no-{name}", schema("UpdateAlertRule", lambda node, name=name: node["properties"].pop(name)))  # type: ignore[misc]
        for name in _CHANGEABLE
    ),
    mutant("RU-47/one-at-a-time", schema("UpdateAlertRule", setting(maxProperties=1))),
    mutant("RU-47/all-at-once", schema("UpdateAlertRule", setting(required=["name", "trigger_type", "recipients"]))),
    mutant("RU-47/name-ignored", _changes(_without("name"))),
    *(
        mutant(f"RU-48/{name}-reset", _changes(lambda changes, name=name: {name: _RESET[name]} | changes))  # type: ignore[misc]
        for name in _RESET
    ),
    mutant("RU-49/in-brief", _updated(lambda view: {name: view[name] for name in _LISTED})),
    mutant("RU-49/no-created-at", _updated(_without("created_at"))),
    mutant("RU-49/one-more", _updated(lambda view: view | {"updated_at": view["created_at"]})),
    mutant("RU-49/accepted", operation(_ONE, "patch", _status("200", "202"))),
    mutant("RU-50/as-422", instead(InvalidInput, "status", 422)),
    mutant("RU-50/other-code", instead(InvalidInput, "code", "bad_request")),
    mutant("RU-51/forbidden", _refusing("update_alert_rule", Forbidden("Not yours."))),
    mutant("RU-51/other-code", instead(NotFound, "code", "rule_not_found"), "RU-58"),
    mutant("RU-52/two-at-least", schema("UpdateAlertRule", setting(minProperties=2))),
    mutant("RU-52/ignored", _changes(_without("cooldown_sec"))),
    mutant("RU-52/not-stored", patch(alert_rules, "update_alert_rule", _not_storing), "RU-54", "RU-48"),
    mutant("RU-54/refused", schema("UpdateAlertRule", lambda node: node["properties"].pop("enabled"))),
    mutant("RU-54/ignored", _changes(_without("enabled"))),
    mutant("RU-54/never-on-again", _changes(lambda c: _without("enabled")(c) if c.get("enabled") else c)),
)

_DELETING = (
    mutant("RU-55/admin", operation(_ONE, "delete", role("admin"))),
    mutant("RU-55/owner", operation(_ONE, "delete", role("owner"))),
    mutant("RU-55/viewer", operation(_ONE, "delete", role("viewer")), "RU-57"),
    mutant("RU-55/not-done", instead(alert_rules, "delete_alert_rule", _keeping)),
    mutant("RU-56/200", operation(_ONE, "delete", _status("204", "200"))),
    mutant("RU-56/202", operation(_ONE, "delete", _status("204", "202"))),
    mutant("RU-57/let-in-now-and-then", patch(access, "authorise", _lenient_once_in_twenty)),
    mutant("RU-58/any-orgs-rule", patch(Call, "get", _of_any_org)),
    mutant("RU-58/forbidden", _refusing("delete_alert_rule", Forbidden("Not yours."))),
    mutant("RU-58/nothing-said", patch(alert_rules, "delete_alert_rule", _never_found)),
    mutant("RU-59/unnamed", after_deletion(lambda alert: msgspec.structs.replace(alert, rule_name="")), "AL-33"),
    mutant("RU-59/resolved", after_deletion(lambda alert: msgspec.structs.replace(alert, status=AlertStatus.RESOLVED))),
)

MUTANTS = (*_READING, *_CREATING, *_CHANGING, *_DELETING)
