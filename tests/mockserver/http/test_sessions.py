"""Sessions: how long they last, how many a user may have, and how they end."""

from collections.abc import Iterator

import httpx
import pytest

from tests.harness import JSON, Running, World, running
from tests.mockserver.http.steps import UNKNOWN, done, instant, invite, later, log_in, ok, refused, sessions

DAY = 24 * 60 * 60
ME, REFRESH, LOGOUT = "/api/v1/auth/me", "/api/v1/auth/refresh", "/api/v1/auth/logout"


@pytest.fixture(scope="module")
def frozen_mock() -> Iterator[Running]:
    """A mock whose clock is stopped until a test moves it."""
    with running() as mock:
        mock.control("POST", "/clock", json={"freeze": True})
        yield mock


@pytest.fixture
def org(frozen_mock: Running) -> World:
    return frozen_mock.org()


def advance(world: World, seconds: float) -> str:
    return str(world.running.control("POST", "/clock", json={"advance": seconds})["now"])


def now(world: World) -> str:
    return str(world.running.control("GET", "/clock")["now"]).split(".")[0].rstrip("Z") + "Z"


def refresh(world: World, login: JSON) -> httpx.Response:
    body = {"refresh_token": login["refresh_token"], "client_type": "mobile"}
    return world.running.client().post(REFRESH, json=body)


def me(world: World, login: JSON) -> httpx.Response:
    return world.running.client(login["access_token"]).get(ME)


def test_access_token_works_for_a_quarter_of_an_hour(org: World) -> None:
    login = log_in(org.running, invite(org))
    assert login["expires_at"] == later(now(org), minutes=15)
    advance(org, 15 * 60 - 1)
    ok(me(org, login))
    advance(org, 1)
    refused(me(org, login), 401)


def test_refresh_answers_new_tokens_and_invalidates_the_old_one(org: World) -> None:
    first = log_in(org.running, invite(org))
    advance(org, 20 * 60)
    second = ok(refresh(org, first))
    assert second.keys() == {"access_token", "expires_at", "refresh_token"}
    assert second["expires_at"] == later(now(org), minutes=15)
    assert second["refresh_token"] != first["refresh_token"]
    assert ok(me(org, second))["id"] == first["user"]["id"]
    third = ok(refresh(org, second))
    ok(me(org, third))
    assert len({login["access_token"] for login in (first, second, third)}) == 3


def test_refresh_token_used_again_ends_its_session_and_no_other(org: World) -> None:
    person = invite(org)
    first, other = log_in(org.running, person), log_in(org.running, person)
    second = ok(refresh(org, first))
    refused(refresh(org, first), 401)
    refused(refresh(org, second), 401)
    refused(me(org, second), 401)
    assert len(sessions(org, person["id"])) == 1
    ok(me(org, other))
    ok(refresh(org, other))


@pytest.mark.parametrize(("remember_me", "days"), [(False, 7), (True, 30)])
def test_session_lasts_a_week_or_a_month_from_each_refresh(org: World, remember_me: bool, days: int) -> None:
    person = invite(org)
    login = log_in(org.running, person, remember_me=remember_me)
    for _ in range(2):
        advance(org, days * DAY - 1)
        login = ok(refresh(org, login))
    assert len(sessions(org, person["id"])) == 1
    advance(org, days * DAY)
    refused(refresh(org, login), 401)
    assert sessions(org, person["id"]) == []


def test_expired_session_cannot_be_revoked_and_is_removed(org: World) -> None:
    person = invite(org)
    log_in(org.running, person)
    path = f"/api/v1/users/{person['id']}/sessions/{sessions(org, person['id'])[0]['id']}"
    advance(org, 7 * DAY)
    refused(org.admin.delete(path), 404)
    log_in(org.running, person)
    stored = org.running.control("GET", "/snapshot")["data"]["sessions"]
    assert len([session for session in stored if session["user_id"] == person["id"]]) == 1


def test_sixth_session_ends_the_oldest(org: World) -> None:
    person = invite(org)
    login = []
    for _ in range(7):
        login.append(log_in(org.running, person))
        advance(org, 4 * 60)
    assert len(sessions(org, person["id"])) == 5
    for old in login[:2]:
        refused(refresh(org, old), 401)
    for young in login[2:]:
        ok(refresh(org, young))


def test_eviction_invalidates_the_access_token_at_once(org: World) -> None:
    person = invite(org)
    advance(org, -(instant(now(org)).timestamp() % 60) % 60)
    first = log_in(org.running, person)
    for wait in (60, 60, 60, 60 * 12 - 1):
        advance(org, wait)
        log_in(org.running, person)
    ok(refresh(org, first))
    advance(org, 1)
    login = log_in(org.running, person)
    refused(me(org, first), 401)
    ok(me(org, login))


def test_sessions_show_user_agent_login_and_last_use(org: World) -> None:
    person = invite(org)
    began = now(org)
    body = {"email": person["email"], "password": person["password"], "client_type": "mobile"}
    login = ok(
        org.running.client().post(
            "/api/v1/auth/login", json=body, headers={b"User-Agent": ("Ägent/1 " + "x" * 300).encode("latin-1")}
        )
    )
    advance(org, 100)
    log_in(org.running, person)
    ok(me(org, login))
    used = now(org)
    newer, older = sessions(org, person["id"])
    assert newer.keys() == {"id", "user_agent", "created_at", "last_used_at"}
    assert (older["created_at"], older["last_used_at"]) == (began, used)
    assert (newer["created_at"], newer["last_used_at"]) == (used, used)
    assert older["user_agent"] == ("Ägent/1 " + "x" * 300)[:256]
    advance(org, 50)
    ok(refresh(org, login))
    assert sessions(org, person["id"])[1]["last_used_at"] == later(used, seconds=50)


def test_login_without_a_user_agent_is_shown_without_one(org: World) -> None:
    person = invite(org)
    client = org.running.client()
    del client.headers["user-agent"]
    ok(client.post("/api/v1/auth/login", json={name: person[name] for name in ("email", "password")}))
    assert sessions(org, person["id"])[0]["user_agent"] is None


def test_revoked_session_ends_at_once_and_no_other(org: World) -> None:
    person = invite(org)
    login, other = log_in(org.running, person), log_in(org.running, person)
    advance(org, 1)
    ok(me(org, login))
    ids = {session["last_used_at"]: session["id"] for session in sessions(org, person["id"])}
    path = f"/api/v1/users/{person['id']}/sessions/{ids[now(org)]}"
    done(org.admin.delete(path))
    refused(me(org, login), 401)
    refused(refresh(org, login), 401)
    refused(org.admin.delete(path), 404)
    ok(me(org, other))
    assert len(sessions(org, person["id"])) == 1


def test_session_is_found_under_its_own_user_only(org: World) -> None:
    person, other = invite(org), invite(org)
    login = log_in(org.running, person)
    session = sessions(org, person["id"])[0]["id"]
    other_admin = org.running.org().admin
    for admin, user_id, session_id in (
        (org.admin, other["id"], session),
        (org.admin, person["id"], UNKNOWN),
        (org.admin, UNKNOWN, session),
        (other_admin, person["id"], session),
    ):
        refused(admin.delete(f"/api/v1/users/{user_id}/sessions/{session_id}"), 404)
    refused(org.admin.delete(f"/api/v1/users/{person['id']}/sessions/x"), 400, "sid")
    refused(org.admin.get(f"/api/v1/users/{UNKNOWN}/sessions"), 404)
    ok(me(org, login))


def test_logout_ends_the_session_of_its_token_only(org: World) -> None:
    person = invite(org)
    login, other = log_in(org.running, person), log_in(org.running, person)
    done(org.running.client(login["access_token"]).post(LOGOUT))
    refused(me(org, login), 401)
    refused(refresh(org, login), 401)
    ok(me(org, other))


def test_logout_with_a_key_ends_no_session(org: World) -> None:
    log_in(org.running, org.described["actors"]["operator"])
    done(org.operator.post(LOGOUT))
    ok(org.operator.get(ME))
    assert len(sessions(org, org.described["actors"]["operator"]["user_id"])) == 1
    refused(org.running.client().post(LOGOUT), 401)


def test_sessions_and_attempts_survive_a_snapshot(org: World) -> None:
    person = invite(org)
    login = log_in(org.running, person)
    for _ in range(4):
        log_in(org.running, person)
    snapshot = org.running.control("GET", "/snapshot")
    advance(org, 60)
    done(org.running.client(login["access_token"]).post(LOGOUT))
    org.running.control("PUT", "/snapshot", json=snapshot)
    assert org.running.control("GET", "/snapshot")["data"] == snapshot["data"]
    ok(me(org, login))
    ok(refresh(org, login))
    asked = {"email": person["email"], "password": person["password"]}
    refused(org.running.client().post("/api/v1/auth/login", json=asked), 429)


def test_reset_ends_every_session(isolated: Running) -> None:
    login = log_in(isolated, {"email": "operator@acme-logistics.com", "password": "Operator-acme-1"})
    ok(isolated.client(login["access_token"]).get(ME))
    isolated.control("POST", "/reset")
    refused(isolated.client(login["access_token"]).get(ME), 401)
