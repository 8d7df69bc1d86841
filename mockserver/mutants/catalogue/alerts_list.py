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
from mockserver.mutants.operators.lists import endless, list_envelope, page_size, paging, rows
from mockserver.mutants.operators.operations import answering, cached, serving
from mockserver.mutants.operators.patches import (
    JSON,
    Change,
    Mutants,
    Original,
    Patch,
    around,
    calling,
    for_each,
    mutant,
    returning,
)
from mockserver.mutants.operators.refusals import code_of, failing, refused_as, status_of
from mockserver.mutants.operators.values import TIMES, at_most, changed, lacking, renamed
from mockserver.operations import alert_rules, alerts, identity
from mockserver.operations.call import Call
from mockserver.store.base import Query, Transaction
from mockserver.store.kinds import ALERTS

_FIELDS = ("id", "rule_id", "rule_name", "event_id", "camera_id", "status", "fired_at", "acknowledged_at")

_list_answer = partial(answering, "listAlerts")
_list_rows = partial(rows, "listAlerts")
_item = partial(returning, alerts._item)


async def _page_of_all_orgs(original: Original, call: Call, query: Query[Any]) -> Any:
    """List the alerts of all orgs."""
    found: list[Any] = []
    for org_id in await call.tx.orgs():
        found += await call.tx.select(replace(query, org_id=org_id))
    return found[: call.params["limit"]], {"next_cursor": None, "total": len(found)}


def _fired_at(change: Change) -> Patch:
    """Change how the time is shown when an alert fired."""
    return _item(changed(fired_at=change))


def _acknowledged_at(default: Callable[[JSON], Any]) -> Patch:
    """Show a time of acknowledgement for alerts that were not acknowledged."""
    return _item(lambda item: {**item, "acknowledged_at": item["acknowledged_at"] or default(item)})


MUTANTS = Mutants()


@MUTANTS.defect("AL-19/any-key", of=identity.identify)
async def accept_unknown_keys(original: Original, tx: Transaction, token: str | None, *others: Any) -> Any:
    """Accept an API key that was never issued as that of a viewer of no org."""
    caller = await original(tx, token, *others)
    if caller.key_id is None and (token or "").startswith("sk_live_"):
        return Caller("any", "", Role.VIEWER)
    return caller


MUTANTS += (
    mutant("AL-01/alerts-not-served", failing("listAlerts", NotFound("path"))),
    mutant("AL-01/rules-not-served", failing("listAlertRules", NotFound("path"))),
    mutant("AL-01/cached", cached("listAlerts")),
    mutant("AL-01/rules-among-alerts", serving("listAlerts", calling(alert_rules.list_alert_rules))),
    mutant("AL-02/all-orgs-listed", paging("listAlerts", _page_of_all_orgs)),
    mutant("AL-02/any-orgs-timeline", found_anywhere(ALERTS), "AL-31"),
    *for_each("AL-03/{}", ("operator", "owner"), partial(role, "listAlerts")),
    mutant("AL-12/first-left-out", _list_rows(lambda found: found[1:])),
    mutant("AL-12/endless", endless("listAlerts")),
    mutant("AL-12/newest-left-out", _list_rows(lambda found: found[1:] if len(found) > 6 else found)),
    *page_size(default="AL-13", lower="AL-14", upper="AL-14"),
    mutant("AL-14/cut-to-fifty", _list_rows(at_most(50))),
    mutant("AL-14/one-short", _list_rows(lambda found: found[:-1] if len(found) > 1 else found)),
    *list_envelope("listAlerts", fields="AL-15", total="AL-15", cursor="AL-15"),
    mutant("AL-15/items", _list_answer(renamed("data", "items"))),
    mutant("AL-15/bare", _list_answer(lambda body: body["data"])),
    mutant("AL-15/cursor-empty-at-the-end", _list_answer(changed(next_cursor=lambda cursor: cursor or ""))),
    *for_each("AL-16/no-{}", _FIELDS, lambda name: _item(lacking(name))),
    mutant("AL-16/null-left-out", _item(lambda item: {name: value for name, value in item.items() if value})),
    mutant("AL-17/fired", _acknowledged_at(lambda item: item["fired_at"])),
    mutant("AL-17/empty", _acknowledged_at(lambda item: "")),
    *for_each("AL-18/{}", ("no-zone", "day", "epoch"), lambda form: _fired_at(TIMES[form])),
    mutant("AL-18/next-hour", _fired_at(lambda at: at + timedelta(hours=1))),
    mutant("AL-18/twelve-hours", _fired_at("{:%Y-%m-%dT%I:%M:%SZ}".format)),
    mutant("AL-19/public", role("listAlerts", "public")),
    mutant("AL-19/forbidden", around(access.authenticate, refused_as(Unauthenticated, Forbidden("Access denied.")))),
    mutant("AL-19/other-code", code_of(Unauthenticated, "unauthorized")),
    mutant("AL-20/never", around(limits.take, lambda original, bucket: bucket)),
    mutant("AL-20/not-here", unlimited("listAlerts")),
    mutant("AL-20/unavailable", status_of(RateLimited, 503)),
    mutant("AL-20/other-code", code_of(RateLimited, "too_many_requests")),
)
