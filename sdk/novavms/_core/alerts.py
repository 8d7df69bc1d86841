"""The verbs of ``client.alerts``: the history of alerts."""

from novavms._core.answers import into
from novavms._core.call import Call, Id, NotGiven, Time, changed, checked, page, query, unsupported
from novavms.models import Alert, AlertList, AlertStatusLike, AlertTimeline


def list(
    *,
    rule_id: Id | NotGiven | None = None,
    status: AlertStatusLike | NotGiven | None = None,
    date_from: Time | NotGiven | None = None,
    date_to: Time | NotGiven | None = None,
    cursor: str | NotGiven | None = None,
    limit: int | NotGiven | None = None,
) -> Call[AlertList]:
    """Return the alerts that match every given filter, newest first.

    A date such as "2026-04-20" means that whole day in UTC; a time needs its offset. ``limit`` is the size of a page,
    from 1 to 100, 20 if left out.
    """
    which = {"rule_id": rule_id, "status": status, "date_from": date_from, "date_to": date_to}
    return Call("GET", "/alerts", into(AlertList), query=query(**which, **page(cursor, limit)))


def get(id: Id, /) -> Call[Alert]:
    """Return one alert."""
    return Call("GET", f"/alerts/{checked(id)}", into(Alert))


create = unsupported("alerts.create", "alerts come from rules; rules.create(...) makes one")


def update(id: Id, /, *, status: AlertStatusLike) -> Call[Alert]:
    """Change the status of an alert: from new to acknowledged, and from either to resolved. For operators."""
    return Call("PATCH", f"/alerts/{checked(id)}", into(Alert), body=changed(status=status))


remove = unsupported("alerts.remove", "alerts are kept; change_status(id, 'resolved') closes one")


def acknowledge(id: Id, /) -> Call[Alert]:
    """Acknowledge a new alert. For operators."""
    return update(id, status="acknowledged")


def change_status(id: Id, /, status: AlertStatusLike) -> Call[Alert]:
    """Change the status of an alert, as ``update`` does. For operators."""
    return update(id, status=status)


def timeline(id: Id, /) -> Call[AlertTimeline]:
    """Return what happened to an alert, oldest first."""
    return Call("GET", f"/alerts/{checked(id)}/timeline", into(AlertTimeline))
