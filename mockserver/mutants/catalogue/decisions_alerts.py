"""Mutants of decisions (rules AS-…) about alerts."""

from typing import Any

from mockserver.domain import alerts
from mockserver.domain.alerts import AlertStatus
from mockserver.domain.errors import IllegalTransition, NotFound
from mockserver.mutants.operators.alerts import timeline
from mockserver.mutants.operators.document import role, success
from mockserver.mutants.operators.operations import answering, first, serving, undone
from mockserver.mutants.operators.patches import Mutants, Original, Patch, mutant, replaced
from mockserver.mutants.operators.refusals import failing, refuse_viewers, status_of
from mockserver.mutants.operators.values import having, lacking
from mockserver.operations.call import Call
from mockserver.store.base import Query
from mockserver.store.kinds import ALERTS, CAMERAS

MUTANTS = Mutants()
NEW, ACKNOWLEDGED, RESOLVED = AlertStatus.NEW, AlertStatus.ACKNOWLEDGED, AlertStatus.RESOLVED


def _allowing(before: AlertStatus, *after: AlertStatus) -> Patch:
    """Allow these changes of status from ``before``, and no others."""
    return replaced(lambda: alerts._TRANSITIONS, alerts._TRANSITIONS | {before: set(after)})


@MUTANTS.defect("AS-24/narrowed", of="listAlerts")
async def _narrowed_to_sites(original: Original, call: Call) -> Any:
    """List to a viewer only the alerts of granted sites."""
    body = await original(call)
    if call.caller.sites is None:
        return body
    cameras = await call.tx.select(Query(CAMERAS, call.org_id, {"site_id": call.caller.sites}))
    visible = {camera.id for camera in cameras}
    return {**body, "data": [row for row in body["data"] if row["camera_id"] in visible]}


MUTANTS += (
    mutant("AS-04/202", success("updateAlert", 202)),
    mutant("AS-04/not-kept", serving("updateAlert", undone(ALERTS))),
    mutant("AS-04/answers-the-id", answering("updateAlert", lambda alert: {"id": alert["id"]})),
    mutant("AS-05/viewers-too", role("updateAlert", "viewer")),
    mutant("AS-05/admins-only", role("updateAlert", "admin")),
    mutant("AS-06/refused", _allowing(NEW, RESOLVED)),
    mutant("AS-06/not-kept", serving("updateAlert", undone(ALERTS)), "AS-07", "AS-08"),
    mutant("AS-07/refused", _allowing(ACKNOWLEDGED)),
    mutant("AS-08/refused", _allowing(NEW, ACKNOWLEDGED)),
    mutant("AS-09/reopened", _allowing(RESOLVED, ACKNOWLEDGED)),
    mutant("AS-09/acknowledged-again", _allowing(ACKNOWLEDGED, ACKNOWLEDGED, RESOLVED)),
    mutant("AS-09/resolved-again", _allowing(RESOLVED, RESOLVED)),
    mutant("AS-09/409", status_of(IllegalTransition, 409)),
    mutant("AS-10/none", timeline(lambda before, after: before.timeline)),
    mutant("AS-10/two", timeline(lambda before, after: (*after.timeline, after.timeline[-1]))),
    mutant("AS-10/only-the-last", timeline(lambda before, after: after.timeline[-1:])),
    mutant("AS-11/404", failing("getAlert", NotFound("alert"))),
    mutant("AS-11/another-shape", answering("getAlert", lacking("rule_name"))),
    mutant("AS-11/another-status", answering("getAlert", having(status="new"))),
    mutant("AS-24/timeline-forbidden", serving("getAlertTimeline", first(refuse_viewers))),
    mutant("AS-24/alert-forbidden", serving("getAlert", first(refuse_viewers))),
)
