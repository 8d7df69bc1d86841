"""A report as a folder of files: the same findings for programs, CI servers, browsers and people."""

import json
from pathlib import Path

from contract_tests.redaction import redact
from contract_tests.report import html, junit, markdown
from contract_tests.report.journal import Report


def write_views(report: Report, folder: Path) -> None:
    """Write every view of the report."""
    views = {
        "report.json": json.dumps(report.as_json(), indent=1, ensure_ascii=False),
        "report.html": html.render(report),
        "junit.xml": junit.render(report),
        "summary.md": markdown.render(report),
    }
    for name, text in views.items():
        (folder / name).write_text(redact(text), encoding="utf-8")
