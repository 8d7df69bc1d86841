"""Waivers: known failures that do not decide until a date, kept as data in a TOML file."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, get_type_hints

from contract_tests import catalogue
from contract_tests.config import ConfigError, did_you_mean
from contract_tests.gate import signatures
from contract_tests.outcomes import Outcome

_MAX_BYTES = 1024 * 1024
JSON = dict[str, Any]


@dataclass(frozen=True)
class Waiver:
    """A known failure: of a rule, found by a check, with a signature; who answers for it, why, and until which day."""

    rule: str
    check: str
    signature: str
    owner: str
    reason: str
    until: date
    link: str = ""

    def as_json(self) -> JSON:
        """Return it as it stands in a journal."""
        return {**asdict(self), "until": self.until.isoformat()}


class State(Enum):
    """What a run has found of a waiver.

    HONOURED: the failure was there. EXPIRED: it was there, and the date has passed. STALE: the check ran and held.
    NOT_OBSERVED: the check did not run to its end, or found another failure.
    """

    HONOURED = "honoured"
    EXPIRED = "expired"
    STALE = "stale"
    NOT_OBSERVED = "not observed"


@dataclass(frozen=True)
class Judged:
    """A waiver and what a run has found of it."""

    waiver: Waiver
    state: State


def load(path: Path) -> list[Waiver]:
    """Return the waivers of a file. Raises ConfigError naming file, entry, key and value."""
    try:
        text = path.read_bytes()
        if len(text) > _MAX_BYTES:
            raise ConfigError(f"{path}: is larger than {_MAX_BYTES:,} bytes")
        content = tomllib.loads(text.decode())
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; `novavms-contract waive` writes it") from None
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from None
    if unknown := content.keys() - {"waiver"}:
        raise ConfigError(f"{path}: {sorted(unknown)[0]!r} is no key of a waiver file; its entries are [[waiver]]")
    rows = content.get("waiver", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigError(f"{path}: waiver must be a list of tables: [[waiver]]")
    return [_waiver(f"{path}: waiver {number}", row) for number, row in enumerate(rows, 1)]


def of_json(rows: Iterable[Mapping[str, Any]]) -> list[Waiver]:
    """Return the waivers as a journal has kept them."""
    return [Waiver(**{**row, "until": date.fromisoformat(row["until"])}) for row in rows]


def applied(waivers: Sequence[Waiver], outcomes: Iterable[Outcome], today: date) -> list[Outcome]:
    """Return the outcomes, with the failures that valid waivers are about marked as waived."""
    valid = {_key(waiver) for waiver in waivers if waiver.until >= today}
    return [one.with_waived([each for each in one.failures if _key_of(one, each) in valid]) for one in outcomes]


def judged(waivers: Iterable[Waiver], outcomes: Iterable[Outcome], today: date) -> list[Judged]:
    """Return what a run has found of each waiver."""
    by_rule = {outcome.rule.id: outcome for outcome in outcomes}
    return [Judged(waiver, _state(waiver, by_rule.get(waiver.rule), today)) for waiver in waivers]


def _state(waiver: Waiver, outcome: Outcome | None, today: date) -> State:
    if outcome is None:
        return State.NOT_OBSERVED
    if _key(waiver) in {_key_of(outcome, failure) for failure in outcome.failures}:
        return State.HONOURED if waiver.until >= today else State.EXPIRED
    return State.STALE if waiver.check in outcome.held else State.NOT_OBSERVED


def _key(waiver: Waiver) -> tuple[str, str, str]:
    return waiver.rule, waiver.check, waiver.signature


def _key_of(outcome: Outcome, failure: Mapping[str, Any]) -> tuple[str, str, str]:
    return outcome.rule.id, failure["test"], signatures.of(failure)


def _waiver(where: str, row: Mapping[str, Any]) -> Waiver:
    types = get_type_hints(Waiver)
    if unknown := sorted(row.keys() - types.keys()):
        raise ConfigError(f"{where}: unknown key {unknown[0]!r}{did_you_mean(unknown[0], types)}")
    for name, expected in types.items():
        if name not in row and name != "link":
            raise ConfigError(f"{where}: lacks {name!r}")
        value = row.get(name, "")
        if type(value) is not expected:
            kind = "a date such as 2027-01-31, without quotes" if expected is date else "a string"
            raise ConfigError(f"{where}: {name} = {value!r}: must be {kind}")
        if name != "link" and value == "":
            raise ConfigError(f"{where}: {name} is empty")
    known = catalogue.load().rules
    if row["rule"] not in known:
        raise ConfigError(f"{where}: rule = {row['rule']!r}: no such rule{did_you_mean(row['rule'], known)}")
    return Waiver(**row)
