"""Health, the document, reset, and the control token."""

from datetime import UTC, datetime

import pytest

from mockserver import CONTROL_PREFIX, __version__
from tests.harness import Running, running
from tests.mockserver.control.calls import OPERATIONS, UNKNOWN, call, path_of, state
from tests.mockserver.http.steps import RULE, instant, new_code, new_rule, ok

TOKEN = "s€cret"


def test_health_shows_versions_store_and_time(shared: Running) -> None:
    health = call(shared, "GET", "/health", 200)
    assert health == {
        "status": "ok", "version": __version__, "api_version": "1.1.0", "store": "memory", "now": health["now"],
    }  # fmt: skip
    assert abs((instant(health["now"]) - datetime.now(UTC)).total_seconds()) < 60


def test_document_is_the_one_in_the_repository(shared: Running) -> None:
    document = call(shared, "GET", "/openapi.json", 200)
    assert {path for path, item in document["paths"].items() if "get" in item} >= {"/_mock/health", "/_mock/orgs/{id}"}
    served = {
        operation["operationId"]
        for item in document["paths"].values()
        for operation in item.values()
        if "operationId" in operation
    }
    assert served == set(OPERATIONS)


def test_reset_restores_data_buckets_journal_faults_clock_and_ids(isolated: Running) -> None:
    owner = isolated.client("sk_live_abc123")
    isolated.control("DELETE", "/requests")
    start = state(isolated)
    new_id = ok(owner.post("/api/v1/alert-rules", json=RULE), 201)["id"]
    org = isolated.org(name="Extra")
    org.settings(rate_limit_burst=3)
    new_code(org)
    isolated.control("POST", "/faults", json={"status": 503, "operation": "getEvent"})
    isolated.control("POST", "/clock", json={"advance": 3600})
    isolated.control("POST", "/clock", json={"freeze": True})
    for _ in range(90):
        owner.get("/api/v1/events")

    answer = call(isolated, "POST", "/reset", 200)
    clock = call(isolated, "GET", "/clock", 200)
    assert answer["fixture"] == "acme"
    assert not clock["frozen"]
    assert abs((instant(clock["now"]) - datetime.now(UTC)).total_seconds()) < 60
    assert call(isolated, "GET", "/requests", 200) == {"data": [], "total": 0}
    assert call(isolated, "GET", "/faults", 200) == {"data": [], "total": 0}
    assert [one["name"] for one in call(isolated, "GET", "/orgs", 200)["data"]].count("Extra") == 0
    assert org.owner.get("/api/v1/events").status_code == 401
    response = owner.post("/api/v1/alert-rules", json=RULE)
    assert response.headers["x-ratelimit-remaining"] == "99"
    assert response.json()["id"] == new_id
    call(isolated, "POST", "/reset", 200)
    assert without_times(state(isolated)) == without_times(start)


def without_times(value: object) -> object:
    """Return the value without its times, which are relative to the start."""
    if isinstance(value, dict):
        return {name: without_times(item) for name, item in value.items() if not (name.endswith("_at") or name == "at")}
    return [without_times(item) for item in value] if isinstance(value, list) else value


def test_reset_restores_the_configured_start_time() -> None:
    start = datetime(2026, 4, 21, 14, 20, tzinfo=UTC)
    with running(clock=start, fixture="small") as mock:
        mock.control("POST", "/clock", json={"advance": 1e6})
        assert call(mock, "POST", "/reset", 200)["fixture"] == "small"
        assert 0 <= (instant(call(mock, "GET", "/clock", 200)["now"]) - start).total_seconds() < 5


@pytest.fixture(scope="module")
def guarded() -> object:
    with running(control_token=TOKEN) as mock:
        yield mock


@pytest.mark.parametrize("name", OPERATIONS)
def test_control_token_is_required_by_every_operation(guarded: Running, name: str) -> None:
    operation = OPERATIONS[name]
    path = path_of(operation, UNKNOWN)
    for token in (None, "wrong", "s", "sk_live_abc123"):
        body = call(guarded, operation.method, path, 401, token=token)
        assert body["error"] == "auth_required"


def test_control_token_is_accepted_by_the_control_plane_only(guarded: Running) -> None:
    headers = [(b"authorization", b"Bearer " + TOKEN.encode())]
    client = guarded.client()
    assert client.get(f"{CONTROL_PREFIX}/health", headers=headers).status_code == 200
    assert client.get("/api/v1/events", headers=headers).status_code == 401
    garbage = client.get(f"{CONTROL_PREFIX}/health", headers=[(b"authorization", b"Bearer \xff\xfe")])
    assert garbage.status_code == 401


def test_paths_of_a_disabled_control_plane_are_not_found() -> None:
    with running(control=False) as mock:
        for path in (f"{CONTROL_PREFIX}/health", f"{CONTROL_PREFIX}/reset", CONTROL_PREFIX):
            response = mock.client().get(path)
            assert response.status_code == 404
            assert response.json()["error"] == "not_found"
        ok(mock.client("sk_live_abc123").get("/api/v1/events"))


def test_control_calls_cost_no_tokens_and_are_not_in_the_journal(isolated: Running) -> None:
    world = isolated.org()
    new_rule(world)
    before = isolated.control("GET", "/requests")["total"]
    for _ in range(120):
        isolated.client(world.described["actors"]["owner"]["token"]).get(f"{CONTROL_PREFIX}/health")
    assert isolated.control("GET", "/requests")["total"] == before
    assert world.owner.get("/api/v1/events").headers["x-ratelimit-remaining"] == "99"
