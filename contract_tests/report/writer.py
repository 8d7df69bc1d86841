"""Writes the folder of a report: the journal, and views of it for programs, CI servers, browsers and terminals."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from contract_tests import jsonl
from contract_tests.redaction import redact, scrub
from contract_tests.report import html, junit, summary
from contract_tests.report.journal import JOURNAL_FILE, Report


def write_journal(folder: Path, run: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], *, complete: bool) -> None:
    """Write the journal, without secrets: a header with the facts of the run, the lines, a footer if it is complete."""
    footer = [{"end": True}] if complete else []
    jsonl.write(folder / JOURNAL_FILE, map(scrub, [{"run": run}, *lines, *footer]))


def write_views(report: Report, folder: Path) -> None:
    """Write every view of the report, without secrets."""
    views = {
        "report.json": json.dumps(report.as_json(), indent=1, ensure_ascii=False),
        "report.html": html.render(report),
        "junit.xml": junit.render(report),
        "summary.md": summary.render(report),
    }
    for name, text in views.items():
        (folder / name).write_text(redact(text), encoding="utf-8")
