"""One org, reset to how it was made; the others stay as they are."""

from collections.abc import Iterator

import pytest

from tests.harness import JSON, Running, running
from tests.mockserver.control.calls import UNKNOWN, call, refused
from tests.mockserver.http.steps import new_code, new_rule, ok

EVENTS, RULES, ME = "/api/v1/events", "/api/v1/alert-rules", "/api/v1/auth/me"


@pytest.fixture(scope="module")
def mock() -> Iterator[Running]:
    with running() as mock:
        yield mock


@pytest.fixture(autouse=True)
def as_at_the_start(mock: Running) -> None:
    mock.control("POST", "/reset")


def without_times(described: JSON) -> JSON:
    keys = [key | {"expires_at": None} for key in described["temporary_keys"]]
    return described | {"temporary_keys": keys}


@pytest.mark.parametrize(
    "asked", [{}, {"seed": 7, "name": "Mine"}, {"scenario": "rate-limit-one-left"}, {"fixture": "acme", "events": 3}]
)
def test_an_org_is_again_as_it_was_made(mock: Running, asked: JSON) -> None:
    world, neighbour = mock.org(**asked, settings={"event_export_max_rows": 5}), mock.org()
    events = ok(world.owner.get(EVENTS))["total"]
    remaining = world.owner.get(ME).headers["x-ratelimit-remaining"]
    settings = call(mock, "GET", f"/orgs/{world.id}/settings", 200)
    kept = new_rule(neighbour)["id"]
    world.settings(rate_limit_burst=1000, event_export_max_rows=9)
    mock.control("POST", f"/orgs/{world.id}/clock", json={"advance": 86_400})
    new_rule(world)
    new_code(world)
    world.record(count=2)
    mock.control("POST", "/faults", json={"status": 503, "org": world.id})
    mock.control("POST", "/faults", json={"status": 503, "org": neighbour.id, "operation": "listCameras"})
    answer = call(mock, "POST", f"/orgs/{world.id}/reset", 200)
    assert without_times(answer) == without_times(world.described)
    assert call(mock, "GET", f"/orgs/{world.id}/clock", 200)["own"] is False
    assert ok(world.owner.get(EVENTS))["total"] == events
    assert world.owner.get(ME).headers["x-ratelimit-remaining"] == remaining
    assert call(mock, "GET", f"/orgs/{world.id}/settings", 200) == settings
    alike = mock.org(**asked | {"seed": 9})
    assert ok(world.operator.get(RULES))["total"] == ok(alike.operator.get(RULES))["total"]
    assert [rule["id"] for rule in ok(neighbour.operator.get(RULES))["data"]] == [kept]
    assert [fault["org"] for fault in call(mock, "GET", "/faults", 200)["data"]] == [neighbour.id]


def test_an_org_of_the_start_is_again_as_it_was_seeded(mock: Running) -> None:
    acme, beta = call(mock, "GET", "/orgs", 200)["data"]
    owner, other = (mock.client(org["actors"]["owner"]["token"]) for org in (acme, beta))
    before = ok(owner.get(EVENTS))["total"], ok(other.get(EVENTS))["total"]
    for org in (acme, beta):
        call(mock, "POST", f"/orgs/{org['org_id']}/events", 201, json={"count": 2})
    assert without_times(call(mock, "POST", f"/orgs/{acme['org_id']}/reset", 200)) == without_times(acme)
    assert (ok(owner.get(EVENTS))["total"], ok(other.get(EVENTS))["total"]) == (before[0], before[1] + 2)


def test_attempts_to_log_in_are_forgotten(mock: Running) -> None:
    world = mock.org()
    login = {"email": world.described["actors"]["owner"]["email"], "password": "wrong-1234"}
    client = mock.client()
    statuses = [client.post("/api/v1/auth/login", json=login).status_code for _ in range(6)]
    call(mock, "POST", f"/orgs/{world.id}/reset", 200)
    assert [*statuses, client.post("/api/v1/auth/login", json=login).status_code] == [401] * 5 + [429, 401]


def test_an_org_that_came_with_a_snapshot_is_reset_if_it_was_made_on_demand(mock: Running) -> None:
    world, taken = mock.org(), None
    taken = call(mock, "GET", "/snapshot", 200)
    with running(fixture="empty") as other:
        call(other, "PUT", "/snapshot", 200, json=taken)
        described = call(other, "POST", f"/orgs/{world.id}/reset", 200)
        assert without_times(described) == without_times(world.described)
        seeded = next(org["id"] for org in taken["data"]["orgs"] if org["origin"] is None)
        refused(other, "POST", f"/orgs/{seeded}/reset", "id")
        call(other, "GET", f"/orgs/{seeded}", 200)


def test_an_unknown_org_is_not_reset(shared: Running) -> None:
    call(shared, "POST", f"/orgs/{UNKNOWN}/reset", 404)
