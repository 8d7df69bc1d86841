"""The journal as an HTTP archive."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.harness import JSON, Running, running
from tests.mockserver.control.calls import call, refused

SCHEMA = Path(__file__).parents[2] / "data" / "schemas" / "har.schema.json"


@pytest.fixture(scope="module")
def mock() -> Iterator[Running]:
    with running() as mock:
        yield mock


def archive(mock: Running, **params: Any) -> list[JSON]:
    """Return the entries of an archive that the schema of HTTP archives allows."""
    found = call(mock, "GET", "/requests/har", 200, params=params)
    jsonschema_rs.validator_for(json.loads(SCHEMA.read_text(encoding="utf-8")), validate_formats=True).validate(found)
    assert found["log"]["creator"]["name"] == "novavms-mock"
    return list(found["log"]["entries"])


def test_archive_has_the_calls_oldest_first(mock: Running) -> None:
    org = mock.org()
    event = org.record()["data"][0]
    org.owner.get("/api/v1/events", params={"limit": 3, "tag": "é &"}, headers={"Cookie": "geheim"})
    org.owner.patch(f"/api/v1/events/{event}", json={"notes": "x" * 2000})
    org.owner.get("/api/v1/events/export")
    mock.client().get("/nowhere/a%20b")
    org.running.control("POST", "/faults", json={"drop": True, "times": 1})
    with pytest.raises(Exception, match="without sending a response"):
        org.owner.get("/api/v1/events")
    listed, changed, export, nowhere, dropped = archive(mock)
    host = mock.base_url.removeprefix("http://")
    assert listed["request"]["url"] == f"http://{host}/api/v1/events?limit=3&tag=%C3%A9+%26"
    assert listed["request"]["queryString"] == [{"name": "limit", "value": "3"}, {"name": "tag", "value": "é &"}]
    assert {"name": "authorization", "value": "Bearer ***"} in listed["request"]["headers"]
    assert "geheim" not in str(listed)
    assert (listed["response"]["status"], listed["response"]["statusText"]) == (200, "OK")
    assert json.loads(listed["response"]["content"]["text"])["total"] == 1
    assert (listed["_operation"], listed["_org_id"]) == ("listEvents", org.id)
    assert changed["request"]["postData"]["mimeType"] == "application/json"
    assert changed["request"]["postData"]["comment"] == "cut at 1 KiB"
    assert changed["request"]["bodySize"] > 2000
    assert export["response"]["content"]["mimeType"].startswith("text/csv")
    assert nowhere["request"]["url"] == f"http://{host}/nowhere/a%20b"
    assert dropped["response"]["status"] == 0


def test_archive_is_filtered(mock: Running) -> None:
    org = mock.org()
    for _ in range(120):
        org.owner.get("/api/v1/alerts")
    assert len(archive(mock, org=org.id, limit=1000)) == 120
    assert len(archive(mock, org=org.id)) == 100
    assert archive(mock, org=org.id, method="POST") == []
    refused(mock, "GET", "/requests/har?limit=0", "limit")
    refused(mock, "GET", "/requests/har?after=x", "after")
