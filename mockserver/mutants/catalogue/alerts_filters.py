"""Mutants about the filters of the list of alerts."""

from datetime import timedelta
from functools import partial
from typing import Any

from mockserver.domain import dates
from mockserver.domain.alerts import AlertStatus
from mockserver.mutants.operators.document import taking
from mockserver.mutants.operators.lists import finding, rows, shifted
from mockserver.mutants.operators.operations import malformed_ignored
from mockserver.mutants.operators.patches import Change, Mutant, Mutants, Original, around, mutant, replaced, returning
from mockserver.mutants.operators.values import sometimes, where
from mockserver.openapi.validation import ParameterSchema
from mockserver.store.base import Query
from mockserver.store.table import Table

_SECOND = timedelta(seconds=1)

_list_query = partial(finding, "listAlerts")
_list_rows = partial(rows, "listAlerts")


def _once_in(calls: int, name: str) -> Change:
    """Ignore a filter on every ``calls``-th call that has it; a check that lists by it makes more than three."""
    occasional = sometimes(where(**{name: None}), calls)
    return lambda query: occasional(query) if name in query.where else query


def _without_rule_beside_status(query: Query[Any]) -> Query[Any]:
    """Ignore rule_id when there is a status."""
    return where(rule_id=None)(query) if "status" in query.where else query


def _resolved_among_acknowledged(query: Query[Any]) -> Query[Any]:
    """List resolved alerts among the acknowledged ones."""
    if query.where.get("status") != (AlertStatus.ACKNOWLEDGED,):
        return query
    return where(status=(AlertStatus.ACKNOWLEDGED, AlertStatus.RESOLVED))(query)


def _date_forms(parameter: str, *, times: str, days: str) -> list[Mutant]:
    """Return the mutants of the forms of a date parameter, by rule: RFC 3339 times, and days."""
    day_or_utc_time = [{"format": "date"}, {"format": "date-time", "pattern": "Z$"}]
    return [
        mutant(f"{times}/no-times", taking(parameter, format="date")),
        mutant(f"{times}/no-offsets", taking(parameter, anyOf=day_or_utc_time)),
        mutant(f"{days}/no-days", taking(parameter, format="date-time")),
    ]


MUTANTS = Mutants()


@MUTANTS.defect("AL-06/whatever-case", of=ParameterSchema.read)
def read_in_lower_case(original: Original, self: Any, path_values: Any, query: bytes, *others: Any) -> Any:
    """Ignore the case of query parameters."""
    return original(self, path_values, query.lower(), *others)


MUTANTS += (
    mutant("AL-04/ignored", _list_query(where(rule_id=None))),
    mutant("AL-04/now-and-then-ignored", _list_query(_once_in(3, "rule_id"))),
    mutant("AL-04/not-with-status", _list_query(_without_rule_beside_status)),
    mutant("AL-04/half", _list_rows(lambda found: found if len({row.rule_id for row in found}) > 1 else found[::2])),
    mutant("AL-05/ignored", _list_query(where(status=None))),
    mutant("AL-05/now-and-then-ignored", _list_query(_once_in(3, "status"))),
    mutant("AL-05/resolved-too", _list_query(_resolved_among_acknowledged)),
    mutant("AL-05/status-of-old", replaced(lambda: Table._reindex, lambda *_: None)),
    mutant("AL-05/new-refused", taking("AlertStatus", enum=["acknowledged", "resolved"])),
    mutant("AL-06/ignored", malformed_ignored("status")),
    *_date_forms("DateFrom", times="AL-07", days="AL-08"),
    *_date_forms("DateTo", times="AL-09", days="AL-10"),
    mutant("AL-11/date-from-ignored", returning(dates.window, lambda span: span._replace(since=None))),
    mutant("AL-11/date-to-ignored", returning(dates.window, lambda span: span._replace(until=None))),
    mutant("AL-11/a-second-early", shifted(since=-_SECOND)),
    mutant("AL-11/a-second-late", shifted(until=_SECOND)),
    mutant("AL-11/swapped", around(dates.window, lambda original, low, high: original(high, low))),
)
