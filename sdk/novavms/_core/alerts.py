"""The verbs of ``client.alerts``: the history of alerts."""

from novavms._core.answers import into
from novavms._core.call import (
    Call,
    CallOptions,
    Id,
    ListCall,
    NotGiven,
    Time,
    Unpack,
    changed,
    checked,
    page,
    query,
    unsupported,
)
from novavms.models import Alert, AlertPage, AlertStatusLike, AlertTimeline, AsyncAlertPage


def list(
    *,
    rule_id: Id | NotGiven | None = None,
    status: AlertStatusLike | NotGiven | None = None,
    date_from: Time | NotGiven | None = None,
    date_to: Time | NotGiven | None = None,
    cursor: str | NotGiven | None = None,
    limit: int | NotGiven | None = None,
    **options: Unpack[CallOptions],
) -> ListCall[AlertPage, AsyncAlertPage]:
    """Return the alerts that match every given filter, newest first.

    A date such as "2026-04-20" means that whole day in UTC; a time needs its offset. ``limit`` is the size of a page,
    from 1 to 100, 20 if left out.
    """
    which = {"rule_id": rule_id, "status": status, "date_from": date_from, "date_to": date_to}
    return ListCall(
        "GET",
        "/alerts",
        into(AlertPage),
        read_awaited=into(AsyncAlertPage),
        query=query(**which, **page(cursor, limit)),
        options=options,
    )


def get(id: Id, /, **options: Unpack[CallOptions]) -> Call[Alert]:
    """Return one alert."""
    return Call("GET", f"/alerts/{checked(id)}", into(Alert), options=options)


create = unsupported("alerts.create", "alerts come from rules; rules.create(...) makes one")


def update(id: Id, /, *, status: AlertStatusLike, **options: Unpack[CallOptions]) -> Call[Alert]:
    """Change the status of an alert: from new to acknowledged, and from either to resolved. For operators."""
    return Call("PATCH", f"/alerts/{checked(id)}", into(Alert), body=changed(status=status), options=options)


remove = unsupported("alerts.remove", "alerts are kept; change_status(id, 'resolved') closes one")


def acknowledge(id: Id, /, **options: Unpack[CallOptions]) -> Call[Alert]:
    """Acknowledge a new alert. For operators."""
    return update(id, status="acknowledged", **options)


def change_status(id: Id, /, status: AlertStatusLike, **options: Unpack[CallOptions]) -> Call[Alert]:
    """Change the status of an alert, as ``update`` does. For operators."""
    return update(id, status=status, **options)


def timeline(id: Id, /, **options: Unpack[CallOptions]) -> Call[AlertTimeline]:
    """Return what happened to an alert, oldest first."""
    return Call("GET", f"/alerts/{checked(id)}/timeline", into(AlertTimeline), options=options)
