from pathlib import Path

import pytest

from contract_tests.docs import comparison, reader, reference
from tests.contract_tests.docs.test_comparison import PAGES

SDK = (PAGES / "sdk.html").read_text(encoding="utf-8")
EDITS = [
    ("<td>10.0</td>", "<td>30.0</td>", "timeout", "30"),
    ("<td>3</td>", "<td>5</td>", "max_retries", "5"),
    ("https://api.novavms.io", "https://api.example.com", "base_url", "https://api.example.com"),
    ("<code>timeout</code>", "<code>patience</code>", "patience", "names patience"),
    ("client.sites", "client.places", "sites", "no such row"),
    ("401 or 403", "401", "AuthError", "raised on 401"),
    ("<td>404</td>", "<td>410</td>", "NotFoundError", "raised on 410"),
    ("RateLimitError", "ThrottledError", "RateLimitError", "no such row"),
    ("client.rules.list()", "client.rules.everything()", "client.rules.everything", "no rules.everything"),
    ("CPython 3.10", "CPython 3.12", "Client for Python", "3.12"),
]


def test_a_correct_page_on_the_sdk_is_silent() -> None:
    assert comparison.compare([reader.read(PAGES / "sdk.html", reference.known())]) == []


@pytest.mark.parametrize(("old", "new", "subject", "says"), EDITS)
def test_an_edit_of_a_page_on_the_sdk_is_named(old: str, new: str, subject: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "sdk.html"
    path.write_text(SDK.replace(old, new), encoding="utf-8")
    findings = comparison.compare([reader.read(path, reference.known())])
    assert [each for each in findings if each.subject == subject and says in f"{each.page} {each.other}"], findings
    line = SDK.replace(old, new).splitlines()[findings[0].place.line - 1]
    assert "<" in line
