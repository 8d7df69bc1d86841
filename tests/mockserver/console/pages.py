"""Reading pages of the console: by an HTTP client, as text and as forms."""

from html.parser import HTMLParser
from typing import Any

import httpx

from tests.harness import Running

#: Planted in texts: a page that shows it otherwise than as text has an element or attribute of this name.
MARKUP = """<planted title='x'>"' planted=y &lt;{{7*7}}"""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.text += " "

    def handle_data(self, data: str) -> None:
        self.text += data


class Page:
    """What a browser makes of an answer."""

    def __init__(self, answer: httpx.Response) -> None:
        reader = _Reader()
        reader.feed(answer.text)
        self.answer = answer
        self.tags = reader.tags
        self.text = " ".join(reader.text.split())

    def attributes(self, tag: str, name: str) -> list[str]:
        """Return the values of an attribute."""
        return [str(given[name]) for found, given in self.tags if found == tag and name in given]

    @property
    def planted(self) -> bool:
        """Whether planted markup has become part of the page."""
        return any(tag == "planted" or "planted" in given for tag, given in self.tags)


def page(running: Running, path: str, status: int = 200, **arguments: Any) -> Page:
    """Read a page."""
    answer = running.client().get(f"/_mock{path}", **arguments)
    assert answer.status_code == status, answer.text
    return Page(answer)


def send(running: Running, path: str, status: int = 303, /, **fields: str) -> Page:
    """Send a form, and return the page that answers it, or the one that it leads to."""
    answer = running.client().post(f"/_mock{path}", data=fields)
    assert answer.status_code == status, answer.text
    if status == 303:
        answer = running.client().get(answer.headers["location"])
        assert answer.status_code == 200, answer.text
    return Page(answer)
