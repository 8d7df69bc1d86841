"""Where people are logged in: how long, how often at once, and how it ends."""

from collections.abc import Iterator

import httpx
import pytest

from tests.harness import JSON, Running, World, running
from tests.mockserver.http.checks import UNKNOWN, done, instant, invite, later, log_in, ok, refused, sessions

DAY = 24 * 60 * 60
ME, REFRESH, LOGOUT = "/api/v1/auth/me", "/api/v1/auth/refresh", "/api/v1/auth/logout"


@pytest.fixture(scope="module")
def still() -> Iterator[Running]:
    """A mock whose clock stands still until a test moves it."""
    with running() as mock:
        mock.control("POST", "/clock", json={"freeze": True})
        yield mock


@pytest.fixture
def org(still: Running) -> World:
    return still.org()


def advance(world: World, seconds: float) -> str:
    return str(world.running.control("POST", "/clock", json={"advance": seconds})["now"])


def now(world: World) -> str:
    return str(world.running.control("GET", "/clock")["now"]).split(".")[0].rstrip("Z") + "Z"


def refresh(world: World, told: JSON) -> httpx.Response:
    body = {"refresh_token": told["refresh_token"], "client_type": "mobile"}
    return world.running.client().post(REFRESH, json=body)


def me(world: World, told: JSON) -> httpx.Response:
    return world.running.client(told["access_token"]).get(ME)


def test_access_token_works_for_a_quarter_of_an_hour(org: World) -> None:
    told = log_in(org.running, invite(org))
    assert told["expires_at"] == later(now(org), minutes=15)
    advance(org, 15 * 60 - 1)
    ok(me(org, told))
    advance(org, 1)
    refused(me(org, told), 401)


def test_refresh_answers_new_tokens_and_takes_the_old_one_out_of_use(org: World) -> None:
    first = log_in(org.running, invite(org))
    advance(org, 20 * 60)
    second = ok(refresh(org, first))
    assert second.keys() == {"access_token", "expires_at", "refresh_token"}
    assert second["expires_at"] == later(now(org), minutes=15)
    assert second["refresh_token"] != first["refresh_token"]
    assert ok(me(org, second))["id"] == first["user"]["id"]
    third = ok(refresh(org, second))
    ok(me(org, third))
    assert len({told["access_token"] for told in (first, second, third)}) == 3


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
def test_session_lasts_a_week_or_a_month_and_each_refresh_begins_it_anew(
    org: World, remember_me: bool, days: int
) -> None:
    person = invite(org)
    told = log_in(org.running, person, remember_me=remember_me)
    for _ in range(2):
        advance(org, days * DAY - 1)
        told = ok(refresh(org, told))
    assert len(sessions(org, person["id"])) == 1
    advance(org, days * DAY)
    refused(refresh(org, told), 401)
    assert sessions(org, person["id"]) == []


def test_expired_session_cannot_be_revoked_and_makes_room(org: World) -> None:
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
    told = []
    for _ in range(7):
        told.append(log_in(org.running, person))
        advance(org, 4 * 60)
    assert len(sessions(org, person["id"])) == 5
    for old in told[:2]:
        refused(refresh(org, old), 401)
    for young in told[2:]:
        ok(refresh(org, young))


def test_eviction_ends_access_at_once(org: World) -> None:
    person = invite(org)
    advance(org, -(instant(now(org)).timestamp() % 60) % 60)
    first = log_in(org.running, person)
    for wait in (60, 60, 60, 60 * 12 - 1):
        advance(org, wait)
        log_in(org.running, person)
    ok(refresh(org, first))
    advance(org, 1)
    told = log_in(org.running, person)
    refused(me(org, first), 401)
    ok(me(org, told))


def test_sessions_tell_who_logged_in_when_and_was_last_seen_when(org: World) -> None:
    person = invite(org)
    began = now(org)
    body = {"email": person["email"], "password": person["password"], "client_type": "mobile"}
    told = ok(
        org.running.client().post(
            "/api/v1/auth/login", json=body, headers={b"User-Agent": ("Ägent/1 " + "x" * 300).encode("latin-1")}
        )
    )
    advance(org, 100)
    log_in(org.running, person)
    ok(me(org, told))
    used = now(org)
    newer, older = sessions(org, person["id"])
    assert newer.keys() == {"id", "user_agent", "created_at", "last_used_at"}
    assert (older["created_at"], older["last_used_at"]) == (began, used)
    assert (newer["created_at"], newer["last_used_at"]) == (used, used)
    assert older["user_agent"] == ("Ägent/1 " + "x" * 300)[:256]
    advance(org, 50)
    ok(refresh(org, told))
    assert sessions(org, person["id"])[1]["last_used_at"] == later(used, seconds=50)


def test_login_that_says_nothing_of_its_client_has_no_agent(org: World) -> None:
    person = invite(org)
    client = org.running.client()
    del client.headers["user-agent"]
    ok(client.post("/api/v1/auth/login", json={name: person[name] for name in ("email", "password")}))
    assert sessions(org, person["id"])[0]["user_agent"] is None


def test_revoked_session_is_over_at_once_and_others_go_on(org: World) -> None:
    person = invite(org)
    told, other = log_in(org.running, person), log_in(org.running, person)
    advance(org, 1)
    ok(me(org, told))
    ids = {session["last_used_at"]: session["id"] for session in sessions(org, person["id"])}
    path = f"/api/v1/users/{person['id']}/sessions/{ids[now(org)]}"
    done(org.admin.delete(path))
    refused(me(org, told), 401)
    refused(refresh(org, told), 401)
    refused(org.admin.delete(path), 404)
    ok(me(org, other))
    assert len(sessions(org, person["id"])) == 1


def test_session_is_found_under_its_own_user_only(org: World) -> None:
    person, somebody = invite(org), invite(org)
    told = log_in(org.running, person)
    session = sessions(org, person["id"])[0]["id"]
    other_admin = org.running.org().admin
    for admin, user_id, session_id in (
        (org.admin, somebody["id"], session),
        (org.admin, person["id"], UNKNOWN),
        (org.admin, UNKNOWN, session),
        (other_admin, person["id"], session),
    ):
        refused(admin.delete(f"/api/v1/users/{user_id}/sessions/{session_id}"), 404)
    refused(org.admin.delete(f"/api/v1/users/{person['id']}/sessions/x"), 400, "sid")
    refused(org.admin.get(f"/api/v1/users/{UNKNOWN}/sessions"), 404)
    ok(me(org, told))


def test_logout_ends_the_session_of_its_token_only(org: World) -> None:
    person = invite(org)
    told, other = log_in(org.running, person), log_in(org.running, person)
    done(org.running.client(told["access_token"]).post(LOGOUT))
    refused(me(org, told), 401)
    refused(refresh(org, told), 401)
    ok(me(org, other))


def test_logout_means_nothing_to_a_key(org: World) -> None:
    log_in(org.running, org.described["actors"]["operator"])
    done(org.operator.post(LOGOUT))
    ok(org.operator.get(ME))
    assert len(sessions(org, org.described["actors"]["operator"]["user_id"])) == 1
    refused(org.running.client().post(LOGOUT), 401)


def test_sessions_and_attempts_survive_a_snapshot(org: World) -> None:
    person = invite(org)
    told = log_in(org.running, person)
    for _ in range(4):
        log_in(org.running, person)
    snapshot = org.running.control("GET", "/snapshot")
    advance(org, 60)
    done(org.running.client(told["access_token"]).post(LOGOUT))
    org.running.control("PUT", "/snapshot", json=snapshot)
    assert org.running.control("GET", "/snapshot")["data"] == snapshot["data"]
    ok(me(org, told))
    ok(refresh(org, told))
    asked = {"email": person["email"], "password": person["password"]}
    refused(org.running.client().post("/api/v1/auth/login", json=asked), 429)


def test_reset_ends_every_session(alone: Running) -> None:
    told = log_in(alone, {"email": "operator@acme-logistics.com", "password": "Operator-acme-1"})
    ok(alone.client(told["access_token"]).get(ME))
    alone.control("POST", "/reset")
    refused(alone.client(told["access_token"]).get(ME), 401)
