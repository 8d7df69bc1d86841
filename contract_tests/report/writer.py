"""Writes the folder of a report: the journal, and views of it for programs, CI servers, browsers and terminals."""

import errno
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from contract_tests import jsonl
from contract_tests.output.redaction import KNOWN
from contract_tests.report import ctrf, html, junit, reproductions, summary
from contract_tests.report.conclusion import CODES, conclude
from contract_tests.report.journal import JOURNAL_FILE, SCRIPTS_FOLDER, Report

#: What later commands read.
_NEEDED = (JOURNAL_FILE, "report.json")
_VIEWS = ("report.json", "report.html", "junit.xml", "ctrf.json", "summary.md")


class JournalFile:
    """The journal of a run, written as the run goes; after the first line that cannot be written there are no more.

    The views and scripts of an earlier run in its folder are deleted: none is taken for one of this run.
    """

    def __init__(self, folder: Path, run: Mapping[str, Any]) -> None:
        self._path = folder / JOURNAL_FILE
        for old in (*(folder / name for name in _VIEWS), *(folder / SCRIPTS_FOLDER).glob("[A-Z]*-[0-9]*.sh")):
            if old.is_file():
                old.unlink()
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


def create(folder: Path) -> None:
    """Create the folder of a report. Raises OSError if its files could not be written into it.

    A device in the place of a view is no reason not to run: that view alone is not written then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path in (folder / name for name in (JOURNAL_FILE, *_VIEWS)):
        if path.is_dir() or (path.name in _NEEDED and path.exists() and not path.is_file()):
            raise _not_a_file(path)
    scripts = folder / SCRIPTS_FOLDER
    for place in (folder, scripts) if scripts.exists() else (folder,):
        with tempfile.NamedTemporaryFile(dir=place):
            pass


def write(report: Report, folder: Path, journal: JournalFile) -> Report:
    """Write the end of the journal and every view; return the report, with ``not_written`` among its facts.

    If a view cannot be written, the others say so.
    """
    unwritten = write_views(report, folder)
    report = replace(report, run={**report.run, "not_written": unwritten})
    unwritten = [*unwritten, *journal.finish(report.run, complete=report.complete)]
    if unwritten:
        report = replace(report, run={**report.run, "not_written": unwritten})
        write_views(report, folder)
    return report


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
    """Write a file whole or not at all, and return a line that says what is wrong if it could not be written."""
    try:
        path.parent.mkdir(exist_ok=True)
        if path.exists() and not path.is_file():
            raise _not_a_file(path)
        place = path.resolve()
        part = place.with_name(f"{place.name}.part")
        try:
            part.write_text(text, encoding="utf-8")
            part.replace(place)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        return [_unwritten(path, error)]
    return []


def _not_a_file(path: Path) -> OSError:
    return OSError(errno.EEXIST, f"{path.name} is a {'folder' if path.is_dir() else 'device or pipe'}, not a file")


def _unwritten(path: Path, error: OSError) -> str:
    return f"{path} could not be written: {error.strerror}"
