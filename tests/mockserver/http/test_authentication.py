"""Login, refresh and logout."""

from typing import Any

import httpx
import pytest

from tests.harness import JSON, Running, World
from tests.mockserver.http.steps import invite, log_in, ok, refused

LOGIN, REFRESH, LOGOUT, ME = (f"/api/v1/auth/{name}" for name in ("login", "refresh", "logout", "me"))
EVENTS = "/api/v1/events"
COOKIE = "novavms_refresh"


def attempt(mock: Running, person: JSON, **fields: Any) -> httpx.Response:
    asked = {"email": person["email"], "password": person["password"], **fields}
    return mock.client().post(LOGIN, json=asked)


def cookie(response: httpx.Response) -> tuple[str, list[str]]:
    """Return the value of the refresh cookie and its attributes."""
    pair, *attributes = response.headers["set-cookie"].split("; ")
    name, _, value = pair.partition("=")
    assert name == COOKIE
    return value, attributes


def with_cookie(mock: Running, value: str) -> dict[str, Any]:
    return {"headers": {"Cookie": f"theme=dark; {COOKIE}={value}"}}


@pytest.mark.parametrize("role", ["owner", "admin", "operator", "viewer"])
def test_actor_of_a_fresh_org_logs_in_as_their_user(world: World, role: str) -> None:
    actor = world.described["actors"][role]
    login = ok(attempt(world.running, actor))
    assert login.keys() == {"access_token", "expires_at", "user"}
    assert login["user"] == {
        "id": actor["user_id"],
        "email": actor["email"],
        "display_name": actor["display_name"],
        "role": role,
        "org_id": world.id,
    }
    signed_in = world.running.client(login["access_token"])
    assert ok(signed_in.get(ME)) == login["user"] == ok(world.actor(role).get(ME))


@pytest.mark.parametrize("role", ["owner", "viewer"])
def test_access_token_has_the_rights_of_its_users_key(world: World, role: str) -> None:
    world.record(count=5)
    signed_in = world.running.client(ok(attempt(world.running, world.described["actors"][role]))["access_token"])
    key = world.actor(role)
    for path in (EVENTS, "/api/v1/gateways", "/api/v1/users", f"{EVENTS}/export"):
        assert signed_in.get(path).status_code == key.get(path).status_code
    assert ok(signed_in.get(EVENTS)) == ok(key.get(EVENTS))


def test_acknowledgement_names_the_user_who_logged_in(world: World) -> None:
    login = ok(attempt(world.running, world.described["actors"]["operator"]))
    event = world.record()["data"][0]
    body = {"acknowledged": True}
    changed = ok(world.running.client(login["access_token"]).patch(f"{EVENTS}/{event}", json=body))
    assert changed["acknowledged_by"] == login["user"]["id"]


def test_email_is_compared_without_case(world: World) -> None:
    actor = world.described["actors"]["admin"]
    assert ok(attempt(world.running, actor, email=actor["email"].upper()))["user"]["email"] == actor["email"]


@pytest.mark.parametrize(("remember_me", "seconds"), [(False, 604800), (True, 2592000)])
def test_browser_gets_its_refresh_token_in_a_cookie(world: World, remember_me: bool, seconds: int) -> None:
    answer = attempt(world.running, invite(world), remember_me=remember_me)
    assert "refresh_token" not in ok(answer)
    value, attributes = cookie(answer)
    assert attributes == ["HttpOnly", "Path=/api/v1/auth", "SameSite=Lax", f"Max-Age={seconds}"]
    refreshed = world.running.client().post(REFRESH, **with_cookie(world.running, value))
    assert ok(refreshed).keys() == {"access_token", "expires_at"}
    renewed, attributes = cookie(refreshed)
    assert renewed != value
    assert attributes[-1] == f"Max-Age={seconds}"
    ok(world.running.client(refreshed.json()["access_token"]).get(ME))
    refused(world.running.client().post(REFRESH, **with_cookie(world.running, value)), 401)
    refused(world.running.client().post(REFRESH, **with_cookie(world.running, renewed)), 401)


def test_app_gets_its_refresh_token_in_the_body(world: World) -> None:
    answer = attempt(world.running, invite(world), client_type="mobile")
    assert ok(answer)["refresh_token"]
    assert "set-cookie" not in answer.headers
    refreshed = world.running.client().post(REFRESH, json={"refresh_token": answer.json()["refresh_token"]})
    assert ok(refreshed)["refresh_token"]
    assert "set-cookie" not in refreshed.headers


def test_refresh_token_of_the_body_beats_the_cookie(world: World) -> None:
    app, browser = log_in(world.running, invite(world)), attempt(world.running, invite(world))
    body = {"refresh_token": app["refresh_token"], "client_type": "mobile"}
    arguments = with_cookie(world.running, cookie(browser)[0])
    assert ok(world.running.client().post(REFRESH, json=body, **arguments))["refresh_token"]
    assert ok(world.running.client().post(REFRESH, json={}, **arguments))


def test_logout_removes_the_cookie(world: World) -> None:
    login = ok(attempt(world.running, invite(world)))
    value, attributes = cookie(world.running.client(login["access_token"]).post(LOGOUT))
    assert (value, attributes[-1]) == ("", "Max-Age=0")


@pytest.mark.parametrize(
    "sent", [None, {}, {"client_type": "mobile"}, {"refresh_token": "x"}, {"refresh_token": "a.b.c"}]
)
def test_refresh_without_a_refresh_token_is_401(shared: Running, sent: JSON | None) -> None:
    arguments: dict[str, Any] = {} if sent is None else {"json": sent}
    refused(shared.client().post(REFRESH, **arguments), 401)
    refused(shared.client().post(REFRESH, **with_cookie(shared, "x"), **arguments), 401)


def test_invalid_refresh_is_400(shared: Running) -> None:
    refused(shared.client().post(REFRESH, json={"refresh_token": 5}), 400, "refresh_token")
    refused(shared.client().post(REFRESH, json={"client_type": "api"}), 400, "client_type")
    refused(shared.client().post(REFRESH, json={"token": "x"}), 400, "token")
    refused(shared.client().post(REFRESH, content=b"{"), 400, "body")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": None}, "email"),
        ({"password": None}, "password"),
        ({"email": "nobody"}, "email"),
        ({"password": ""}, "password"),
        ({"password": "x" * 257}, "password"),
        ({"remember_me": "yes"}, "remember_me"),
        ({"client_type": "api"}, "client_type"),
        ({"token": "x"}, "token"),
    ],
)
def test_invalid_login_is_400_and_not_counted_as_an_attempt(world: World, changes: JSON, field: str) -> None:
    person = invite(world)
    body = {**{name: person[name] for name in ("email", "password")}, **changes}
    body = {name: value for name, value in body.items() if value is not None}
    for _ in range(6):
        refused(world.running.client().post(LOGIN, json=body), 400, field)
    ok(attempt(world.running, person))


def test_unknown_email_and_wrong_password_are_answered_alike(world: World) -> None:
    person = invite(world)
    answers = [
        attempt(world.running, person, password="wrong"),
        attempt(world.running, person, password=person["password"].lower() + "x"),
        attempt(world.running, person, email=f"nobody@{world.id}.example.com"),
    ]
    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert {answer.status_code for answer in answers} == {401}
    assert bodies[0] == bodies[1] == bodies[2]
    assert bodies[0]["error"] == "invalid_credentials"


def test_user_without_a_password_cannot_log_in(isolated: Running) -> None:
    snapshot = isolated.control("GET", "/snapshot")
    for row in snapshot["data"]["users"]:
        row["password"] = None
    isolated.control("PUT", "/snapshot", json=snapshot)
    answer = attempt(isolated, {"email": "operator@acme-logistics.com", "password": "Operator-acme-1"})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_credentials")


def test_disabled_user_is_answered_403_only_with_the_right_password(world: World) -> None:
    person = invite(world)
    ok(world.admin.patch(f"/api/v1/users/{person['id']}", json={"enabled": False}))
    answer = attempt(world.running, person)
    assert (answer.status_code, answer.json()["error"]) == (403, "account_disabled")
    answer = attempt(world.running, person, password="wrong")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_credentials")


def test_password_selects_among_users_with_one_email_in_several_orgs(world: World, shared: Running) -> None:
    email = f"both@{world.id}.example.com"
    invited = [(org, invite(org, email=email)) for org in (world, shared.org())]
    for org, person in invited:
        assert ok(attempt(shared, person))["user"]["org_id"] == org.id


def test_sixth_attempt_for_an_email_is_rate_limited(isolated: Running) -> None:
    isolated.control("POST", "/clock", json={"freeze": True})
    right = {"email": "Operator@acme-logistics.com", "password": "Operator-acme-1"}
    for count in range(5):
        assert attempt(isolated, right, password="wrong" if count % 2 else right["password"]).status_code in (200, 401)
        isolated.control("POST", "/clock", json={"advance": 60})
    for person in (right, {**right, "password": "wrong"}, {**right, "email": right["email"].lower()}):
        answer = attempt(isolated, person)
        refused(answer, 429)
        assert 595 <= int(answer.headers["retry-after"]) <= 600
    assert attempt(isolated, {**right, "email": "admin@acme-logistics.com"}).status_code == 401
    isolated.control("POST", "/clock", json={"advance": int(answer.headers["retry-after"])})
    ok(attempt(isolated, right))
    refused(attempt(isolated, right), 429)
    isolated.control("POST", "/clock", json={"advance": 15 * 60})
    ok(attempt(isolated, right))


def test_attempts_count_for_unknown_emails_too(shared: Running, world: World) -> None:
    nobody = {"email": f"nobody@{world.id}.example.com", "password": "x"}
    assert [attempt(shared, nobody).status_code for _ in range(6)] == [401] * 5 + [429]


def test_health_shows_every_component(shared: Running) -> None:
    health = ok(shared.client().get("/api/v1/health"))
    assert health.keys() == {"status", "db", "go2rtc", "version"}
    assert {health[name] for name in ("status", "db", "go2rtc")} == {"ok"}
    assert health["version"]
