"""Snapshots, taken and restored."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness import JSON, Running, running
from tests.mockserver.control.calls import call, refused, state
from tests.mockserver.http.steps import RULE, instant, new_code, new_rule, ok, pair

#: The frozen scenario gateway-flapping, with a fault and two calls, as version 1 of the format was first written.
EARLIER = Path(__file__).parents[2] / "data" / "snapshot_v1.json"


@pytest.fixture(scope="module")
def used_mock() -> Iterator[Running]:
    """A mock with events, alerts, gateways, a fault and calls in its journal."""
    with running(fixture="small") as mock:
        world = mock.org(events=50)
        new_rule(world)
        world.record(count=5, trigger_type="motion")
        pair(mock, new_code(world))
        new_code(world)
        world.owner.get("/api/v1/events")
        mock.control("POST", "/faults", json={"operation": "getHealth", "status": 503, "times": 5})
        steps = [{"answer": {"status": 200, "body": None}}, {"change": {"merge_patch": None, "headers": {"X-A": None}}}]
        mock.control("POST", "/faults", json={"match": {"headers": {"X-A": "1"}}, "sequence": steps})
        mock.client().get("/healthz")
        yield mock


def test_restored_snapshot_is_the_same_state(used_mock: Running) -> None:
    taken = call(used_mock, "GET", "/snapshot", 200)
    assert taken.keys() == {"version", "clock", "org_clocks", "chance", "data", "journal", "faults"}
    before = state(used_mock)
    used_mock.control("POST", "/reset")
    assert state(used_mock) != before
    answer = call(used_mock, "PUT", "/snapshot", 200, json=taken)
    assert answer["now"] >= taken["clock"]["now"]
    assert state(used_mock) == before


def test_restored_mock_repeats_ids_times_and_limits(used_mock: Running) -> None:
    used_mock.control("POST", "/clock", json={"freeze": True})
    taken = call(used_mock, "GET", "/snapshot", 200)
    org_id, token = (taken["data"]["api_keys"][0][name] for name in ("org_id", "token"))

    def make_calls() -> tuple[JSON, JSON]:
        owner = used_mock.client(token)
        created = owner.post("/api/v1/alert-rules", json=RULE)
        recorded = call(used_mock, "POST", f"/orgs/{org_id}/events", 201, json={"count": 9})
        return {"rule": created.json(), "left": created.headers["x-ratelimit-remaining"]}, recorded

    first = make_calls()
    used_mock.control("POST", "/clock", json={"advance": 3600})
    call(used_mock, "PUT", "/snapshot", 200, json=taken)
    assert call(used_mock, "GET", "/clock", 200) == taken["clock"]
    assert make_calls() == first
    used_mock.control("POST", "/clock", json={"freeze": False})


def test_snapshot_may_set_the_clock_back(used_mock: Running) -> None:
    taken = call(used_mock, "GET", "/snapshot", 200)
    used_mock.control("POST", "/clock", json={"advance": 1e6})
    call(used_mock, "PUT", "/snapshot", 200, json=taken)
    passed = instant(call(used_mock, "GET", "/clock", 200)["now"]) - instant(taken["clock"]["now"])
    assert 0 <= passed.total_seconds() < 60


def test_snapshot_can_be_restored_on_another_mock(used_mock: Running) -> None:
    taken = call(used_mock, "GET", "/snapshot", 200)
    org_id = taken["data"]["alerts"][0]["org_id"]
    token = next(key["token"] for key in taken["data"]["api_keys"] if key["org_id"] == org_id)
    page = ok(used_mock.client(token).get("/api/v1/events", params={"limit": 10}))
    with running(seed=99) as other:
        call(other, "PUT", "/snapshot", 200, json=taken)
        owner = other.client(token)
        assert ok(owner.get("/api/v1/events", params={"limit": 10})) == page
        assert ok(owner.get("/api/v1/events", params={"cursor": page["next_cursor"]}))["data"]
        assert other.client("sk_live_abc123").get("/api/v1/events").status_code == 401


def test_snapshot_with_unusual_calls_in_the_journal_can_be_restored(isolated: Running) -> None:
    world = isolated.org()
    assert world.owner.get("/api/v1/events/%00").status_code == 400
    assert world.owner.post("/api/v1/alert-rules", content=b'{"name": "\0"}').status_code == 400
    assert world.owner.get(f"/api/v1/cameras/{world.cameras[0]['id']}/snapshot").status_code == 200
    call(isolated, "PUT", "/snapshot", 200, json=call(isolated, "GET", "/snapshot", 200))


def test_instants_in_other_time_zones_are_shown_in_utc(used_mock: Running) -> None:
    taken = call(used_mock, "GET", "/snapshot", 200)
    event = taken["data"]["events"][-1]
    event["triggered_at"] = "2026-01-01T01:00:00+02:00"
    event["acknowledged_at"] = "2026-01-02T01:00:00+02:00"
    taken["clock"]["now"] = "2031-01-01T00:00:00+05:00"
    assert call(used_mock, "PUT", "/snapshot", 200, json=taken)["now"].startswith("2030-12-31T19:00:00")
    token = next(key["token"] for key in taken["data"]["api_keys"] if key["org_id"] == event["org_id"])
    shown = ok(used_mock.client(token).get(f"/api/v1/events/{event['id']}"))
    assert (shown["triggered_at"], shown["acknowledged_at"]) == ("2025-12-31T23:00:00Z", "2026-01-01T23:00:00Z")


def change(path: str, value: object) -> Callable[[JSON], None]:
    def apply(snapshot: JSON) -> None:
        *parents, last = path.split(".")
        place: Any = snapshot
        for part in parents:
            place = place[int(part)] if isinstance(place, list) else place[part]
        place[int(last) if isinstance(place, list) else last] = value

    return apply


def drop(name: str) -> Callable[[JSON], None]:
    def apply(snapshot: JSON) -> None:
        del snapshot[name]

    return apply


BAD: list[tuple[Callable[[JSON], None], str, str]] = [
    *((drop(name), name, "required") for name in ("version", "clock", "chance", "data", "journal", "faults")),
    (change("version", 2), "version", ""),
    (change("extra", 1), "extra", ""),
    (change("data", []), "data", ""),
    (change("clock.now", "yesterday"), "clock.now", ""),
    (change("clock.now", "2026-01-01T00:00:00"), "clock.now", ""),
    (change("clock.now", "9999-12-31T00:00:00Z"), "clock.now", ""),
    (change("clock.frozen", "no"), "clock.frozen", ""),
    (change("clock.speed", 2), "clock", "speed"),
    (change("chance.seed", "x"), "chance.seed", ""),
    (change("chance.drawn", {"uuid": -1}), "chance.drawn[...]", ""),
    (change("journal.0", {}), "journal[0]", ""),
    (change("faults.0.status", 200), "faults[0].status", ""),
    (change("data.cameras_", []), "data", "cameras_"),
    (change("data.bulk", []), "data", "bulk"),
    (change("data.events.0.id", "x"), "data", "events[0].id"),
    (change("data.events.0.camera_id", "00000000-0000-4000-8000-000000000000"), "data", "events[0].camera_id"),
    (change("data.events.0.triggered_at", "soon"), "data", "events[0].triggered_at"),
    (change("data.events.0.confidence", 2), "data", "events[0].confidence"),
    (change("data.events.0.colour", "red"), "data", "events[0]"),
    (change("data.users.0.role", "emperor"), "data", "users[0].role"),
    (change("data.orgs.0", {}), "data", "orgs[0]"),
    (change("data.alerts.0.timeline", None), "data", "alerts[0].timeline"),
    (change("data.orgs.0.settings.rate_limit_burst", 0), "data", "orgs[0].settings.rate_limit_burst"),
]


@pytest.mark.parametrize(("spoil", "field", "text"), BAD)
def test_bad_snapshot_changes_nothing_and_names_the_key(
    used_mock: Running, spoil: Callable[[JSON], None], field: str, text: str
) -> None:
    before = call(used_mock, "GET", "/snapshot", 200)
    bad = copy.deepcopy(before)
    spoil(bad)
    errors = refused(used_mock, "PUT", "/snapshot", field, json=bad)
    assert text in errors[field][0]
    after = call(used_mock, "GET", "/snapshot", 200)
    assert after["clock"].pop("now") >= before["clock"].pop("now")
    assert after == before


def test_two_records_of_one_identity_are_refused(used_mock: Running) -> None:
    taken = call(used_mock, "GET", "/snapshot", 200)
    first, second = taken["data"]["api_keys"][:2]
    second["token"] = first["token"]
    assert "api_keys[1].token" in refused(used_mock, "PUT", "/snapshot", "data", json=taken)["data"][0]


def test_snapshot_without_records_can_be_restored(used_mock: Running) -> None:
    taken = call(used_mock, "GET", "/snapshot", 200)
    call(used_mock, "PUT", "/snapshot", 200, json=taken | {"data": {}, "journal": [], "faults": []})
    assert call(used_mock, "GET", "/orgs", 200) == {"data": [], "total": 0}
    call(used_mock, "PUT", "/snapshot", 200, json=taken)
    assert call(used_mock, "GET", "/orgs", 200)["total"] == 2


def test_a_snapshot_of_an_earlier_release_is_restored_as_it_is(isolated: Running) -> None:
    earlier = json.loads(EARLIER.read_text(encoding="utf-8"))
    call(isolated, "PUT", "/snapshot", 200, json=earlier)
    for org in earlier["data"]["orgs"]:
        org["settings"] |= {
            "deliveries_kept": 1000,
            "deliveries_kept_hours": 168,
            "forward_webhooks_to": None,
        }  # it lacks
    for entry in earlier["journal"]:
        entry |= {"request_headers": {}, "response_headers": {}, "why": None}  # and headers
    for org in earlier["data"]["orgs"]:
        org["origin"] = None
    for gateway in earlier["data"]["gateways"]:
        gateway["readings"] = []
    taken = call(isolated, "GET", "/snapshot", 200)
    assert taken == earlier | {"org_clocks": []}


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("faults[0].operation", {"id": 1, "operation": "nothing", "drop": True}),
        ("faults[0].status", {"id": 1}),
        ("faults[0].times", {"id": 1, "drop": True, "times": -1}),
        ("faults[0].probability", {"id": 1, "drop": True, "probability": 2}),
        ("faults[0].truncate", {"id": 1, "status": 500, "truncate": 1}),
        ("faults[0].path", {"id": 1, "drop": True, "path": "x"}),
    ],
)
def test_a_fault_that_no_call_would_add_is_refused(used_mock: Running, key: str, fault: JSON) -> None:
    taken = call(used_mock, "GET", "/snapshot", 200)
    body = call(used_mock, "PUT", "/snapshot", 400, json={**taken, "faults": [fault]})
    assert body["field_errors"].keys() == {key}


@pytest.mark.parametrize("url", ["http://example.com", "ftp://x", "nonsense", ""])
def test_a_webhook_that_no_call_would_create_is_refused(used_mock: Running, url: str) -> None:
    org = used_mock.org()
    ok(
        org.owner.post("/api/v1/webhooks", json={"name": "w", "url": "HTTPS://a.example", "event_types": ["event"]}),
        201,
    )
    taken = call(used_mock, "GET", "/snapshot", 200)
    taken["data"]["webhooks"][0]["url"] = url
    body = call(used_mock, "PUT", "/snapshot", 400, json=taken)
    assert body["field_errors"].keys() == {"data.webhooks[0].url"}
