"""Ways to break alerts: their timelines, and what becomes of them when their rule is deleted."""

from collections.abc import Callable
from typing import Any

import msgspec

from mockserver.domain import alerts as domain
from mockserver.domain.alerts import Alert
from mockserver.mutants.operators.operations import serving
from mockserver.mutants.operators.patches import Original, Patch, around
from mockserver.store.base import Query
from mockserver.store.kinds import ALERTS


def timeline(change: Callable[[Alert, Alert], tuple[Any, ...]]) -> Patch:
    """Change the timeline after a change of an alert's status; ``change`` gets the alert before and after."""

    def defect(original: Original, alert: Alert, *others: Any) -> Alert:
        after: Alert = original(alert, *others)
        return msgspec.structs.replace(after, timeline=change(alert, after))

    return around(domain.change_status, defect)


def after_rule_deletion(change: Callable[[Alert], Alert | None]) -> Patch:
    """Change the alerts of a rule when it is deleted; ``change`` returns None to remove one."""

    async def defect(original: Original, call: Any) -> None:
        await original(call)
        for alert in await call.tx.select(Query(ALERTS, call.org_id, {"rule_id": (call.params["id"],)})):
            after = change(alert)
            await (call.tx.remove(ALERTS, alert) if after is None else call.tx.put(ALERTS, after))

    return serving("deleteAlertRule", defect)
