"""The pages for people: one HTML file each, which loads nothing and runs no script but its own."""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any

import jinja2
from markupsafe import Markup

from contract_tests.output.texts import visible
from contract_tests.report import kill_page, page
from contract_tests.report.journal import Report


def render(report: Report) -> str:
    """Return the page of a run."""
    return _environment().get_template("report.html").render(page=page.of(report), words=page.WORDS)


def render_kill(report: Mapping[str, Any], exit_code: int) -> str:
    """Return the page of a kill run from its report.json."""
    shown = kill_page.of(report, exit_code)
    return _environment().get_template("kill.html").render(page=shown, words=kill_page.WORDS)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("contract_tests.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters["visible"] = visible
    source = environment.get_template("script.js").render()
    digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
    environment.globals |= {"script": Markup(source), "script_digest": f"sha256-{digest}"}
    return environment


def _shown(value: object) -> object:
    """Return a text with what would not show, or would show other text in its place, made visible."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
