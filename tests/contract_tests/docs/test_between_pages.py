"""Contradictions between parts of pages: each is found where it is, and not where it is not."""

from pathlib import Path

from contract_tests.docs import comparison, reader, reference
from contract_tests.docs.findings import BETWEEN_PAGES
from tests.contract_tests.docs.test_comparison import ALERTS, PAGES

PAIRING = (PAGES / "pairing.md").read_text(encoding="utf-8")
SDK = (PAGES / "sdk.html").read_text(encoding="utf-8")
EVENTS = """# Events

Viewers' lists are filtered by the sites granted to them. There is no dedicated "acknowledge" verb.

## GET /api/v1/events

Since: v1.0 Required role: viewer (site-scoped)

### Error responses

| Code | Body.error | Meaning |
|---|---|---|
| 403 | forbidden | A viewer outside the site scope |

## GET /api/v1/events/{id}

Since: v1.0 Required role: viewer (site-scoped)

### Error responses

| Code | Body.error | Meaning |
|---|---|---|
| 403 | forbidden | A viewer outside the site scope |

## GET /api/v1/events/export

Since: v1.1 Required role: viewer

### Query parameters

The server caps the rows at 10000.

### Error responses

| Code | Body.error | Meaning |
|---|---|---|
| 403 | forbidden | Role too low |
| 413 | payload_too_large | More rows match than the cap |
"""
GATEWAYS = """# Gateways

## POST /api/v1/gateways/pair

### Request body

| Name | Type | Default | Constraints |
|---|---|---|---|
| name | string | — | Taken only if the gateway has none |

## GET /api/v1/gateways/{id}

Since: v1.0 Required role: viewer (site-scoped)
"""
SDK_MORE = """
<h2>More</h2><p>Every list endpoint pages with opaque cursors. Notes on it, and status of an alert.</p>
<pre>client.rules.update("9a8b7c6d-5e4f-4a2b-8c0d-9e8f7a6b5c4d", colour="red")
print(err.message, err.code)
events.acknowledge()
</pre></body>"""
PAGES_OF = {
    "alerts.md": ALERTS,
    "events.md": EVENTS,
    "gateways.md": GATEWAYS + PAIRING.partition("\n\n## ")[1] + PAIRING.partition("\n\n## ")[2],
    "sdk.html": SDK.replace("The history", "The history, changes of status").replace("</body>", SDK_MORE),
}
EXPECTED = {
    ("sdk.html", "host", "api.novavms.io"),
    ("alerts.md", "client.alert_rules", "calls client.alert_rules"),
    ("gateways.md", "client.gateways", "calls client.gateways"),
    ("alerts.md", "client.alert_rules.delete", "has remove in every namespace"),
    ("sdk.html", "client.rules.update", "passes colour"),
    ("sdk.html", "client.alerts, status", "the operation updateAlert"),
    ("sdk.html", "client.alerts", "for get, create, update, remove"),
    ("sdk.html", "client.rules", "for get"),
    ("sdk.html", "cursors", "GET /api/v1/alert-rules at "),
    ("events.md", "acknowledge", "has acknowledge()"),
    ("sdk.html", "error.message", "reads message"),
    ("events.md", "GET /api/v1/events/export", "413"),
    ("events.md", "GET /api/v1/events", "filtered"),
    ("gateways.md", "GET /api/v1/gateways/{id}", "without 403"),
    ("events.md", "GET /api/v1/events/export", "the lowest role"),
    ("gateways.md", "POST /api/v1/gateways/pair", "demands name, 1-100 chars"),
    ("alerts.md", "GET /api/v1/alerts", "no read on this page is site-scoped"),
}


def between(folder: Path, *names: str) -> list[tuple[str, str, str]]:
    for name in names:
        (folder / name).write_text(PAGES_OF[name], encoding="utf-8")
    pages = [reader.read(folder / name, reference.known()) for name in names]
    findings = [each for each in comparison.compare(pages) if each.kind == BETWEEN_PAGES]
    return [(each.place.path.name, each.subject, f"{each.page} {each.other}") for each in findings]


def test_each_contradiction_between_pages_is_found(tmp_path: Path) -> None:
    findings = between(tmp_path, *PAGES_OF)
    unmatched = [
        wanted
        for wanted in EXPECTED
        if not [each for each in findings if each[:2] == wanted[:2] and wanted[2] in each[2]]
    ]
    assert unmatched == []


def test_a_page_that_agrees_with_itself_is_silent(tmp_path: Path) -> None:
    assert between(tmp_path, "alerts.md") == []
