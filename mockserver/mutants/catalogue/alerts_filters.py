"""Mutants about the filters of the list of alerts."""

from datetime import timedelta
from functools import partial
from typing import Any

from mockserver.domain import dates
from mockserver.domain.alerts import AlertStatus
from mockserver.mutants.operators.document import taking
from mockserver.mutants.operators.lists import finding, rows, shifted
from mockserver.mutants.operators.operations import malformed_ignored
from mockserver.mutants.operators.patches import Change, around, mutant, once_in, replaced, returning
from mockserver.mutants.operators.values import where
from mockserver.openapi.validation import ParameterSchema
from mockserver.store.base import Query
from mockserver.store.table import Table

_SECOND = timedelta(seconds=1)


_rows = partial(rows, "listAlerts")


_asked = partial(finding, "listAlerts")


def _now_and_then(change: Change) -> Change:
    """Make the change on every seventh call that has a filter."""
    due = once_in(7)
    return lambda query: change(query) if query.where and due() else query


def _not_with_status(query: Query[Any]) -> Query[Any]:
    return where(rule_id=None)(query) if "status" in query.where else query


def _resolved_too(query: Query[Any]) -> Query[Any]:
    seen = query.where.get("status") == (AlertStatus.ACKNOWLEDGED,)
    return where(status=(AlertStatus.ACKNOWLEDGED, AlertStatus.RESOLVED))(query) if seen else query


MUTANTS = (
    mutant("AL-04/ignored", _asked(where(rule_id=None))),
    mutant("AL-04/now-and-then-ignored", _asked(_now_and_then(where(rule_id=None)))),
    mutant("AL-04/not-with-status", _asked(_not_with_status)),
    mutant("AL-04/half", _rows(lambda found: found if len({row.rule_id for row in found}) > 1 else found[::2])),
    mutant("AL-05/ignored", _asked(where(status=None))),
    mutant("AL-05/now-and-then-ignored", _asked(_now_and_then(where(status=None)))),
    mutant("AL-05/resolved-too", _asked(_resolved_too)),
    mutant("AL-05/status-of-old", replaced(lambda: Table._reindex, lambda *_: None)),
    mutant("AL-05/new-refused", taking("AlertStatus", enum=["acknowledged", "resolved"])),
    mutant("AL-06/ignored", malformed_ignored("status")),
    mutant(
        "AL-06/whatever-case",
        around(
            ParameterSchema.read,
            lambda original, self, values, query, *others: original(self, values, query.lower(), *others),
        ),
    ),
    mutant("AL-07/no-times", taking("DateFrom", format="date")),
    mutant(
        "AL-07/no-offsets", taking("DateFrom", anyOf=[{"format": "date"}, {"format": "date-time", "pattern": "Z$"}])
    ),
    mutant("AL-11/date-from-ignored", returning(dates.window, lambda span: span._replace(since=None))),
    mutant("AL-07/the-bound-left-out", shifted(since=_SECOND)),
    mutant("AL-08/no-days", taking("DateFrom", format="date-time")),
    mutant("AL-09/no-times", taking("DateTo", format="date")),
    mutant("AL-09/no-offsets", taking("DateTo", anyOf=[{"format": "date"}, {"format": "date-time", "pattern": "Z$"}])),
    mutant("AL-11/date-to-ignored", returning(dates.window, lambda span: span._replace(until=None))),
    mutant("AL-09/the-bound-left-out", shifted(until=-_SECOND)),
    mutant("AL-10/no-days", taking("DateTo", format="date-time")),
    mutant("AL-11/a-second-early", shifted(since=-_SECOND)),
    mutant("AL-11/a-second-late", shifted(until=_SECOND)),
    mutant("AL-11/swapped", around(dates.window, lambda original, low, high: original(high, low))),
)
