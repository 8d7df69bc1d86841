"""The page of faults: the form says all that a fault can be, and the list how often each applied."""

import json
from typing import Any

import pytest

from mockserver.console import faults
from mockserver.console.calls import CallFailed
from mockserver.console.faults import fault_of
from tests.harness import Running
from tests.mockserver.console.pages import MARKUP, Page, page, send
from tests.mockserver.control.calls import UNKNOWN

PATH = "/console/faults"
FORMS: list[tuple[dict[str, str], dict[str, Any]]] = [
    (
        {"operation": "listEvents", "method": "GET", "actor": "Sam", "status": "503", "retry_after": "2", "times": "3"},
        {
            "match": {"operation": "listEvents", "method": "GET", "actor": "Sam"},
            "answer": {"status": 503, "retry_after": 2},
            "times": 3,
        },
    ),
    (
        {"headers": "X-A: 1\n\nX-B: two: 2", "query": "limit=20", "status": "200", "body": "[1]", "body_as": "json"},
        {
            "match": {"headers": {"X-A": "1", "X-B": "two: 2"}, "query": {"limit": "20"}},
            "answer": {"status": 200, "body": [1]},
        },
    ),
    (
        {
            "status": "502",
            "body": "<h1>",
            "content_type": "text/html",
            "answer_headers": "Via: proxy",
            "body_as": "text",
        },
        {"answer": {"status": 502, "body": "<h1>", "content_type": "text/html", "headers": {"Via": "proxy"}}},
    ),
    (
        {"status": "503", "retry_after": "0", "retry_after_as": "date"},
        {"answer": {"status": 503, "retry_after": 0, "retry_after_as": "date"}},
    ),
    (
        {"at": "/data/*", "merge_patch": '{"a": null}', "change_headers": "X-Request-Id:\nVia: x", "delay_ms": "5"},
        {
            "change": {"at": "/data/*", "merge_patch": {"a": None}, "headers": {"X-Request-Id": None, "Via": "x"}},
            "delay_ms": 5,
        },
    ),
    ({"json_patch": '[{"op": "remove", "path": "/a"}]'}, {"change": {"json_patch": [{"op": "remove", "path": "/a"}]}}),
    ({"drop": "true", "probability": "0.5", "after": "1"}, {"drop": True, "probability": 0.5, "after": 1}),
    ({"malformed": "true", "jitter_ms": "3", "drip_ms": "4"}, {"malformed": True, "jitter_ms": 3, "drip_ms": 4}),
    ({"truncate": "40", "path": "/api/v1/events", "org": UNKNOWN}, {"truncate": 40}),
    ({"sequence": '[{"drop": true}, {}]'}, {"sequence": [{"drop": True}, {}]}),
    ({"json": '{"drop": true}', "status": "503"}, {"drop": True}),
]


@pytest.mark.parametrize(("form", "expected"), FORMS)
def test_a_form_says_all_that_a_fault_can_be(shared: Running, form: dict[str, str], expected: dict[str, Any]) -> None:
    fault = fault_of(form)
    assert {name: fault.get(name) for name in expected} == expected
    taken = shared.control("POST", "/faults", json={**fault, "match": {"operation": "deleteWebhook"}})
    shared.control("DELETE", f"/faults/{taken['id']}")


@pytest.mark.parametrize("text", ["{", "NaN", '"\\ud800"', "[" * 100_000])
@pytest.mark.parametrize("field", ["json", "body", "merge_patch", "json_patch", "sequence"])
def test_what_is_not_json_is_said_of_its_field(field: str, text: str) -> None:
    with pytest.raises(CallFailed) as caught:
        fault_of({field: text, "body_as": "json"})
    assert list(caught.value.field_errors) == [field]


def test_a_json_fault_that_is_no_object_is_refused(isolated: Running) -> None:
    assert "object" in send(isolated, PATH, 400, json="[1]").text


def add(mock: Running, status: int = 303, **fields: str) -> Page:
    """Send the form, whose fields may be called as arguments are: ``status_`` is its field ``status``."""
    answer = mock.client().post(f"/_mock{PATH}", data={name.rstrip("_"): value for name, value in fields.items()})
    assert answer.status_code == status, answer.text
    return page(mock, PATH) if status == 303 else Page(answer)


def test_a_fault_is_added_counted_and_removed(isolated: Running) -> None:
    added = add(isolated, operation="listEvents", status_="503", times="2")
    assert "Faults in force: 1" in added.text
    events = isolated.client("sk_live_abc123").get("/api/v1/events")
    assert events.status_code == 503
    [fault] = isolated.control("GET", "/faults")["data"]
    assert fault["matched"] == 1
    assert "times 2 1 Remove" in page(isolated, PATH).text
    assert "Faults in force: 0" in send(isolated, f"{PATH}/{fault['id']}/remove").text
    assert "Faults in force: 0" in send(isolated, f"{PATH}/{fault['id']}/remove").text, "it has gone meanwhile"


def test_several_are_removed_by_operation_or_all(isolated: Running) -> None:
    for operation in ("listEvents", "listEvents", "listSites", "listCameras"):
        send(isolated, PATH, operation=operation, drop="true")
    cleared = send(isolated, f"{PATH}/clear", operation="listEvents").text
    assert "The faults are removed." in cleared
    assert "Faults in force: 2" in cleared
    assert "operation" in send(isolated, f"{PATH}/clear", 400, operation="none").text
    assert "Faults in force: 0" in send(isolated, f"{PATH}/clear").text


def test_a_refused_form_keeps_what_was_written(shared: Running) -> None:
    refused = add(shared, 400, operation="nothing", status_="503", body=MARKUP)
    assert "is not an operationId" in refused.text
    assert "nothing" in refused.attributes("input", "value")
    assert "503" in refused.attributes("input", "value")
    assert MARKUP in refused.text
    assert not refused.planted


def test_markup_of_a_fault_is_text_and_long_ones_are_cut(isolated: Running) -> None:
    for name in ("x", "y" * 100_000):
        body = {
            "match": {"headers": {"X-A": MARKUP}, "query": {MARKUP: MARKUP}},
            "answer": {"status": 500, "body": name},
        }
        isolated.control("POST", "/faults", json=body)
    shown = page(isolated, PATH)
    assert not shown.planted
    assert json.dumps(MARKUP) in shown.text
    assert len(shown.answer.content) < 50_000


def test_faults_are_listed_page_by_page(isolated: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(51):
        isolated.control("POST", "/faults", json={"drop": True})
    newest, oldest = page(isolated, PATH), page(isolated, f"{PATH}?page=2")
    assert newest.text.count("Remove ") - oldest.text.count("Remove ") == 49
    assert newest.attributes("section", "hx-trigger") == ["every 2s"]
    monkeypatch.setattr(faults, "_SHORT_LIST", 50)
    assert page(isolated, PATH).attributes("section", "hx-trigger") == ["every 20s"], "many are read less often"
    assert "Older" in newest.text
    assert "Newer" in oldest.text
    for wrong in ("0", "-1", "x", "9" * 5000):
        assert page(isolated, f"{PATH}?page={wrong}")
