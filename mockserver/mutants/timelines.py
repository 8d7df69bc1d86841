"""Wrong laws about the timeline of an alert and about alerts whose rule is gone."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec.structs import replace

from mockserver.domain import alerts as domain
from mockserver.domain.alerts import Alert, AlertStatus
from mockserver.domain.errors import Forbidden, NotFound
from mockserver.mutants.base import Original, Patch, instead, mutant, operation, patch, returning_later, role
from mockserver.operations import alert_rules, alerts
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import ALERTS

_PATH = "/api/v1/alerts/{id}/timeline"
JSON = dict[str, Any]


def _body(change: Callable[[JSON], Any]) -> Patch:
    return returning_later(alerts, "get_alert_timeline", change)


def _entries(change: Callable[[list[JSON]], list[JSON]]) -> Patch:
    """Change the entries of every timeline, given as JSON."""
    return _body(lambda body: body | {"entries": change(msgspec.to_builtins(body["entries"]))})


def _without(action: str) -> Patch:
    return _entries(lambda entries: [entry for entry in entries if entry["action"] != action])


def _each(change: Callable[[JSON], JSON]) -> Patch:
    return _entries(lambda entries: [change(entry) for entry in entries])


def _first(**fields: Any) -> Patch:
    return _entries(lambda entries: [entries[0] | fields, *entries[1:]])


def _moved(change: Callable[[Alert, Alert], tuple[Any, ...]]) -> Patch:
    """Change the timeline an alert has after a move: ``change`` gets the alert before and after."""

    def wrap(original: Original) -> Any:
        def move(alert: Alert, *rest: Any) -> Alert:
            after: Alert = original(alert, *rest)
            return msgspec.structs.replace(after, timeline=change(alert, after))

        return move

    return patch(domain, "move", wrap)


def _actor(change: Callable[[str | None], str | None]) -> Patch:
    """Change the name that a move is recorded under."""
    return patch(
        domain,
        "move",
        lambda original: lambda alert, status, actor, now: original(alert, status, change(actor), now),
    )


def _by_id(original: Original) -> Any:
    return lambda call: original(replace(call, caller=replace(call.caller, name=call.caller.user_id)))


def _forgetful(before: Alert, after: Alert) -> tuple[Any, ...]:
    """Drop the acknowledgement when the alert is resolved."""
    resolved = after.status is AlertStatus.RESOLVED
    return tuple(entry for entry in after.timeline if not (resolved and entry.action == "acknowledged"))


def _rewriting(before: Alert, after: Alert) -> tuple[Any, ...]:
    """Give all that people did to the last of them."""
    last = after.timeline[-1]
    return (after.timeline[0], *(msgspec.structs.replace(entry, actor=last.actor) for entry in after.timeline[1:]))


def _refusing(error: Exception) -> Any:
    def wrap(original: Original) -> Any:
        async def wrapped(call: Any) -> Any:
            try:
                return await original(call)
            except NotFound:
                raise error from None

        return wrapped

    return wrap


def _empty_for_none(original: Original) -> Any:
    async def wrapped(call: Any) -> Any:
        try:
            return await original(call)
        except NotFound:
            return {"alert_id": call.params["id"], "entries": []}

    return wrapped


def _of_any_org(original: Original) -> Any:
    async def get(self: Any, kind: Any, noun: str) -> Any:
        for org_id in await self.tx.orgs() if kind is ALERTS else ():
            record = await self.tx.get(kind, org_id, self.params["id"])
            if record is not None:
                return record
        return await original(self, kind, noun)

    return get


def after_deletion(change: Callable[[Alert], Alert | None]) -> Patch:
    """Change the alerts of a rule when it is deleted; None removes one."""

    def wrap(original: Original) -> Any:
        async def delete(call: Any) -> None:
            await original(call)
            for alert in await call.tx.select(Query(ALERTS, call.org_id, {"rule_id": (call.params["id"],)})):
                changed = change(alert)
                await (call.tx.remove(ALERTS, alert) if changed is None else call.tx.put(ALERTS, changed))

        return delete

    return patch(alert_rules, "delete_alert_rule", wrap)


def _renamed(name: str) -> Patch:
    return after_deletion(lambda alert: msgspec.structs.replace(alert, rule_name=name))


MUTANTS = (
    mutant("AL-02/any-orgs-timeline", patch(Call, "get", _of_any_org), "AL-31"),
    mutant("AL-22/operator", operation(_PATH, "get", role("operator"))),
    mutant("AL-22/admin", operation(_PATH, "get", role("admin"))),
    mutant("AL-23/backwards", _entries(lambda entries: entries[::-1])),
    mutant("AL-23/by-action", _entries(lambda entries: sorted(entries, key=lambda entry: str(entry["action"])))),
    mutant("AL-23/last-before-the-others", _entries(lambda entries: [entries[0], *entries[:0:-1]])),
    mutant("AL-24/no-firing", _without("fired")),
    mutant("AL-24/no-acknowledgement", _without("acknowledged"), "AL-30"),
    mutant("AL-24/no-change", _without("status_changed")),
    mutant("AL-24/only-the-last", _entries(lambda entries: entries[-1:])),
    mutant("AL-24/the-last-missing", _entries(lambda entries: entries[:-1] if len(entries) > 1 else entries)),
    mutant("AL-24/starts-over", _moved(lambda before, after: after.timeline[-1:])),
    mutant("AL-24/not-written", _moved(lambda before, after: before.timeline)),
    mutant("AL-24/written-twice", _moved(lambda before, after: (*after.timeline, after.timeline[-1]))),
    mutant("AL-25/no-alert-id", _body(lambda body: {"entries": body["entries"]})),
    mutant("AL-25/another-id", _body(lambda body: body | {"alert_id": "a1b2c3d4-5e6f-4a7b-8c9d-0e1f2a3b4c5d"})),
    mutant("AL-25/bare", _body(lambda body: body["entries"])),
    mutant("AL-25/data", _body(lambda body: {"alert_id": body["alert_id"], "data": body["entries"]})),
    mutant("AL-25/paged", _body(lambda body: body | {"next_cursor": None})),
    *(
        mutant(f"AL-26/no-{name}", _each(lambda entry, name=name: {k: v for k, v in entry.items() if k != name}))  # type: ignore[misc]
        for name in ("at", "action", "actor")
    ),
    mutant("AL-26/null-left-out", _each(lambda entry: {k: v for k, v in entry.items() if v is not None})),
    mutant("AL-26/no-zone", _each(lambda entry: entry | {"at": entry["at"].removesuffix("Z")})),
    mutant("AL-27/system", _first(actor="system")),
    mutant("AL-27/created", _first(action="created")),
    mutant("AL-27/empty", _first(actor="")),
    mutant("AL-28/id", patch(alerts, "update_alert", _by_id)),
    mutant("AL-28/nobody", _actor(lambda name: None)),
    mutant("AL-28/first-name", _actor(lambda name: name and name.split()[0])),
    mutant("AL-28/lower-case", _actor(lambda name: name and name.lower())),
    mutant("AL-28/the-last-one", _moved(_rewriting), "AL-30"),
    mutant("AL-29/no-to", _each(lambda entry: {k: v for k, v in entry.items() if k != "to"})),
    mutant("AL-29/null-elsewhere", _each(lambda entry: {"to": None} | entry)),
    mutant("AL-29/everywhere", _each(lambda entry: {"to": entry["action"]} | entry)),
    mutant("AL-29/the-old-one", _each(lambda entry: entry | {"to": "acknowledged"} if "to" in entry else entry)),
    mutant("AL-30/forgotten", _moved(_forgetful), "AL-24"),
    mutant("AL-31/forbidden", patch(alerts, "get_alert_timeline", _refusing(Forbidden("Not yours.")))),
    mutant("AL-31/empty", patch(alerts, "get_alert_timeline", _empty_for_none)),
    mutant("AL-31/other-code", instead(NotFound, "code", "alert_not_found")),
    mutant("AL-31/gone", instead(NotFound, "status", 410)),
    mutant("AL-32/gone-with-the-rule", after_deletion(lambda alert: None), "RU-59"),
    mutant(
        "AL-32/new-ones-gone",
        after_deletion(lambda alert: None if alert.status is AlertStatus.NEW else alert),
        "RU-59",
    ),
    mutant("AL-33/emptied", _renamed("")),
    mutant("AL-33/deleted", _renamed("(deleted)"), "RU-59"),
)
