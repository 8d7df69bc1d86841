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
from mockserver.mutants.operators.operations import answering, asking, cached, serving
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

_answer = partial(answering, "getAlertTimeline")


def _entries(change: Callable[[list[JSON]], list[JSON]]) -> Patch:
    """Change the entries of every timeline, given as JSON."""
    return _answer(changed(entries=lambda entries: change(msgspec.to_builtins(entries))))


def _each_entry(change: Change) -> Patch:
    return _entries(each(change))


def _first_entry(**fields: Any) -> Patch:
    return _entries(lambda entries: [entries[0] | fields, *entries[1:]])


def _without_action(action: str) -> Patch:
    return _entries(lambda entries: [entry for entry in entries if entry["action"] != action])


def _actor(change: Change) -> Patch:
    """Change the name under which a change of status is recorded."""
    return around(domain.change_status, lambda original, it, status, by, now: original(it, status, change(by), now))


def _forget_acknowledgement(before: Alert, after: Alert) -> tuple[Any, ...]:
    """Drop the acknowledgement when the alert is resolved."""
    resolved = after.status is AlertStatus.RESOLVED
    return tuple(entry for entry in after.timeline if not (resolved and entry.action == "acknowledged"))


def _rewrite_actors(before: Alert, after: Alert) -> tuple[Any, ...]:
    """Name the last actor in all entries after the first."""
    last = after.timeline[-1]
    return (after.timeline[0], *(msgspec.structs.replace(entry, actor=last.actor) for entry in after.timeline[1:]))


async def _empty_timeline(call: Call) -> JSON:
    return {"alert_id": call.params["id"], "entries": []}


MUTANTS = (
    *for_each("AL-22/{}", ("operator", "admin"), partial(role, "getAlertTimeline")),
    mutant("AL-23/backwards", _entries(backwards)),
    mutant("AL-23/by-action", _entries(ordered_by("action"))),
    mutant("AL-23/last-before-the-others", _entries(lambda entries: [entries[0], *entries[:0:-1]])),
    mutant("AL-24/cached", cached("getAlertTimeline")),
    mutant("AL-24/no-firing", _without_action("fired")),
    mutant("AL-24/no-acknowledgement", _without_action("acknowledged"), "AL-30"),
    mutant("AL-24/no-change", _without_action("status_changed")),
    mutant("AL-24/only-the-last", _entries(lambda entries: entries[-1:])),
    mutant("AL-24/the-last-missing", _entries(lambda entries: entries[:-1] if len(entries) > 1 else entries)),
    mutant("AL-24/starts-over", timeline(lambda before, after: after.timeline[-1:])),
    mutant("AL-24/not-written", timeline(lambda before, after: before.timeline)),
    mutant("AL-24/written-twice", timeline(lambda before, after: (*after.timeline, after.timeline[-1]))),
    mutant("AL-25/no-alert-id", _answer(lacking("alert_id"))),
    mutant("AL-25/another-id", _answer(having(alert_id="a1b2c3d4-5e6f-4a7b-8c9d-0e1f2a3b4c5d"))),
    mutant("AL-25/bare", _answer(lambda body: body["entries"])),
    mutant("AL-25/data", _answer(renamed("entries", "data"))),
    mutant("AL-25/paged", _answer(having(next_cursor=None))),
    *for_each("AL-26/no-{}", ("at", "action", "actor"), lambda name: _each_entry(lacking(name))),
    mutant(
        "AL-26/null-left-out",
        _each_entry(lambda entry: {name: value for name, value in entry.items() if value is not None}),
    ),
    mutant("AL-26/no-zone", _each_entry(changed(at=lambda at: at.removesuffix("Z")))),
    mutant("AL-27/system", _first_entry(actor="system")),
    mutant("AL-27/created", _first_entry(action="created")),
    mutant("AL-27/empty", _first_entry(actor="")),
    mutant("AL-28/id", asking("updateAlert", lambda call: caller(call, name=call.caller.user_id))),
    mutant("AL-28/nobody", _actor(lambda name: None)),
    mutant("AL-28/first-name", _actor(lambda name: name and name.split()[0])),
    mutant("AL-28/lower-case", _actor(lambda name: name and name.lower())),
    mutant("AL-28/the-last-one", timeline(_rewrite_actors), "AL-30"),
    mutant("AL-29/no-to", _each_entry(lacking("to"))),
    mutant("AL-29/null-elsewhere", _each_entry(lambda entry: {"to": None} | entry)),
    mutant("AL-29/everywhere", _each_entry(lambda entry: {"to": entry["action"]} | entry)),
    mutant("AL-29/the-old-one", _each_entry(changed(to=lambda to: "acknowledged"))),
    mutant("AL-30/forgotten", timeline(_forget_acknowledgement), "AL-24"),
    mutant("AL-31/forbidden", refusing("getAlertTimeline", NotFound, Forbidden("Access denied."))),
    mutant("AL-31/empty", serving("getAlertTimeline", tolerating(NotFound, _empty_timeline))),
    mutant("AL-31/other-code", code_of(NotFound, "alert_not_found")),
    mutant("AL-31/gone", status_of(NotFound, 410)),
    mutant("AL-32/gone-with-the-rule", after_rule_deletion(lambda alert: None), "RU-59"),
    mutant(
        "AL-32/new-ones-gone",
        after_rule_deletion(lambda alert: None if alert.status is AlertStatus.NEW else alert),
        "RU-59",
    ),
    mutant("AL-33/emptied", after_rule_deletion(record(rule_name=""))),
    mutant("AL-33/deleted", after_rule_deletion(record(rule_name="(deleted)")), "RU-59"),
)
