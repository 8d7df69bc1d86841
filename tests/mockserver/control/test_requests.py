"""The journal of calls."""

from collections.abc import Iterator

import pytest

from tests.harness import JSON, Running, World, running
from tests.mockserver.control.calls import UNKNOWN, call, refused
from tests.mockserver.http.steps import instant

#: What the HTTP server adds to an answer.
OF_THE_SERVER = ("date", "content-length")


@pytest.fixture(scope="module")
def small_journal() -> Iterator[Running]:
    """A mock for the tests of this module, whose journal keeps ten calls."""
    with running(journal_size=10) as mock:
        yield mock


@pytest.fixture
def world(small_journal: Running) -> World:
    """A fresh org on a mock with an empty journal."""
    small_journal.control("DELETE", "/requests")
    return small_journal.org()


def listed(world: World, **params: object) -> list[JSON]:
    body = call(world.running, "GET", "/requests", 200, params=params)
    assert body["total"] >= len(body["data"])
    return list(body["data"])


def test_entry_shows_caller_request_and_answer(world: World) -> None:
    path = f"/api/v1/events/{world.record()['data'][0]}"
    response = world.operator.patch(f"{path}?x=1&y=%20", json={"colour": "red"})
    (entry,) = listed(world)
    assert entry == {
        "at": entry["at"],
        "request_id": response.headers["x-request-id"],
        "method": "PATCH",
        "path": path,
        "query": "x=1&y=%20",
        "operation": "updateEvent",
        "org_id": world.id,
        "actor": "Opal Operator",
        "status": 400,
        "duration_ms": entry["duration_ms"],
        "request_headers": entry["request_headers"],
        "response_headers": {name: text for name, text in response.headers.items() if name not in OF_THE_SERVER},
        "request_body": '{"colour":"red"}',
        "response_body": response.text,
        "why": entry["why"],
    }
    assert instant(entry["at"])
    assert 0 < entry["duration_ms"] < 10_000
    sent = entry["request_headers"]
    assert (sent["content-type"], sent["authorization"]) == ("application/json", "Bearer ***")


def test_entry_of_an_unknown_caller_names_no_actor(world: World) -> None:
    world.running.client("sk_live_nobody").get("/api/v1/nowhere")
    (entry,) = listed(world)
    assert [entry[name] for name in ("operation", "org_id", "actor", "request_body")] == [None] * 4
    assert entry["status"] == 404


def test_no_credential_is_kept(world: World) -> None:
    token = world.described["actors"]["owner"]["token"]
    secrets = {"Cookie": "sid=geheim", "X-Api-Key": "geheim", "Proxy-Authorization": "geheim", "X-Auth-Token": "geheim"}
    secrets["Sec-WebSocket-Protocol"] = "bearer, geheim"
    world.owner.get("/api/v1/events", headers=secrets)
    (entry,) = listed(world)
    assert entry["request_headers"]["authorization"] == "Bearer ***"
    assert {entry["request_headers"][name.lower()] for name in secrets} == {"***"}
    snapshot = world.running.control("GET", "/snapshot")
    assert "geheim" not in str(entry) + str(snapshot)
    assert token not in str(entry) + str(snapshot["journal"])


def test_bodies_are_cut_at_a_kibibyte_and_streams_are_not_kept(world: World) -> None:
    event = world.record()["data"][0]
    world.owner.patch(f"/api/v1/events/{event}", json={"notes": "é" * 2000})
    world.owner.get("/api/v1/events/export")
    export, patch = listed(world)
    assert 500 < len(patch["request_body"]) <= 1024
    assert len(patch["response_body"]) <= 1024
    assert export["response_body"] is None


def test_filters_narrow_alone_and_together(world: World) -> None:
    other = world.running.org()
    world.owner.get("/api/v1/events")
    world.viewer.get("/api/v1/events", params={"limit": 0})
    world.owner.get("/api/v1/alerts")
    other.owner.get("/api/v1/events")
    world.running.client().get("/api/v1/events")

    def statuses(**params: object) -> list[int]:
        return [entry["status"] for entry in listed(world, **params)]

    assert statuses() == [401, 200, 200, 400, 200]
    assert statuses(org=world.id) == [200, 400, 200]
    assert statuses(org=other.id) == [200]
    assert statuses(org=UNKNOWN) == []
    assert statuses(operation="listEvents") == [401, 200, 400, 200]
    assert statuses(operation="listAlerts") == [200]
    assert statuses(status=400) == [400]
    assert statuses(org=world.id, operation="listEvents", status=200) == [200]
    assert statuses(org=world.id.upper()) == [200, 400, 200]


def test_filters_by_what_was_sent(world: World) -> None:
    event = world.record()["data"][0]
    path = f"/api/v1/events/{event}"
    world.owner.get("/api/v1/events", params={"limit": 3, "tag": "a b"}, headers={"X-Trace": "7"})
    world.owner.get(path, headers=[("X-Trace", "7"), ("X-Trace", "8")])
    world.operator.patch(path, json={"starred": True})

    def operations(**params: object) -> list[str]:
        return [entry["operation"] for entry in listed(world, **params)]

    assert operations() == ["updateEvent", "getEvent", "listEvents"]
    assert operations(method="PATCH") == operations(actor="Opal Operator") == ["updateEvent"]
    assert operations(path=path) == operations(path="/api/v1/events/{id}") == ["updateEvent", "getEvent"]
    assert operations(path="/api/v1/{x}") == ["listEvents"]
    assert operations(header="X-Trace") == ["getEvent", "listEvents"]
    assert operations(header="x-trace: 7") == operations(header="X-Trace:7") == ["listEvents"]
    assert operations(header="x-trace: 7, 8") == ["getEvent"]
    assert operations(header=["X-Trace", "Accept: text/html"]) == []
    assert operations(query="limit") == operations(query=["limit=3", "tag=a b"]) == ["listEvents"]
    assert operations(query="limit=30") == []
    assert operations(body='"starred":') == ["updateEvent"]
    assert operations(method="GET", header="X-Trace", query="tag") == ["listEvents"]


def test_filters_by_time_and_by_what_came_before(world: World) -> None:
    for _ in range(3):
        world.owner.get("/api/v1/events")
        world.running.control("POST", "/clock", json={"advance": 60})
    newest, middle, oldest = listed(world)
    assert listed(world, since=middle["at"]) == [newest, middle]
    assert listed(world, since=middle["at"], until=newest["at"]) == [middle]
    assert listed(world, after=middle["request_id"]) == [newest]
    assert listed(world, after=newest["request_id"]) == []
    assert listed(world, after=oldest["request_id"], until=newest["at"]) == [middle]
    assert listed(world, before=newest["request_id"]) == [middle, oldest]
    assert listed(world, before=newest["request_id"], after=oldest["request_id"]) == [middle]
    assert listed(world, before=oldest["request_id"]) == []
    assert listed(world, request_id=middle["request_id"]) == [middle]
    assert listed(world, request_id="req_unknown") == []


def test_newest_come_first_and_limit_cuts_without_changing_the_total(world: World) -> None:
    paths = [f"/api/v1/nowhere/{number}" for number in range(5)]
    for path in paths:
        world.owner.get(path)
    body = call(world.running, "GET", "/requests", 200, params={"limit": 2})
    assert ([entry["path"] for entry in body["data"]], body["total"]) == (paths[:2:-1], 5)


def test_journal_keeps_only_the_latest(world: World) -> None:
    for number in range(25):
        world.owner.get(f"/api/v1/nowhere/{number}")
    entries = listed(world)
    assert [entry["path"].rpartition("/")[2] for entry in entries] == [str(number) for number in range(24, 14, -1)]


def test_calls_of_one_org_are_removed(world: World) -> None:
    other = world.running.org()
    for owner in (world.owner, other.owner, world.owner):
        owner.get("/api/v1/events")
    assert call(world.running, "DELETE", f"/requests?org={world.id.upper()}", 204) is None
    assert [entry["org_id"] for entry in listed(world)] == [other.id]
    refused(world.running, "DELETE", "/requests?operation=listEvents", "operation")
    assert len(listed(world)) == 1


def test_cleared_journal_is_empty(world: World) -> None:
    world.owner.get("/api/v1/events")
    assert call(world.running, "DELETE", "/requests", 204) is None
    assert call(world.running, "GET", "/requests", 200) == {"data": [], "total": 0}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("org", "x"),
        ("status", "99"),
        ("status", "600"),
        ("status", "ok"),
        ("limit", "0"),
        ("limit", "10001"),
        ("operation", ""),
        ("operation", "readEvents"),
        ("method", "get"),
        ("path", "x"),
        ("body", ""),
        ("actor", ""),
        ("since", "yesterday"),
        ("until", "0001-01-01T00:00:00+23:59"),
        ("after", "req_unknown"),
        ("before", "req_unknown"),
        ("colour", "red"),
    ],
)
def test_bad_filter_is_refused_by_name(small_journal: Running, name: str, value: str) -> None:
    refused(small_journal, "GET", "/requests", name, params={name: value})


@pytest.mark.parametrize("name", ["header", "query"])
def test_an_empty_filter_selects_nothing_and_is_refused(small_journal: Running, name: str) -> None:
    refused(small_journal, "GET", "/requests", f"{name}.0", params={name: ""})


@pytest.mark.parametrize(("name", "value"), [("header", ": x"), ("query", "=x")])
def test_bad_value_of_a_filter_that_may_be_repeated_is_refused_by_its_place(
    small_journal: Running, name: str, value: str
) -> None:
    refused(small_journal, "GET", "/requests", f"{name}.1", params={name: ["x", value]})
