"""Waivers: known failures that do not decide until a date, kept as data in a TOML file."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

import contract_tests
from contract_tests import catalogue
from contract_tests.config import ConfigError, did_you_mean, files
from contract_tests.gate import signatures
from contract_tests.outcomes import Outcome
from contract_tests.output.texts import shorten

_MAX_BYTES = 1024 * 1024
_CHECKS_FOLDER = Path(contract_tests.__file__).parent / "rules"
_CHECK = re.compile(r"^def (test_\w+)", re.MULTILINE)
_HEAD = re.compile(r"\s*\[\[\s*waiver\s*\]\]")
_SIGNATURE = re.compile(r"[0-9a-f]{12}")
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
    """Return the waivers of a file. Raises ConfigError naming file, line, entry, key and value."""
    text, content = files.toml(path, _MAX_BYTES, "; `novavms-contract waive` writes it")
    if unknown := content.keys() - {"waiver"}:
        raise ConfigError(f"{path}: {shorten(min(unknown))!r} is no key of a waiver file; its entries are [[waiver]]")
    rows = content.get("waiver", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigError(f"{path}: waiver must be a list of tables: [[waiver]]")
    found: dict[tuple[str, str, str], Waiver] = {}
    for number, row in enumerate(rows, 1):
        where = f"{path}{_line(text, number)}: waiver {number}"
        waiver = _waiver(where, row)
        if _key(waiver) in found:
            raise ConfigError(f"{where}: {waiver.rule} {waiver.check} is waived by an entry above; leave one")
        found[_key(waiver)] = waiver
    return [*found.values()]


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


def _line(text: str, number: int) -> str:
    """Return ``:LINE``, the line at which an entry begins, if it has a head of its own."""
    heads = [line for line, words in enumerate(text.splitlines(), 1) if _HEAD.match(words)]
    return f":{heads[number - 1]}" if number <= len(heads) else ""


def _waiver(where: str, row: Mapping[str, Any]) -> Waiver:
    types = get_type_hints(Waiver)
    if unknown := sorted(row.keys() - types.keys()):
        name = shorten(unknown[0])
        raise ConfigError(f"{where}: unknown key {name!r}{did_you_mean(name, types)}")
    for name, expected in types.items():
        if name not in row and name != "link":
            raise ConfigError(f"{where}: lacks {name!r}")
        value = row.get(name, "")
        if type(value) is not expected:
            kind = "a date such as 2027-01-31, without quotes" if expected is date else "a string"
            shown = shorten(repr(value) if isinstance(value, str) else str(value))
            raise ConfigError(f"{where}: {name} = {shown}: must be {kind}")
        if name != "link" and not str(value).strip():
            raise ConfigError(f"{where}: {name} is empty")
    _check_names(where, row["rule"], row["check"], row["signature"])
    return Waiver(**row)


def _check_names(where: str, rule: str, check: str, signature: str) -> None:
    """Raise ConfigError unless there are such a rule and such a check, and the signature is one."""
    rules, known = catalogue.load().rules, _known_checks()
    if rule not in rules:
        name = shorten(rule)
        raise ConfigError(f"{where}: rule = {name!r}: no such rule{did_you_mean(name, rules)}")
    if check.partition("[")[0] not in known:
        name = shorten(check)
        raise ConfigError(f"{where}: check = {name!r}: no such check{did_you_mean(name.partition('[')[0], known)}")
    if not _SIGNATURE.fullmatch(signature):
        raise ConfigError(
            f"{where}: signature = {shorten(signature)!r}: must be 12 hexadecimal digits, as `waive` writes them"
        )


@cache
def _known_checks() -> frozenset[str]:
    """Return the checks there are, as ``FILE::NAME``."""
    texts = {file.name: file.read_text(encoding="utf-8") for file in _CHECKS_FOLDER.glob("test_*.py")}
    return frozenset(f"{file}::{name}" for file, text in texts.items() for name in _CHECK.findall(text))
