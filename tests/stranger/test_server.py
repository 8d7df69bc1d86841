import time

import httpx
import pytest
import yaml

from tests.stranger.choices import Choices
from tests.stranger.further_routes import PASSWORD
from tests.stranger.running import ACTORS, Running, running
from tests.stranger.support import UNKNOWN_ID, body, get, ids, refused, rows

FURTHER = [
    ("GET", "/alerts/{id}"), ("PATCH", "/alerts/{id}"), ("GET", "/alert-rules/{id}"), ("GET", "/cameras"),
    ("POST", "/cameras"), ("GET", "/sites"), ("GET", "/users"), ("GET", "/webhooks"), ("POST", "/auth/login"),
    ("GET", "/auth/me"), ("GET", "/nothing"), ("GET", ""), ("GET", "/events/"), ("GET", "/../_mock/health"),
]  # fmt: skip


@pytest.mark.parametrize("choices", ["ours", "other"])
@pytest.mark.parametrize("actor", ["owner", "viewer", None])
def test_nothing_but_the_four_pages_is_served(choices: str, actor: str | None) -> None:
    with running(Choices.named(choices)) as server:
        for method, path in FURTHER:
            answer = server.call(actor, method, path.replace("{id}", UNKNOWN_ID), json={})
            assert answer.status_code in (404, 405), path
        assert httpx.get(f"{server.base_url}/healthz", trust_env=False).status_code == 404


@pytest.mark.parametrize("path", ["/events", "/alerts", "/alert-rules", "/gateways", "/gateways/pair"])
def test_a_method_that_a_path_does_not_have_is_refused(server: Running, path: str) -> None:
    answer = server.call("owner", "PUT", path)
    assert answer.status_code == int(server.choices.other_methods)
    assert answer.status_code == 404 or "PUT" not in answer.headers["allow"]


def test_head_is_answered_like_get(server: Running) -> None:
    answer = server.call("operator", "HEAD", "/events")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("header", ["", "Bearer", "Basic dXNlcg==", "{token}", "Token {token}", "Bearer {token}x"])
def test_a_token_travels_as_a_bearer_token(server: Running, header: str) -> None:
    headers = {"Authorization": header.replace("{token}", server.tokens["owner"])}
    assert refused(server.call(None, "GET", "/events", headers=headers), 401, "auth_required")


@pytest.mark.parametrize("limit", [3, 1])
def test_too_many_calls_are_429_rate_limited(limit: int) -> None:
    for choices in (Choices.ours(), Choices.other()):
        with running(choices, calls_per_minute=limit) as server:
            answers = [get(server, "/events", "viewer") for _ in range(limit + 1)]
            assert [answer.status_code for answer in answers] == [200] * limit + [429]
            assert answers[-1].json()["error"] == "rate_limited"
            assert "retry-after" in answers[-1].headers
            assert get(server, "/events", "operator").status_code == 200


def test_the_openapi_document_names_every_path(server: Running) -> None:
    document = yaml.safe_load(get(server, "/openapi.yaml").text)
    assert document["paths"].keys() >= {"/api/v1/events", "/api/v1/gateways/{id}/telemetry", "/api/v1/alert-rules/{id}"}


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[" * 10000, b"NaN", b'{"name": 1e999}', b"null", b'"x"', b"{}"])
def test_a_body_that_is_no_object_is_400_validation_error(server: Running, content: bytes) -> None:
    for path in ("/alert-rules", "/gateways/generate-pairing-code", "/gateways/pair"):
        answer = server.call("owner", "POST", path, content=content, headers={"Content-Type": "application/json"})
        assert refused(answer, 400, "validation_error")


@pytest.mark.parametrize("cursor", ["", "x", "%", "W10", "eyJhIjoxfQ", "WzEsMixbXV0", "é"])
@pytest.mark.parametrize("path", ["/events", "/alerts"])
def test_a_cursor_that_is_none_is_refused_or_ignored(server: Running, path: str, cursor: str) -> None:
    refusal = int(server.choices.query_refusal)
    answer = get(server, path, cursor=cursor)
    assert answer.status_code == (refusal if server.choices.bad_cursor == "refused" else 200)


def test_a_cursor_is_worth_nothing_elsewhere(server: Running) -> None:
    cursor = body(get(server, "/events", limit=2))["next_cursor"]
    for path, actor in (("/alerts", "operator"), ("/events", "outsider")):
        answer = get(server, path, actor, cursor=cursor)
        first = get(server, path, actor)
        assert answer.status_code in (400, 422) or answer.json()["data"] == first.json()["data"]


@pytest.mark.parametrize("path", ["/events", "/alerts", "/alert-rules", "/gateways"])
def test_an_outsider_sees_the_other_org_alone(server: Running, path: str) -> None:
    kind = path[1:].replace("alert-rules", "rules")
    for actor in ("outsider", "outsider_operator"):
        known = getattr(server.other_org, kind).keys()
        assert set(ids(rows(server, path, actor, **({"limit": 100} if kind in ("events", "alerts") else {})))) <= known


@pytest.mark.parametrize("text", ["0", "-1", "101", "1.5", "x", "", "99999999999"])
def test_a_limit_out_of_range_is_refused_or_clamped(server: Running, text: str) -> None:
    answer = get(server, "/events", limit=text)
    if server.choices.limit_out_of_range == "refused":
        assert refused(answer, int(server.choices.query_refusal), "validation_error")
    else:
        assert 1 <= len(body(answer)["data"]) <= 100


def test_reading_changes_nothing(server: Running) -> None:
    before = server.dump()
    for path in ("/events", "/events/export", "/alerts", "/alert-rules", "/gateways", "/openapi.yaml"):
        assert get(server, path).status_code == 200
    assert server.dump() == before


def test_two_servers_begin_alike() -> None:
    with running(Choices.ours()) as one, running(Choices.other()) as another:
        assert one.tokens == another.tokens
        assert one.org.events.keys() == another.org.events.keys()


def test_further_routes_are_served_plainly() -> None:
    served = dict.fromkeys(("camera_routes", "site_routes", "user_routes", "webhook_routes", "login_route"), "served")
    with running(Choices.ours(**served)) as server:
        site, camera = server.site_ids[0], next(iter(server.org.cameras))
        assert ids(rows(server, "/sites", "viewer")) == [site]
        assert {row["site_id"] for row in rows(server, "/cameras", "viewer")} == {site}
        assert body(get(server, f"/cameras/{camera}"))["status"] == "online"
        assert body(get(server, f"/sites/{site}"))["id"] == site
        assert refused(get(server, "/users"), 403, "forbidden")
        assert len(rows(server, "/users", "admin")) == len(server.org.members)
        assert rows(server, "/webhooks") == []
        right = {"email": server.org.members["owner"].email, "password": PASSWORD}
        assert body(server.call(None, "POST", "/auth/login", json=right))["user"]["role"] == "owner"
        wrong = {**right, "email": "nobody@acme.example"}
        answers = [server.call(None, "POST", "/auth/login", json=wrong) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]


def test_the_target_file_names_the_actors_and_settings() -> None:
    with running() as server:
        text = server.target_file("s", writes=False, requests_per_minute=60)
    assert f'[targets.s]\nbase_url = "{server.base_url}"\nwrites = false\nrequests_per_minute = 60\n' in text
    assert [line.split(" = ")[0] for line in text.splitlines()[5:]] == list(ACTORS)
    assert f'site_ids = ["{server.site_ids[0]}"]' in text


def test_a_server_ends_with_its_block() -> None:
    with running() as server:
        started = time.monotonic()
    assert time.monotonic() - started < 5
    with pytest.raises(httpx.ConnectError):
        get(server, "/events")
