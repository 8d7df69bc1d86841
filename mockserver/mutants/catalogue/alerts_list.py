"""Mutants about the list of alerts."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.domain import access, limits
from mockserver.domain.access import Caller, Role
from mockserver.domain.errors import Forbidden, NotFound, RateLimited, Unauthenticated
from mockserver.mutants.operators.document import role, unlimited
from mockserver.mutants.operators.isolation import found_anywhere
from mockserver.mutants.operators.lists import list_envelope, page_size, paging, rows
from mockserver.mutants.operators.operations import answering, serving
from mockserver.mutants.operators.patches import (
    JSON,
    Change,
    Original,
    Patch,
    around,
    calling,
    for_each,
    mutant,
    replaced,
    returning,
)
from mockserver.mutants.operators.refusals import code_of, failing, raising, status_of
from mockserver.mutants.operators.values import TIMES, at_most, changed, having, lacking, renamed
from mockserver.operations import alert_rules, alerts, identity
from mockserver.store.kinds import ALERTS

_FIELDS = ("id", "rule_id", "rule_name", "event_id", "camera_id", "status", "fired_at", "acknowledged_at")


_item = partial(returning, alerts._item)


_listed = partial(answering, "listAlerts")


_rows = partial(rows, "listAlerts")


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


def _fired(change: Change) -> Patch:
    return _item(changed(fired_at=change))


def _acknowledged(change: Callable[[JSON], Any]) -> Patch:
    return _item(lambda item: {**item, "acknowledged_at": item["acknowledged_at"] or change(item)})


MUTANTS = (
    mutant("AL-01/alerts-not-served", failing("listAlerts", NotFound("path"))),
    mutant("AL-01/rules-not-served", failing("listAlertRules", NotFound("path"))),
    mutant("AL-01/rules-among-alerts", serving("listAlerts", calling(alert_rules.list_alert_rules))),
    mutant("AL-02/all-orgs-listed", paging("listAlerts", _all_orgs)),
    *for_each("AL-03/{}", ("operator", "owner"), partial(role, "listAlerts")),
    mutant("AL-12/first-left-out", _rows(lambda found: found[1:])),
    mutant("AL-12/newest-left-out", _rows(lambda found: found[1:] if len(found) > 6 else found)),
    *page_size(default="AL-13", lower="AL-14", upper="AL-14"),
    mutant("AL-14/cut-to-fifty", _rows(at_most(50))),
    mutant("AL-14/one-short", _rows(lambda found: found[:-1] if len(found) > 1 else found)),
    *list_envelope("listAlerts", fields="AL-15", total="AL-15", cursor="AL-15"),
    mutant("AL-15/items", _listed(renamed("data", "items"))),
    mutant("AL-15/bare", _listed(lambda body: body["data"])),
    mutant("AL-15/cursor-empty-at-the-end", _listed(changed(next_cursor=lambda cursor: cursor or ""))),
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
    mutant("AL-02/any-orgs-timeline", found_anywhere(ALERTS), "AL-31"),
)
