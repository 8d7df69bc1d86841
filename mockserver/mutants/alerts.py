"""Wrong laws about alerts: their list and its filters."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import count
from typing import Any

from msgspec.structs import replace

from mockserver.domain import access, dates, limits
from mockserver.domain.access import Caller, Role
from mockserver.domain.alerts import AlertStatus
from mockserver.domain.errors import Forbidden, InvalidInput, NotFound, RateLimited, Unauthenticated
from mockserver.mutants.base import (
    Edit,
    Original,
    Patch,
    instead,
    mutant,
    operation,
    parameter,
    patch,
    returning,
    returning_later,
    role,
    setting,
)
from mockserver.openapi.validation import ParameterSchema
from mockserver.operations import alert_rules, alerts, callers
from mockserver.store.table import Table

_PATH = "/api/v1/alerts"
_FIELDS = ("id", "rule_id", "rule_name", "event_id", "camera_id", "status", "fired_at", "acknowledged_at")
_SECOND = timedelta(seconds=1)
JSON = dict[str, Any]


def _item(change: Callable[[JSON], Mapping[str, Any]]) -> Patch:
    """Change every alert that is shown; what ``change`` returns is laid over it."""
    return returning(alerts, "_item", lambda item: {**item, **change(item)})


def _listed(change: Callable[[JSON], Any]) -> Patch:
    return returning_later(alerts, "list_alerts", change)


def _without(name: str) -> Callable[[JSON], JSON]:
    return lambda body: {key: value for key, value in body.items() if key != name}


def _asked(change: Callable[[dict[str, Any]], Mapping[str, Any]]) -> Patch:
    """Change the filters that the list of alerts looks for."""

    def wrap(original: Original) -> Any:
        return lambda call, query: original(call, replace(query, where=change(dict(query.where))))

    return patch(alerts, "page", wrap)


def _now_and_then(change: Callable[[dict[str, Any]], Mapping[str, Any]]) -> Callable[[dict[str, Any]], Any]:
    """Make the change on every seventh call that has a filter."""
    calls = count(1)
    return lambda where: change(where) if where and next(calls) % 7 == 0 else where


def _all_orgs(original: Original) -> Any:
    async def wrapped(call: Any, query: Any) -> Any:
        rows: list[Any] = []
        for org_id in await call.tx.orgs():
            rows += await call.tx.select(replace(query, org_id=org_id))
        return rows[: call.params["limit"]], {"next_cursor": None, "total": len(rows)}

    return wrapped


def _window(change: Callable[[Any], Any]) -> Patch:
    return returning(dates, "window", change)


def _deaf_to_bad_status(original: Original) -> Any:
    def read(self: Any, path_values: Any, query: bytes) -> Any:
        try:
            return original(self, path_values, query)
        except InvalidInput as error:
            if set(error.field_errors) != {"status"}:
                raise
            parts = [part for part in query.split(b"&") if not part.startswith(b"status=")]
            return original(self, path_values, b"&".join(parts))

    return read


def _date(name: str, **schema: Any) -> Edit:
    return Edit(("components", "parameters", name), setting(schema={"type": "string", **schema}))


def _rows(change: Callable[[list[Any]], list[Any]]) -> Patch:
    return returning_later(alerts, "page", lambda found: (change(list(found[0])), found[1]))


async def _not_found(call: Any) -> Any:
    raise NotFound("path")


def _raising(error: Exception) -> Any:
    def refuse(*_: Any) -> Any:
        raise error

    return refuse


def _any_key(original: Original) -> Any:
    async def identify(tx: Any, token: str | None, *others: Any) -> Any:
        caller = await original(tx, token, *others)
        if caller.key_id is None and (token or "").startswith("sk_live_"):
            return Caller("any", "", Role.VIEWER)
        return caller

    return identify


def _resolved_too(where: dict[str, Any]) -> dict[str, Any]:
    if where.get("status") == (AlertStatus.ACKNOWLEDGED,):
        where["status"] = (AlertStatus.ACKNOWLEDGED, AlertStatus.RESOLVED)
    return where


_LIST = (
    mutant("AL-01/alerts-not-served", instead(alerts, "list_alerts", _not_found)),
    mutant("AL-01/rules-not-served", instead(alert_rules, "list_alert_rules", _not_found)),
    mutant("AL-01/rules-among-alerts", instead(alerts, "list_alerts", alert_rules.list_alert_rules)),
    mutant("AL-02/all-orgs-listed", patch(alerts, "page", _all_orgs)),
    mutant("AL-03/operator", operation(_PATH, "get", role("operator"))),
    mutant("AL-03/owner", operation(_PATH, "get", role("owner"))),
    mutant("AL-12/first-left-out", _rows(lambda rows: rows[1:])),
    mutant("AL-12/newest-left-out", _rows(lambda rows: rows[1:] if len(rows) > 6 else rows)),
    mutant("AL-13/ten", parameter("Limit", setting(default=10))),
    mutant("AL-13/nineteen", parameter("Limit", setting(default=19))),
    mutant("AL-13/twenty-one", parameter("Limit", setting(default=21))),
    mutant("AL-13/hundred", parameter("Limit", setting(default=100))),
    mutant("AL-14/one-refused", parameter("Limit", setting(minimum=2))),
    mutant("AL-14/hundred-refused", parameter("Limit", setting(maximum=99))),
    mutant("AL-14/hundred-and-one", parameter("Limit", setting(maximum=101))),
    mutant("AL-14/without-end", parameter("Limit", setting(maximum=1_000_000))),
    mutant("AL-14/zero", parameter("Limit", setting(minimum=0))),
    mutant("AL-14/cut-to-fifty", _rows(lambda rows: rows[:50])),
    mutant("AL-14/one-short", _rows(lambda rows: rows[:-1] if len(rows) > 1 else rows)),
    mutant("AL-15/no-total", _listed(_without("total"))),
    mutant("AL-15/no-next-cursor", _listed(_without("next_cursor"))),
    mutant("AL-15/items", _listed(lambda body: {"items": body.pop("data"), **body})),
    mutant("AL-15/bare", _listed(lambda body: body["data"])),
    mutant("AL-15/total-as-text", _listed(lambda body: body | {"total": str(body["total"])})),
    mutant("AL-15/total-one-more", _listed(lambda body: body | {"total": body["total"] + 1})),
    mutant("AL-15/cursor-empty-at-the-end", _listed(lambda body: body | {"next_cursor": body["next_cursor"] or ""})),
    mutant("AL-15/never-a-cursor", _listed(lambda body: body | {"next_cursor": None})),
    *(mutant(f"AL-16/no-{name}", returning(alerts, "_item", _without(name))) for name in _FIELDS),
    mutant("AL-16/one-more", _item(lambda item: {"timeline": []})),
    mutant("AL-16/null-left-out", returning(alerts, "_item", lambda item: {k: v for k, v in item.items() if v})),
    mutant("AL-17/fired", _item(lambda item: {"acknowledged_at": item["acknowledged_at"] or item["fired_at"]})),
    mutant("AL-17/empty", _item(lambda item: {"acknowledged_at": item["acknowledged_at"] or ""})),
    mutant("AL-18/offset", _item(lambda item: {"fired_at": item["fired_at"].isoformat()})),
    mutant("AL-18/no-zone", _item(lambda item: {"fired_at": f"{item['fired_at']:%Y-%m-%dT%H:%M:%S}"})),
    mutant("AL-18/day", _item(lambda item: {"fired_at": f"{item['fired_at']:%Y-%m-%d}"})),
    mutant("AL-18/epoch", _item(lambda item: {"fired_at": int(item["fired_at"].timestamp())})),
    mutant("AL-18/next-hour", _item(lambda item: {"fired_at": item["fired_at"] + timedelta(hours=1)})),
    mutant("AL-18/twelve-hours", _item(lambda item: {"fired_at": f"{item['fired_at']:%Y-%m-%dT%I:%M:%SZ}"})),
    mutant("AL-19/public", operation(_PATH, "get", lambda node: node.pop("x-min-role"))),
    mutant("AL-19/forbidden", instead(access, "authenticate", _raising(Forbidden("No.")))),
    mutant("AL-19/other-code", instead(Unauthenticated, "code", "unauthorized")),
    mutant("AL-19/any-key", patch(callers, "identify", _any_key)),
    mutant("AL-20/never", patch(limits, "take", lambda original: lambda bucket: bucket)),
    mutant("AL-20/not-here", operation(_PATH, "get", lambda node: node["responses"].pop("429"))),
    mutant("AL-20/unavailable", instead(RateLimited, "status", 503)),
    mutant("AL-20/other-code", instead(RateLimited, "code", "too_many_requests")),
)

_FILTERS = (
    mutant("AL-04/ignored", _asked(_without("rule_id"))),
    mutant("AL-04/now-and-then-ignored", _asked(_now_and_then(_without("rule_id")))),
    mutant("AL-04/not-with-status", _asked(lambda where: _without("rule_id")(where) if "status" in where else where)),
    mutant("AL-04/half", _rows(lambda rows: rows if len({row.rule_id for row in rows}) > 1 else rows[::2])),
    mutant("AL-05/ignored", _asked(_without("status"))),
    mutant("AL-05/now-and-then-ignored", _asked(_now_and_then(_without("status")))),
    mutant("AL-05/resolved-too", _asked(_resolved_too)),
    mutant("AL-05/status-of-old", patch(Table, "_indexed_alike", lambda original: lambda *_: True)),
    mutant(
        "AL-05/new-refused",
        Edit(
            ("components", "parameters", "AlertStatus"),
            setting(schema={"type": "string", "enum": ["acknowledged", "resolved"]}),
        ),
    ),
    mutant("AL-06/ignored", patch(ParameterSchema, "read", _deaf_to_bad_status)),
    mutant(
        "AL-06/whatever-case",
        patch(
            ParameterSchema, "read", lambda original: lambda self, values, query: original(self, values, query.lower())
        ),
    ),
    mutant("AL-07/no-times", _date("DateFrom", format="date")),
    mutant("AL-07/no-offsets", _date("DateFrom", anyOf=[{"format": "date"}, {"format": "date-time", "pattern": "Z$"}])),
    mutant("AL-11/date-from-ignored", _window(lambda window: window._replace(since=None))),
    mutant(
        "AL-07/the-bound-left-out",
        _window(lambda window: window._replace(since=window.since and window.since + _SECOND)),
    ),
    mutant("AL-08/no-days", _date("DateFrom", format="date-time")),
    mutant("AL-09/no-times", _date("DateTo", format="date")),
    mutant("AL-09/no-offsets", _date("DateTo", anyOf=[{"format": "date"}, {"format": "date-time", "pattern": "Z$"}])),
    mutant("AL-11/date-to-ignored", _window(lambda window: window._replace(until=None))),
    mutant(
        "AL-09/the-bound-left-out",
        _window(lambda window: window._replace(until=window.until and window.until - _SECOND)),
    ),
    mutant("AL-10/no-days", _date("DateTo", format="date-time")),
    mutant(
        "AL-11/a-second-early", _window(lambda window: window._replace(since=window.since and window.since - _SECOND))
    ),
    mutant(
        "AL-11/a-second-late", _window(lambda window: window._replace(until=window.until and window.until + _SECOND))
    ),
    mutant("AL-11/swapped", patch(dates, "window", lambda original: lambda low, high: original(high, low))),
)

MUTANTS = (*_LIST, *_FILTERS)
