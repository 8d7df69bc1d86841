"""Access tokens: which are accepted and which are refused."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import jwt
import pytest

from tests.harness import JSON, Running, World, running
from tests.mockserver.http.steps import invite, log_in, ok, refused

LOGIN, REFRESH, LOGOUT, ME = (f"/api/v1/auth/{name}" for name in ("login", "refresh", "logout", "me"))
EVENTS = "/api/v1/events"
COOKIE = "novavms_refresh"


@pytest.fixture(scope="module")
def signed_in() -> Iterator[tuple[Running, str, bytes]]:
    """A mock, one of its access tokens, and the key that signs them."""
    with running() as mock:
        login = log_in(mock, {"email": "owner@acme-logistics.com", "password": "Owner-acme-1"})
        ok(mock.client(login["access_token"]).get(ME))
        yield mock, login["access_token"], mock.mock.instance.context.random_source.secret("jwt")


def forged(token: str, key: Any, algorithm: str = "HS256", **changed: Any) -> str:
    payload = jwt.decode(token, options={"verify_signature": False})
    return jwt.encode({**payload, **changed}, key, algorithm)


def test_token_signed_with_the_key_of_the_mock_is_accepted(signed_in: tuple[Running, str, bytes]) -> None:
    mock, token, key = signed_in
    ok(mock.client(forged(token, key)).get(ME))


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": 1_700_000_000},
        {"aud": "somebody-else"},
        {"aud": "novavms-refresh"},
        {"iss": "somebody-else"},
        {"sid": "00000000-0000-4000-8000-000000000000"},
        {"sid": "x"},
        {"org": "f3f49249-dc28-4f90-a5ae-c7978306d03b"},
        {"org": "nowhere"},
        {"exp": None},
    ],
)
def test_token_with_a_wrong_claim_is_401(signed_in: tuple[Running, str, bytes], changed: JSON) -> None:
    mock, token, key = signed_in
    refused(mock.client(forged(token, key, **changed)).get(ME), 401)


def test_token_with_a_wrong_signature_is_401(signed_in: tuple[Running, str, bytes]) -> None:
    mock, token, key = signed_in
    head, body, signature = token.split(".")
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).decode().rstrip("=")
    admin = forged(token, b"x" * 32, sub="somebody").split(".")[1]
    for wrong in (
        forged(token, b"f" * 32),
        forged(token, key + key, "HS512"),
        forged(token, None, "none"),
        f"{none}.{body}.{signature}",
        f"{none}.{body}.",
        f"{head}.{body}.",
        f"{head}.{admin}.{signature}",
        f"{head}.{body}.{signature[:-2]}",
        f"{head}.{body}",
        f"{token}.x",
        "a.b.c",
        "..",
        "gw_a.b.c",
    ):
        refused(mock.client(wrong).get(ME), 401)
    ok(mock.client(token).get(ME))


def test_refresh_and_access_tokens_are_not_interchangeable(world: World) -> None:
    login = log_in(world.running, invite(world))
    refused(world.running.client(login["refresh_token"]).get(ME), 401)
    refused(world.running.client().post(REFRESH, json={"refresh_token": login["access_token"]}), 401)
    ok(world.running.client(login["access_token"]).get(ME))


def test_token_of_another_mock_is_401(world: World) -> None:
    with running(seed=77) as other:
        token = log_in(other, {"email": "owner@acme-logistics.com", "password": "Owner-acme-1"})["access_token"]
    refused(world.running.client(token).get(ME), 401)


def test_session_of_a_disabled_user_in_a_snapshot_is_refused(isolated: Running) -> None:
    token = log_in(isolated, {"email": "viewer@acme-logistics.com", "password": "Viewer-acme-1"})["access_token"]
    snapshot = isolated.control("GET", "/snapshot")
    for row in snapshot["data"]["users"]:
        row["enabled"] = row["role"] != "viewer"
    isolated.control("PUT", "/snapshot", json=snapshot)
    refused(isolated.client(token).get(ME), 401)


def test_tokens_of_a_user_share_one_bucket_and_the_key_has_another(world: World) -> None:
    world.settings(rate_limit_burst=3, rate_limit_per_minute=1)
    actor = world.described["actors"]["operator"]
    clients = [world.running.client(log_in(world.running, actor)["access_token"]) for _ in range(2)]
    answers = [clients[number % 2].get(EVENTS) for number in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
    ok(world.operator.get(EVENTS))
    other = world.running.client(log_in(world.running, world.described["actors"]["admin"])["access_token"])
    ok(other.get(EVENTS))


def test_journal_names_the_user_of_an_access_token(isolated: Running) -> None:
    token = log_in(isolated, {"email": "operator@acme-logistics.com", "password": "Operator-acme-1"})["access_token"]
    ok(isolated.client(token).get(EVENTS))
    entry = isolated.control("GET", "/requests", params={"operation": "listEvents"})["data"][0]
    assert entry["actor"] == "Jordan Park"
