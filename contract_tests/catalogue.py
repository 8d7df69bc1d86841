"""The catalogue: every normative sentence of the documentation as a rule with an id."""

import fnmatch
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from mockserver import resources

STRENGTHS = ("stated", "example", "derived", "manual", "assumed")
#: The need of rules about an SDK, the installed one or that of a driver: it is checked, with the mock as its server.
SDK = "sdk"
NEEDS = frozenset(
    (
        *("owner", "admin", "operator", "viewer", "outsider", "gateway"),  # actors
        *("writes", "events", "clock", "settings", "cameras", "socket", "receiver"),  # capabilities
        SDK,
    )
)
_UNTESTED = "untested"


class CatalogueError(ValueError):
    """The catalogue is invalid; the text names file, rule and key."""


@dataclass(frozen=True)
class Rule:
    """One sentence of the documentation: what it says, its source, its strength, and what a check of it needs.

    ``operations`` and ``fields`` are what it is about: operations, and parameters, fields of bodies and answers;
    ``caller.role``, ``caller.org``, ``caller.sites`` and ``caller.credential`` stand for who may call, and whose data.
    ``language`` is that of the SDKs that it is about, if not of all.
    """

    id: str
    says: str
    source: str
    strength: str
    operations: tuple[str, ...]
    fields: tuple[str, ...]
    needs: frozenset[str]
    family: str
    language: str = ""

    @property
    def of_sdk(self) -> bool:
        """Whether it is a rule about an SDK rather than about the API."""
        return SDK in self.needs

    def as_json(self) -> dict[str, Any]:
        """Return what `novavms-contract rules --json` shows of it."""
        return {
            "id": self.id,
            "says": self.says,
            "source": self.source,
            "strength": self.strength,
            "operation": list(self.operations),
            "needs": sorted(self.needs),
        }


@dataclass(frozen=True)
class Catalogue:
    """All rules by id, and those that cannot be checked, each with its reason."""

    rules: Mapping[str, Rule]
    untested: Mapping[str, str]

    def select(self, patterns: Sequence[str], *, sdk: bool = False, language: str = "") -> list[Rule]:
        """Return the testable rules whose id matches one of the globs; all of them without globs.

        Rules about SDKs in another language are not among them.
        """
        wanted = patterns or ["*"]
        rules = (rule for rule in self.testable(sdk=sdk) if rule.language in ("", language))
        return [rule for rule in rules if any(fnmatch.fnmatch(rule.id, one) for one in wanted)]

    @cached_property
    def documented(self) -> frozenset[str]:
        """The operations that an endpoint page documents: those that rules of strength ``stated`` are about."""
        stated = (rule for rule in self.rules.values() if rule.strength == "stated" and not rule.of_sdk)
        return frozenset(operation for rule in stated for operation in rule.operations)

    def testable(self, *, sdk: bool = False) -> Iterator[Rule]:
        """Yield the rules that have a check: those about the API, or those about the SDK."""
        return (rule for rule in self.rules.values() if rule.of_sdk is sdk and rule.id not in self.untested)


@cache
def load() -> Catalogue:
    """Return the packaged catalogue. Raises CatalogueError."""
    folder = resources.path("spec", "rules")
    files = {path.stem: _read(path) for path in sorted(folder.glob("*.toml"))}
    untested = {row["id"]: row["reason"] for row in files.pop(_UNTESTED, {}).get("rule", [])}
    rules: dict[str, Rule] = {}
    for name, content in files.items():
        for rule in _rules(name, content):
            if rule.id in rules:
                raise CatalogueError(f"{name}.toml: {rule.id} is defined twice")
            rules[rule.id] = rule
    unknown = untested.keys() - rules.keys()
    if unknown:
        raise CatalogueError(f"{_UNTESTED}.toml: names unknown rules: {', '.join(sorted(unknown))}")
    return Catalogue(rules, untested)


@cache
def uncovered() -> Mapping[str, str]:
    """Return why no sentence of a page covers faults, by a glob of the ids of their mutants. Raises CatalogueError."""
    rows = _read(resources.path("spec", "uncovered.toml"))["fault"]
    return {row["mutants"]: row["reason"] for row in rows}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{path.name}: {error}") from None


def _rules(name: str, content: Mapping[str, Any]) -> Iterable[Rule]:
    for key in {"family", "rule"} - content.keys():
        raise CatalogueError(f"{name}.toml: lacks {key!r}")
    for row in content["rule"]:
        try:
            rule = Rule(
                id=row["id"],
                says=row["says"],
                source=row["source"],
                strength=row["strength"],
                operations=tuple(row["operations"]),
                fields=tuple(row.get("fields", ())),
                needs=frozenset(row["needs"]),
                family=content["family"],
                language=row.get("language", ""),
            )
        except KeyError as error:
            raise CatalogueError(f"{name}.toml: {row.get('id', 'a rule')} lacks {error}") from None
        if rule.strength not in STRENGTHS:
            raise CatalogueError(f"{name}.toml: {rule.id}: strength {rule.strength!r} is not one of {STRENGTHS}")
        if unknown := rule.needs - NEEDS:
            raise CatalogueError(f"{name}.toml: {rule.id}: needs {sorted(unknown)} are not among {sorted(NEEDS)}")
        yield rule
