"""The failures as annotations of a GitHub job: lines that its runner takes for commands."""

from collections.abc import Iterator

from contract_tests.output.texts import shorten, visible
from contract_tests.report.journal import Report
from contract_tests.report.summary import tries

#: How many errors of a step GitHub shows.
_MAX_SHOWN = 10
_MAX_CHARS = 1000


def lines(report: Report) -> Iterator[str]:
    """Yield a line for each failure that decides; of many the first ones, and how many more there are."""
    failures = report.failures()
    shown = failures if len(failures) <= _MAX_SHOWN else failures[: _MAX_SHOWN - 1]
    for outcome in shown:
        failure = outcome.failure or {}
        text = f"{outcome.rule.says} Expected {failure['expected']}; got {failure['actual']}"
        yield f"::error title={_property(outcome.rule.id)}::{_data(shorten(text, _MAX_CHARS))}"
    for outcome in [] if report.strict else report.flaky()[:_MAX_SHOWN]:
        found = tries(outcome.failure or {})
        yield f"::warning title={_property(outcome.rule.id)}::{_data(f'{outcome.rule.says} Found {found}')}"
    if more := len(failures) - len(shown):
        yield f"::error title=NovaVMS contract::{more} more failures are in the report"


def _data(text: str) -> str:
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
