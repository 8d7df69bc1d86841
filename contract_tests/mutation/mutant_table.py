"""Mutants of an SDK in any language: a table of what a driver gets to activate each (docs/how-to/sdk-driver.md)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contract_tests import catalogue
from contract_tests.config import files
from contract_tests.output.texts import shorten

SUFFIX = ".toml"
_MAX_BYTES = 4 * 1024 * 1024
_KEYS = ("id", "mutant", "says")


class TableError(ValueError):
    """The table is invalid; the text names file, entry, key and value."""


def load(path: Path) -> Mapping[str, str]:
    """Return what a driver gets for each mutant of a table, by id. Raises TableError, ConfigError."""
    if path.suffix != SUFFIX:
        raise TableError(f"--kill {path}: with --driver it must be a table of mutants, a file such as mutants{SUFFIX}")
    _, content = files.toml(path, _MAX_BYTES)
    rows = content.get("mutant")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise TableError(f"{path}: must be a list of tables: [[mutant]]")
    if unknown := content.keys() - {"mutant"}:
        raise TableError(
            f"{path}: {shorten(min(unknown))!r} is no key of a table of mutants; its entries are [[mutant]]"
        )
    found: dict[str, str] = {}
    for number, row in enumerate(rows, 1):
        mutant_id, text = _entry(f"{path}: mutant {number}", row)
        if mutant_id in found:
            raise TableError(f"{path}: mutant {number}: id {mutant_id!r} is that of an entry above")
        found[mutant_id] = text
    return found


def rules_broken_by(mutant_id: str) -> tuple[str, ...]:
    """Return the rules that a mutant of an SDK must break: those with which its id begins."""
    rules, slash, _ = mutant_id.partition("/")
    return tuple(rules.split(",")) if slash else ()


def _entry(where: str, row: Mapping[str, Any]) -> tuple[str, str]:
    """Return the id of a mutant and what the driver gets."""
    if unknown := row.keys() - set(_KEYS):
        raise TableError(f"{where}: {shorten(min(unknown))!r} is no key of a mutant; these are: {', '.join(_KEYS)}")
    for key in _KEYS:
        if key in row and (not isinstance(row[key], str) or not row[key]):
            raise TableError(f"{where}: {key} = {shorten(repr(row[key]))} must be a text")
    mutant_id = row.get("id", "")
    rules, testable = rules_broken_by(mutant_id), {rule.id for rule in catalogue.load().testable(sdk=True)}
    if not rules or not set(rules) <= testable:
        raise TableError(f"{where}: id {mutant_id!r} must begin with rules of the SDK and a slash, as SDK-21/never")
    return mutant_id, row.get("mutant", mutant_id)
