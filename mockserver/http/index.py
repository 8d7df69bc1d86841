"""Where things are: the answer at /, and to paths that the document does not have."""

from collections import Counter
from html import escape
from urllib.parse import urlsplit

from mockserver import CONTROL_PREFIX, __version__
from mockserver.asgi import Answer, Scope, base_url, header, json_answer
from mockserver.domain.errors import NotFound
from mockserver.openapi import served
from mockserver.openapi.document import Document
from mockserver.openapi.routing import Router

_DOCUMENT_PATH = "/openapi.json"
_MAX_SKIPPED_SEGMENTS = 4
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<h1>{title}</h1>
<p>{text}</p>
<dl>
{places}
</dl>
</html>
"""


class UnknownPath(NotFound):
    """The document has no such path; the message says where things are."""

    def __init__(self, hint: str = "") -> None:
        super().__init__("path")
        self.message = f"{self.message} {hint}".strip()


class Index:
    """Answers the calls that no operation answers; ``control`` is whether there is a control plane."""

    def __init__(self, document: Document, router: Router, *, control: bool) -> None:
        self._document = document
        self._router = router
        self._control = control
        self._title = f"{document.raw['info']['title']} {document.version}, served by novavms-mock {__version__}"
        self.api_path = _common_prefix(document)
        own = f"{self.api_path}{_DOCUMENT_PATH}"
        self.document_path = own if router.match(own) else _DOCUMENT_PATH
        self._first_segments = {path.split("/")[1] for path in document.raw["paths"]}

    def answer(self, scope: Scope) -> Answer | UnknownPath:
        """Return the index, the document, or a page that says where things are; otherwise the error that says it."""
        path, base, reads = scope["path"], base_url(scope), scope["method"] in ("GET", "HEAD")
        if path == _DOCUMENT_PATH and reads:
            return Answer(200, [(b"content-type", b"application/json")], served.as_json(self._document, base))
        in_browser = b"text/html" in (header(scope, b"accept") or b"")
        if path == "/" and reads:
            return self._page(200, "The mock is running.", base) if in_browser else json_answer(200, self.places(base))
        below = urlsplit(base).path
        suggestion = self._suggestion(path, below)
        if path.partition("/")[2].partition("/")[0] in self._first_segments:
            return UnknownPath(suggestion)
        places = f"The API is under {below}{self.api_path or '/'}, its document at {below}{self.document_path}"
        places += f", the control plane under {below}{CONTROL_PREFIX}." if self._control else "."
        hint = f"{suggestion} {places}".strip()
        if in_browser and reads:
            return self._page(404, f"There is no such path. {hint}", base)
        return UnknownPath(hint)

    def places(self, base: str) -> dict[str, str | None]:
        """Return the addresses of what the mock serves, by name; None for what is left out."""
        control = f"{base}{CONTROL_PREFIX}" if self._control else None
        return {
            "title": self._title,
            "api": base + self.api_path,
            "document": base + self.document_path,
            "console": control and f"{control}/",
            "reference": control and f"{control}/reference",
            "control": control,
            "control_document": control and f"{control}{_DOCUMENT_PATH}",
        }

    def _suggestion(self, path: str, below: str) -> str:
        """Return a question about the path of the API that was meant, which is ``below`` another, or nothing."""
        parts = path.split("/")[1:]
        for skipped in range(min(_MAX_SKIPPED_SEGMENTS + 1, len(parts))):
            meant = "/".join([self.api_path, *parts[skipped:]])
            if self.api_path and parts[skipped] and self._router.match(meant):
                return f"Did you mean {below}{meant}?"
        return ""

    def _page(self, status: int, text: str, base: str) -> Answer:
        places = {name: address for name, address in self.places(base).items() if address and name != "title"}
        lines = (
            f'<dt>{name.replace("_", " ")}</dt><dd><a href="{escape(address)}">{escape(address)}</a></dd>'
            for name, address in places.items()
        )
        page = _PAGE.format(title=escape(self._title), text=escape(text), places="\n".join(lines))
        return Answer(status, [(b"content-type", b"text/html; charset=utf-8")], page.encode())


def _common_prefix(document: Document) -> str:
    """Return the longest beginning, in whole segments without parameters, that most paths share."""
    prefixes: Counter[str] = Counter()
    for path in document.raw["paths"]:
        parts = path.partition("{")[0].split("/")[:-1]
        prefixes.update("/".join(parts[:count]) for count in range(2, len(parts) + 1))
    shared = [prefix for prefix, count in prefixes.items() if count > len(document.raw["paths"]) / 2]
    return max(shared, key=len, default="")
