"""The journal in the console: its calls by filters, page by page, live, and one by one."""

import json
import re
import shlex
import shutil
import subprocess
import threading
from collections.abc import Iterator
from html import unescape
from typing import Any

import httpx
import pytest

from mockserver.console import live
from tests.harness import JSON, Running, World, running
from tests.mockserver.console.pages import MARKUP, Page, page, send
from tests.mockserver.http.raw import ask
from tests.mockserver.http.steps import UNKNOWN

JOURNAL, EVENTS = "/console/journal", "/api/v1/events"


@pytest.fixture(scope="module")
def mock() -> Iterator[Running]:
    """A mock for the tests of this module, whose journal they read."""
    with running() as mock:
        yield mock


@pytest.fixture
def org(mock: Running) -> World:
    mock.control("DELETE", "/requests")
    return mock.org()


def rows(found: Page) -> list[str]:
    """Return the ids of the calls that a page shows."""
    return [path.rpartition("/")[2] for path in found.attributes("a", "href") if "/journal/req_" in path]


def newest(org: World) -> JSON:
    (call,) = org.running.control("GET", "/requests", params={"limit": 1})["data"]
    return dict(call)


@pytest.fixture
def events(org: World) -> Iterator[Iterator[dict[str, Any]]]:
    """The events of the stream, from a journal with one call."""
    org.owner.get(EVENTS)
    with org.running.client().stream("GET", f"/_mock{JOURNAL}/stream") as response:
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        yield (json.loads(line[6:]) for line in response.iter_lines() if line.startswith("data: "))


def test_page_has_the_calls_newest_first_with_their_why(org: World) -> None:
    org.owner.get(EVENTS)
    org.owner.get(f"{EVENTS}/{UNKNOWN}")
    found = page(org.running, JOURNAL)
    listed = org.running.control("GET", "/requests")["data"]
    assert rows(found) == [call["request_id"] for call in listed]
    assert "2 calls, the newest first" in found.text
    assert re.search(r"404 operation .*EV-54", found.text)
    (stream,) = found.attributes("tbody", "data-stream")
    assert stream.endswith(f"after={listed[0]['request_id']}")


def test_reading_leaves_no_trace(org: World) -> None:
    org.owner.get(EVENTS)
    for path in ("", f"/{newest(org)['request_id']}", "/archive"):
        assert org.running.client().get(f"/_mock{JOURNAL}{path}").status_code == 200
    assert len(org.running.control("GET", "/requests")["data"]) == 1


def test_filters_narrow_and_a_refused_one_is_said(org: World) -> None:
    org.owner.get(EVENTS)
    org.viewer.get("/api/v1/alerts")
    (listed,) = rows(page(org.running, f"{JOURNAL}?operation=listAlerts&org={org.id}&status=200&method=GET"))
    assert listed == newest(org)["request_id"]
    assert rows(page(org.running, f"{JOURNAL}?path={EVENTS}&body=x")) == []
    refused = page(org.running, f"{JOURNAL}?status=999&org={org.id}", 400)
    assert "status must" in refused.text or "status is" in refused.text
    assert "999" in refused.attributes("input", "value")
    assert refused.attributes("tbody", "data-stream") == []


def test_calls_are_paged(org: World) -> None:
    for _ in range(60):
        org.owner.get(EVENTS)
    first = page(org.running, f"{JOURNAL}?org={org.id}")
    (older,) = [path for path in first.attributes("a", "href") if "before=" in path]
    second = page(org.running, older.removeprefix("/_mock"))
    assert (len(rows(first)), len(rows(second))) == (50, 10)
    assert set(rows(first)).isdisjoint(rows(second))
    assert second.attributes("tbody", "data-stream") == []
    assert not [path for path in second.attributes("a", "href") if "before=" in path]


def test_rows_come_as_calls_do(org: World, events: Iterator[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_INTERVAL_SECONDS", 0.01)
    assert "listEvents" in next(events)["html"]
    threading.Timer(0.05, lambda: org.owner.get(f"/api/v1/alerts?{MARKUP}")).start()
    html = next(events)["html"]
    assert "listAlerts" in html
    assert "<planted" not in html
    org.running.control("DELETE", "/requests")
    threading.Timer(0.05, lambda: org.owner.get("/api/v1/sites")).start()
    assert "listSites" in next(events)["html"]


def test_a_burst_costs_as_many_rows_as_a_page_has(org: World, events: Iterator[dict[str, Any]]) -> None:
    next(events)
    for _ in range(60):
        org.owner.get(EVENTS)
    shown = skipped = 0
    while shown + skipped < 60:
        event = next(events)
        count = event["html"].count("<tr>")
        assert count <= 50
        shown, skipped = shown + count, skipped + event["skipped"]
    assert shown + skipped == 60


def test_a_stream_says_why_it_has_no_calls(org: World) -> None:
    text = org.running.client().get(f"/_mock{JOURNAL}/stream?status=999").text
    assert "status" in json.loads(text.removeprefix("data: "))["failed"]


def test_the_expired_code_is_explained(org: World) -> None:
    asked = {"name": "Yard", "site_id": org.sites[0]}
    code = org.operator.post("/api/v1/gateways/generate-pairing-code", json=asked).json()["pairing_code"]
    org.running.control("POST", f"/orgs/{org.id}/clock", json={"advance": 660})
    org.running.client().post("/api/v1/gateways/pair", json={"pairing_code": code})
    found = page(org.running, f"{JOURNAL}/{newest(org)['request_id']}")
    assert "The operation itself answered" in found.text
    assert "GW-52" in found.text
    assert "The pairing code has expired." in found.text


def test_an_unknown_call_is_said_to_be_none(org: World) -> None:
    assert "does not have this call" in page(org.running, f"{JOURNAL}/req_unknown", 404).text


def test_markup_is_text_wherever_a_client_may_put_it(org: World) -> None:
    org.owner.post(
        "/api/v1/alert-rules", params={MARKUP: MARKUP}, json={"name": MARKUP, MARKUP: MARKUP}, headers={"X-A": MARKUP}
    )
    org.owner.get(f"/api/v1/{MARKUP.replace('/', '')}")
    for call in org.running.control("GET", "/requests")["data"]:
        for path in ("", f"/{call['request_id']}", f"/{call['request_id']}?part=1"):
            found = page(org.running, f"{JOURNAL}{path}")
            assert not found.planted
            assert "planted" in found.text
    filtered = page(org.running, JOURNAL, params={"actor": MARKUP, "path": f"/{MARKUP}", "body": MARKUP})
    assert not filtered.planted
    assert MARKUP in filtered.attributes("input", "value")


def test_a_page_of_long_calls_is_small(org: World) -> None:
    for _ in range(5):
        org.owner.post(f"/api/v1/{'<' * 4000}", params={"q": "&" * 4000}, headers={"X-A": '"' * 7000}, json="<" * 2000)
    assert len(page(org.running, JOURNAL).answer.content) < 50_000
    assert len(page(org.running, f"{JOURNAL}/{newest(org)['request_id']}").answer.content) < 300_000


def command_of(org: World) -> str:
    """Return the command on the page of the newest call."""
    html = page(org.running, f"{JOURNAL}/{newest(org)['request_id']}").answer.text
    return unescape(re.findall(r'<pre id="curl-[^"]*">(.*?)</pre>', html, re.S)[0])


def test_the_command_repeats_the_call(org: World) -> None:
    sent = {"name": "it's", "recipients": []}
    org.owner.post("/api/v1/alert-rules?x=1&y=a%20b", json=sent, headers={"X-Trace": "'7'"})
    call = newest(org)
    html = page(org.running, f"{JOURNAL}/{call['request_id']}").answer.text
    command = command_of(org)
    words = shlex.split(command.replace("\\\n", " "))
    assert words[:6] == ["curl", "-g", "--path-as-is", "-i", "-X", "POST"]
    assert words[6] == f"{org.running.base_url}/api/v1/alert-rules?x=1&y=a%20b"
    assert {"Authorization: Bearer $TOKEN", "x-trace: '7'", "content-type: application/json"} <= set(words)
    assert json.loads(words[-1]) == sent
    token = org.described["actors"]["owner"]["token"]
    assert token not in html
    if curl := subprocess.run(["which", "curl"], capture_output=True, check=False).stdout:
        assert curl
        subprocess.run(["bash", "-c", command], env={"TOKEN": token, "PATH": "/usr/bin:/bin"}, check=True, timeout=30)
        again = newest(org)
        assert (again["request_body"], again["actor"]) == (call["request_body"], call["actor"])
        assert again["request_headers"]["x-trace"] == "'7'"


@pytest.mark.parametrize(
    ("method", "target", "headers", "body"),
    [
        ("GET", f"{EVENTS}?filter[a]=1&x={{a,b}}", {}, b""),
        ("GET", f"{EVENTS}?x=$(id)'`id`", {"X-Trace": "'; false; '"}, b""),
        ("GET", "/api/v1/alerts/../events", {"X-Empty": ""}, b""),
        ("HEAD", EVENTS, {}, b""),
        ("POST", f"{EVENTS}", {}, b"@/etc/passwd"),
        ("POST", f"{EVENTS}", {}, b"\x03\nfalse\n\x1b[201~'\\\t\r\n\xc2\x9b1"),
    ],
)
def test_the_command_repeats_any_call(
    org: World, method: str, target: str, headers: dict[str, str], body: bytes
) -> None:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n{lines}\r\n"
    ask(org.running, head.encode() + body)
    call, command = newest(org), command_of(org)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", command)
    if shutil.which("curl"):
        subprocess.run(["bash", "-c", command], env={"PATH": "/usr/bin:/bin"}, check=True, timeout=30)
        again = newest(org)
        assert again["request_id"] != call["request_id"]
        for name in ("method", "path", "query", "request_body", "status"):
            assert again[name] == call[name]
        for name, value in headers.items():
            assert again["request_headers"][name.lower()] == value


def test_the_archive_has_the_calls_that_are_shown(org: World) -> None:
    org.owner.get(EVENTS)
    org.owner.get("/api/v1/alerts")
    answer = org.running.client().get(f"/_mock{JOURNAL}/archive?operation=listAlerts")
    assert answer.headers["content-disposition"] == 'attachment; filename="journal.har"'
    (entry,) = answer.json()["log"]["entries"]
    assert entry["_operation"] == "listAlerts"


def test_the_journal_is_emptied_of_an_org_or_of_all(org: World) -> None:
    other = org.running.org()
    org.owner.get(EVENTS)
    other.owner.get(EVENTS)
    assert rows(send(org.running, f"{JOURNAL}/clear", org=org.id)) == []
    (left,) = rows(page(org.running, JOURNAL))
    assert left == newest(other)["request_id"]
    assert rows(send(org.running, f"{JOURNAL}/clear")) == []


def test_a_dropped_answer_is_shown_as_none(org: World) -> None:
    org.running.control("POST", "/faults", json={"org": org.id, "drop": True, "times": 1})
    with pytest.raises(httpx.RemoteProtocolError):
        org.owner.get(EVENTS)
    assert "no answer" in page(org.running, JOURNAL).text
    assert "a fault closed the connection" in page(org.running, f"{JOURNAL}/{newest(org)['request_id']}").text
