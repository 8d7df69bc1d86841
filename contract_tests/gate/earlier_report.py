"""The report.json of an earlier run, with which a run is compared."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from contract_tests import __version__
from contract_tests.config import ConfigError, files
from contract_tests.output.texts import shorten

JSON = dict[str, Any]
_MAX_BYTES = 64 * 1024 * 1024


def load(path: Path) -> tuple[JSON, Sequence[JSON]]:
    """Return facts of the run and its rules, from its report.json or its folder. Raises ConfigError.

    ``started_at`` and ``target`` are texts; each rule has ``id``, ``verdict`` and ``decides``.
    """
    file = path / "report.json" if os.path.isdir(path) else path
    text = files.content(file, _MAX_BYTES, "; `run --report DIR` writes it")
    try:
        content = json.loads(text)
        run = content["run"]
        version = str(run["versions"]["suite"])
        facts = {name: str(run[name]) for name in ("started_at", "target")}
        rules = [
            {"id": str(row["id"]), "verdict": str(row["verdict"]), "decides": bool(row["decides"])}
            for row in content["rules"]
        ]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ConfigError(f"{file}: not the report.json of a run") from None
    if version != __version__:
        given = shorten(version)
        raise ConfigError(f"{file}: run.versions.suite = {given!r}: is not comparable; must be {__version__!r}")
    return facts, rules
