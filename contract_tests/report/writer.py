"""Writes the folder of a report: the journal, and views of it for programs, CI servers, browsers and terminals."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from contract_tests import jsonl
from contract_tests.output.redaction import KNOWN
from contract_tests.report import ctrf, html, junit, reproductions, summary
from contract_tests.report.conclusion import CODES, conclude
from contract_tests.report.journal import JOURNAL_FILE, Report


class JournalFile:
    """The journal of a run, written as the run goes; after the first line that cannot be written there are no more."""

    def __init__(self, folder: Path, run: Mapping[str, Any]) -> None:
        self._path = folder / JOURNAL_FILE
        self._problems = write_file(self._path, "")
        self.add([{"run": run}])

    def add(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Add whole lines."""
        try:
            if lines and not self._problems:
                jsonl.append(self._path, *map(KNOWN.scrub, lines))
        except OSError as error:
            self._problems = [_unwritten(self._path, error)]

    def finish(self, run: Mapping[str, Any], *, complete: bool) -> list[str]:
        """Add the facts of the run, and a footer if it is complete; return what could not be written."""
        self.add([{"run": run}, *([{"end": True}] if complete else [])])
        return self._problems


def write_views(report: Report, folder: Path) -> list[str]:
    """Write every view of the report, and return a line for each that could not be written."""
    concluded = {"headline": summary.headline(report), "exit_code": CODES[conclude(report)]}
    views = {
        "report.json": json.dumps({**concluded, **report.as_json()}, indent=1, ensure_ascii=False),
        "report.html": html.render(report),
        "junit.xml": junit.render(report),
        "ctrf.json": ctrf.render(report),
        "summary.md": summary.render(report),
    }
    views |= reproductions.scripts(report)
    return [problem for name, text in views.items() for problem in write_file(folder / name, text)]


def write_kills(report: Mapping[str, Any], folder: Path, exit_code: int) -> list[str]:
    """Write the report of a kill run and its page, and return a line for each that could not be written."""
    views = {"report.json": json.dumps(report, indent=1), "report.html": html.render_kill(report, exit_code)}
    return [problem for name, text in views.items() for problem in write_file(folder / name, text)]


def write_file(path: Path, text: str) -> list[str]:
    """Write a file, and return a line that says what is wrong if it could not be written."""
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        return [_unwritten(path, error)]
    return []


def _unwritten(path: Path, error: OSError) -> str:
    return f"{path} could not be written: {error.strerror}"
