"""Ways to break alerts and their timeline."""

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
    """Change the timeline an alert has after a move: ``change`` gets the alert before and after."""

    def defect(original: Original, alert: Alert, *rest: Any) -> Alert:
        after: Alert = original(alert, *rest)
        return msgspec.structs.replace(after, timeline=change(alert, after))

    return around(domain.change_status, defect)


def after_rule_deletion(change: Callable[[Alert], Alert | None]) -> Patch:
    """Change the alerts of a rule when it is deleted; None removes one."""

    async def defect(original: Original, call: Any) -> None:
        await original(call)
        for alert in await call.tx.select(Query(ALERTS, call.org_id, {"rule_id": (call.params["id"],)})):
            after = change(alert)
            await (call.tx.remove(ALERTS, alert) if after is None else call.tx.put(ALERTS, after))

    return serving("deleteAlertRule", defect)
