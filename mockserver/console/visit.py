"""One request of a page: what it sent, the calls it may make, and the page that answers it."""

import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from mockserver import __version__
from mockserver.asgi import read_body
from mockserver.console.calls import CallFailed, Calls
from mockserver.console.shell import double_quoted

MAX_FORM_BYTES = 1024 * 1024
MAX_FORM_FIELDS = 200
PAGE_ROWS = 50
#: What a page says after a form that was carried out, by the ``done`` of its address.
DONE = {
    "added": "The fault is in force.",
    "emptied": "The calls are removed.",
    "mended": "The faults are removed.",
    "recorded": "They are recorded.",
    "remade": "The organisation is as it was made.",
    "removed": "The organisation is removed.",
    "reset": "The state is that of the start again.",
    "restarted": "The mock was restarted.",
    "restored": "The snapshot is restored.",
}


@dataclass(frozen=True)
class Section:
    """A page that the navigation leads to, with the path below that of the mock."""

    title: str
    path: str


def environment() -> jinja2.Environment:
    """Return what renders the templates: every value is text, and a name that is missing is an error."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("mockserver.console"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(version=__version__, page_rows=PAGE_ROWS)
    made.filters["double_quoted"] = double_quoted
    return made


@dataclass(frozen=True)
class Visit:
    """A request of a page by somebody who may make it.

    ``root`` stands before every path of a link: the base path, or the prefix that a proxy names.
    """

    request: Request
    calls: Calls
    root: str
    templates: jinja2.Environment

    @property
    def params(self) -> Mapping[str, Any]:
        """The parameters of the path."""
        return self.request.path_params

    @property
    def query(self) -> Mapping[str, str]:
        """The parameters of the query; of several with one name the last."""
        return self.request.query_params

    async def form(self) -> dict[str, str]:
        """Return the fields of the form that are not empty; of several with one name the last.

        Raises TooLarge, and CallFailed for more than ``MAX_FORM_FIELDS``.
        """
        body = await read_body(self.request.scope, self.request.receive, MAX_FORM_BYTES)
        try:
            return dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=MAX_FORM_FIELDS))
        except ValueError:
            raise CallFailed(400, f"The form has more than {MAX_FORM_FIELDS} fields.") from None

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """Return a page."""
        common = {"root": self.root, "here": self.request.scope["path"], "done": DONE.get(self.query.get("done", ""))}
        text = self.templates.get_template(template).render(**common, **values)
        return HTMLResponse(text, status)

    @staticmethod
    def status_of(errors: Mapping[str, CallFailed] | None) -> int:
        """Return the status of a page with these errors."""
        return next((error.status for error in (errors or {}).values()), 200)

    def to(self, path: str) -> Response:
        """Return a redirect to a path below that of the mock, after a form that was carried out."""
        return RedirectResponse(self.root + path, 303)


Handler = Callable[[Visit], Awaitable[Response]]


def number(text: str) -> int | float | str:
    """Return a number as a form sends it; a text that is none stays, so that the call says what is wrong with it."""
    try:
        return int(text) if text.lstrip("-").isdigit() else _finite(text)
    except ValueError:
        return text


def _finite(text: str) -> float:
    if math.isfinite(value := float(text)):
        return value
    raise ValueError
