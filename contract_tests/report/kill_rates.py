"""How many mutants a kill run killed, of all and of each family; its report.json, for the report of another run."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contract_tests import __version__, catalogue
from contract_tests.config import ConfigError, files
from contract_tests.output.texts import shorten

_MAX_BYTES = 64 * 1024 * 1024
_KILLED = "killed"
_OTHER = "Other"


def rate(killed: int, total: int) -> str:
    """Return the percentage with one decimal, rounded down: only all of them are 100.0 %."""
    tenths = 1000 * killed // max(1, total)
    return f"{tenths // 10}.{tenths % 10} %"


def family(mutant: Mapping[str, Any]) -> str:
    """Return the family of the first rule that a mutant breaks."""
    rule = catalogue.load().rules.get(mutant["breaks"][0])
    return rule.family if rule else _OTHER


def by_family(report: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Return how many mutants of each family were tried and killed, from the report.json of a kill run."""
    found: dict[str, dict[str, int]] = {}
    for mutant in report["mutants"]:
        counts = found.setdefault(family(mutant), {"tried": 0, _KILLED: 0})
        counts["tried"] += 1
        counts[_KILLED] += mutant["outcome"] == _KILLED
    return dict(sorted(found.items()))


def read(path: Path) -> dict[str, Any]:
    """Return what a journal keeps of a kill run, from its report.json or its folder. Raises ConfigError."""
    file = path / "report.json" if os.path.isdir(path) else path
    text = files.content(file, _MAX_BYTES, "; `kill --report DIR` writes it")
    try:
        content = json.loads(text)
        version, families = str(content["versions"]["suite"]), by_family(content)
        facts = {"without_control": bool(content["without_control"]), "complete": bool(content["complete"])}
    except (ValueError, LookupError, TypeError, RecursionError):
        raise ConfigError(f"{file}: not the report.json of a kill run") from None
    if version != __version__:
        given = shorten(version)
        raise ConfigError(f"{file}: versions.suite = {given!r}: is not of these checks; must be {__version__!r}")
    return {**facts, "families": families}


def facts(run: Mapping[str, Any]) -> dict[str, str]:
    """Return the rates of the kill run that a run knows, each by its name; nothing if it knows none."""
    if not (known := run.get("kills")):
        return {}
    families: Mapping[str, Mapping[str, int]] = known["families"]
    tried, killed = (sum(counts[name] for counts in families.values()) for name in ("tried", _KILLED))
    where = " without a control plane" * known["without_control"] + ", stopped before all were tried" * (
        not known["complete"]
    )
    parts = [f"{name} {rate(counts[_KILLED], counts['tried'])}" for name, counts in families.items()]
    return {
        "kill rate of its checks": f"{rate(killed, tried)} of {tried:,} mutants{where}",
        "kill rates by family": ", ".join(parts),
    }
