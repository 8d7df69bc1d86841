"""Wrong laws about alerts: their list and its filters."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.domain import access, dates, limits
from mockserver.domain.access import Caller, Role
from mockserver.domain.alerts import AlertStatus
from mockserver.domain.errors import Forbidden, NotFound, RateLimited, Unauthenticated
from mockserver.mutants.operators.document import parameter, role, taking, unlimited
from mockserver.mutants.operators.lists import finding, paging, rows, shifted
from mockserver.mutants.operators.operations import answering, malformed_ignored, serving
from mockserver.mutants.operators.patches import (
    JSON,
    Change,
    Original,
    Patch,
    around,
    calling,
    every,
    for_each,
    mutant,
    replaced,
    returning,
)
from mockserver.mutants.operators.refusals import code_of, failing, raising, status_of
from mockserver.mutants.operators.values import TIMES, at_most, changed, having, lacking, renamed, where
from mockserver.openapi.validation import ParameterSchema
from mockserver.operations import alert_rules, alerts, identity
from mockserver.store.base import Query
from mockserver.store.table import Table

_FIELDS = ("id", "rule_id", "rule_name", "event_id", "camera_id", "status", "fired_at", "acknowledged_at")
_SECOND = timedelta(seconds=1)
_item = partial(returning, alerts._item)
_listed = partial(answering, "listAlerts")
_rows = partial(rows, "listAlerts")
_asked = partial(finding, "listAlerts")


def _now_and_then(change: Change) -> Change:
    """Make the change on every seventh call that has a filter."""
    due = every(7)
    return lambda query: change(query) if query.where and due() else query


async def _all_orgs(original: Original, call: Any, query: Any) -> Any:
    found: list[Any] = []
    for org_id in await call.tx.orgs():
        found += await call.tx.select(replace(query, org_id=org_id))
    return found[: call.params["limit"]], {"next_cursor": None, "total": len(found)}


async def _any_key(original: Original, tx: Any, token: str | None, *others: Any) -> Any:
    caller = await original(tx, token, *others)
    if caller.key_id is None and (token or "").startswith("sk_live_"):
        return Caller("any", "", Role.VIEWER)
    return caller


def _not_with_status(query: Query[Any]) -> Query[Any]:
    return where(rule_id=None)(query) if "status" in query.where else query


def _resolved_too(query: Query[Any]) -> Query[Any]:
    seen = query.where.get("status") == (AlertStatus.ACKNOWLEDGED,)
    return where(status=(AlertStatus.ACKNOWLEDGED, AlertStatus.RESOLVED))(query) if seen else query


def _fired(change: Change) -> Patch:
    return _item(changed(fired_at=change))


def _acknowledged(change: Callable[[JSON], Any]) -> Patch:
    return _item(lambda item: {**item, "acknowledged_at": item["acknowledged_at"] or change(item)})


_LIST = (
    mutant("AL-01/alerts-not-served", failing("listAlerts", NotFound("path"))),
    mutant("AL-01/rules-not-served", failing("listAlertRules", NotFound("path"))),
    mutant("AL-01/rules-among-alerts", serving("listAlerts", calling(alert_rules.list_alert_rules))),
    mutant("AL-02/all-orgs-listed", paging("listAlerts", _all_orgs)),
    *for_each("AL-03/{}", ("operator", "owner"), partial(role, "listAlerts")),
    mutant("AL-12/first-left-out", _rows(lambda found: found[1:])),
    mutant("AL-12/newest-left-out", _rows(lambda found: found[1:] if len(found) > 6 else found)),
    mutant("AL-13/ten", parameter("Limit", default=10)),
    mutant("AL-13/nineteen", parameter("Limit", default=19)),
    mutant("AL-13/twenty-one", parameter("Limit", default=21)),
    mutant("AL-13/hundred", parameter("Limit", default=100)),
    mutant("AL-14/one-refused", parameter("Limit", minimum=2)),
    mutant("AL-14/hundred-refused", parameter("Limit", maximum=99)),
    mutant("AL-14/hundred-and-one", parameter("Limit", maximum=101)),
    mutant("AL-14/without-end", parameter("Limit", maximum=1_000_000)),
    mutant("AL-14/zero", parameter("Limit", minimum=0)),
    mutant("AL-14/cut-to-fifty", _rows(at_most(50))),
    mutant("AL-14/one-short", _rows(lambda found: found[:-1] if len(found) > 1 else found)),
    mutant("AL-15/no-total", _listed(lacking("total"))),
    mutant("AL-15/no-next-cursor", _listed(lacking("next_cursor"))),
    mutant("AL-15/items", _listed(renamed("data", "items"))),
    mutant("AL-15/bare", _listed(lambda body: body["data"])),
    mutant("AL-15/total-as-text", _listed(changed(total=str))),
    mutant("AL-15/total-one-more", _listed(changed(total=lambda total: total + 1))),
    mutant("AL-15/cursor-empty-at-the-end", _listed(changed(next_cursor=lambda cursor: cursor or ""))),
    mutant("AL-15/never-a-cursor", _listed(having(next_cursor=None))),
    *for_each("AL-16/no-{}", _FIELDS, lambda name: _item(lacking(name))),
    mutant("AL-16/one-more", _item(having(timeline=[]))),
    mutant("AL-16/null-left-out", _item(lambda item: {name: value for name, value in item.items() if value})),
    mutant("AL-17/fired", _acknowledged(lambda item: item["fired_at"])),
    mutant("AL-17/empty", _acknowledged(lambda item: "")),
    *for_each("AL-18/{}", TIMES, lambda form: _fired(TIMES[form])),
    mutant("AL-18/next-hour", _fired(lambda at: at + timedelta(hours=1))),
    mutant("AL-18/twelve-hours", _fired("{:%Y-%m-%dT%I:%M:%SZ}".format)),
    mutant("AL-19/public", role("listAlerts", "public")),
    mutant("AL-19/forbidden", replaced(lambda: access.authenticate, raising(Forbidden("No.")))),
    mutant("AL-19/other-code", code_of(Unauthenticated, "unauthorized")),
    mutant("AL-19/any-key", around(identity.identify, _any_key)),
    mutant("AL-20/never", around(limits.take, lambda original, bucket: bucket)),
    mutant("AL-20/not-here", unlimited("listAlerts")),
    mutant("AL-20/unavailable", status_of(RateLimited, 503)),
    mutant("AL-20/other-code", code_of(RateLimited, "too_many_requests")),
)

_FILTERS = (
    mutant("AL-04/ignored", _asked(where(rule_id=None))),
    mutant("AL-04/now-and-then-ignored", _asked(_now_and_then(where(rule_id=None)))),
    mutant("AL-04/not-with-status", _asked(_not_with_status)),
    mutant("AL-04/half", _rows(lambda found: found if len({row.rule_id for row in found}) > 1 else found[::2])),
    mutant("AL-05/ignored", _asked(where(status=None))),
    mutant("AL-05/now-and-then-ignored", _asked(_now_and_then(where(status=None)))),
    mutant("AL-05/resolved-too", _asked(_resolved_too)),
    mutant("AL-05/status-of-old", replaced(lambda: Table._reindex, lambda *_: None)),
    mutant("AL-05/new-refused", taking("AlertStatus", enum=["acknowledged", "resolved"])),
    mutant("AL-06/ignored", malformed_ignored("status")),
    mutant(
        "AL-06/whatever-case",
        around(
            ParameterSchema.read,
            lambda original, self, values, query, *others: original(self, values, query.lower(), *others),
        ),
    ),
    mutant("AL-07/no-times", taking("DateFrom", format="date")),
    mutant(
        "AL-07/no-offsets", taking("DateFrom", anyOf=[{"format": "date"}, {"format": "date-time", "pattern": "Z$"}])
    ),
    mutant("AL-11/date-from-ignored", returning(dates.window, lambda span: span._replace(since=None))),
    mutant("AL-07/the-bound-left-out", shifted(since=_SECOND)),
    mutant("AL-08/no-days", taking("DateFrom", format="date-time")),
    mutant("AL-09/no-times", taking("DateTo", format="date")),
    mutant("AL-09/no-offsets", taking("DateTo", anyOf=[{"format": "date"}, {"format": "date-time", "pattern": "Z$"}])),
    mutant("AL-11/date-to-ignored", returning(dates.window, lambda span: span._replace(until=None))),
    mutant("AL-09/the-bound-left-out", shifted(until=-_SECOND)),
    mutant("AL-10/no-days", taking("DateTo", format="date-time")),
    mutant("AL-11/a-second-early", shifted(since=-_SECOND)),
    mutant("AL-11/a-second-late", shifted(until=_SECOND)),
    mutant("AL-11/swapped", around(dates.window, lambda original, low, high: original(high, low))),
)

MUTANTS = (*_LIST, *_FILTERS)
