"""Mutants about the timeline of alerts, and alerts whose rule was deleted."""

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from mockserver.domain import alerts as domain
from mockserver.domain.alerts import Alert, AlertStatus
from mockserver.domain.errors import Forbidden, NotFound
from mockserver.mutants.operators.alerts import after_rule_deletion, timeline
from mockserver.mutants.operators.document import role
from mockserver.mutants.operators.operations import answering, asking, serving
from mockserver.mutants.operators.patches import JSON, Change, Patch, around, for_each, mutant
from mockserver.mutants.operators.refusals import code_of, refusing, status_of, tolerating
from mockserver.mutants.operators.values import (
    backwards,
    caller,
    changed,
    each,
    having,
    lacking,
    ordered_by,
    record,
    renamed,
)
from mockserver.operations.call import Call

_body = partial(answering, "getAlertTimeline")


def _entries(change: Callable[[list[JSON]], list[JSON]]) -> Patch:
    """Change the entries of every timeline, given as JSON."""
    return _body(changed(entries=lambda entries: change(msgspec.to_builtins(entries))))


def _except(action: str) -> Patch:
    return _entries(lambda entries: [entry for entry in entries if entry["action"] != action])


def _each(change: Change) -> Patch:
    return _entries(each(change))


def _first(**fields: Any) -> Patch:
    return _entries(lambda entries: [entries[0] | fields, *entries[1:]])


def _actor(change: Change) -> Patch:
    """Change the name that a move is recorded under."""
    return around(domain.change_status, lambda original, it, status, by, now: original(it, status, change(by), now))


def _forgetful(before: Alert, after: Alert) -> tuple[Any, ...]:
    """Drop the acknowledgement when the alert is resolved."""
    resolved = after.status is AlertStatus.RESOLVED
    return tuple(entry for entry in after.timeline if not (resolved and entry.action == "acknowledged"))


def _rewriting(before: Alert, after: Alert) -> tuple[Any, ...]:
    """Give all that people did to the last of them."""
    last = after.timeline[-1]
    return (after.timeline[0], *(msgspec.structs.replace(entry, actor=last.actor) for entry in after.timeline[1:]))


async def _no_entries(call: Call) -> JSON:
    return {"alert_id": call.params["id"], "entries": []}


MUTANTS = (
    *for_each("AL-22/{}", ("operator", "admin"), partial(role, "getAlertTimeline")),
    mutant("AL-23/backwards", _entries(backwards)),
    mutant("AL-23/by-action", _entries(ordered_by("action"))),
    mutant("AL-23/last-before-the-others", _entries(lambda entries: [entries[0], *entries[:0:-1]])),
    mutant("AL-24/no-firing", _except("fired")),
    mutant("AL-24/no-acknowledgement", _except("acknowledged"), "AL-30"),
    mutant("AL-24/no-change", _except("status_changed")),
    mutant("AL-24/only-the-last", _entries(lambda entries: entries[-1:])),
    mutant("AL-24/the-last-missing", _entries(lambda entries: entries[:-1] if len(entries) > 1 else entries)),
    mutant("AL-24/starts-over", timeline(lambda before, after: after.timeline[-1:])),
    mutant("AL-24/not-written", timeline(lambda before, after: before.timeline)),
    mutant("AL-24/written-twice", timeline(lambda before, after: (*after.timeline, after.timeline[-1]))),
    mutant("AL-25/no-alert-id", _body(lacking("alert_id"))),
    mutant("AL-25/another-id", _body(having(alert_id="a1b2c3d4-5e6f-4a7b-8c9d-0e1f2a3b4c5d"))),
    mutant("AL-25/bare", _body(lambda body: body["entries"])),
    mutant("AL-25/data", _body(renamed("entries", "data"))),
    mutant("AL-25/paged", _body(having(next_cursor=None))),
    *for_each("AL-26/no-{}", ("at", "action", "actor"), lambda name: _each(lacking(name))),
    mutant("AL-26/null-left-out", _each(lambda entry: {k: v for k, v in entry.items() if v is not None})),
    mutant("AL-26/no-zone", _each(changed(at=lambda at: at.removesuffix("Z")))),
    mutant("AL-27/system", _first(actor="system")),
    mutant("AL-27/created", _first(action="created")),
    mutant("AL-27/empty", _first(actor="")),
    mutant("AL-28/id", asking("updateAlert", lambda call: caller(call, name=call.caller.user_id))),
    mutant("AL-28/nobody", _actor(lambda name: None)),
    mutant("AL-28/first-name", _actor(lambda name: name and name.split()[0])),
    mutant("AL-28/lower-case", _actor(lambda name: name and name.lower())),
    mutant("AL-28/the-last-one", timeline(_rewriting), "AL-30"),
    mutant("AL-29/no-to", _each(lacking("to"))),
    mutant("AL-29/null-elsewhere", _each(lambda entry: {"to": None} | entry)),
    mutant("AL-29/everywhere", _each(lambda entry: {"to": entry["action"]} | entry)),
    mutant("AL-29/the-old-one", _each(changed(to=lambda to: "acknowledged"))),
    mutant("AL-30/forgotten", timeline(_forgetful), "AL-24"),
    mutant("AL-31/forbidden", refusing("getAlertTimeline", NotFound, Forbidden("Not yours."))),
    mutant("AL-31/empty", serving("getAlertTimeline", tolerating(NotFound, _no_entries))),
    mutant("AL-31/other-code", code_of(NotFound, "alert_not_found")),
    mutant("AL-31/gone", status_of(NotFound, 410)),
    mutant("AL-32/gone-with-the-rule", after_rule_deletion(lambda alert: None), "RU-59"),
    mutant(
        "AL-32/new-ones-gone", after_rule_deletion(lambda one: None if one.status is AlertStatus.NEW else one), "RU-59"
    ),
    mutant("AL-33/emptied", after_rule_deletion(record(rule_name=""))),
    mutant("AL-33/deleted", after_rule_deletion(record(rule_name="(deleted)")), "RU-59"),
)
