"""Decisions about logging in, refreshing and logging out, where the manual leaves them open."""

from typing import Any

import pytest

from contract_tests.expectations import Expect
from contract_tests.steps import users
from contract_tests.steps.logins import (
    LOGOUT,
    ME,
    REFRESH,
    cookies,
    logged_in,
    new_credentials,
    refresh,
    refresh_by_cookie,
    try_login,
    unknown_credentials,
)
from contract_tests.world import LOGIN, USERS, World

UNAUTHORIZED = "401 auth_required"
DAY_SECONDS = 24 * 3600


@pytest.mark.rules("AS-160")
@pytest.mark.parametrize(("remember_me", "days"), [(False, 7), (True, 30)])
def test_each_refresh_extends_the_session_by_its_full_lifetime(
    world: World, expect: Expect, remember_me: bool, days: int
) -> None:
    with world.frozen_clock():
        login = try_login(world, new_credentials(world), client_type="mobile", remember_me=remember_me)
        for _ in range(2):
            world.advance(days * DAY_SECONDS - 1)
            login = refresh(world, login["refresh_token"])
            expect("AS-160", login.is_(200), f"200 a second before {days} days are over", login)
        world.advance(days * DAY_SECONDS)
        answer = refresh(world, login["refresh_token"])
        expect("AS-160", answer.is_(401), f"401 after {days} days", answer)


@pytest.mark.rules("AS-161")
def test_a_successful_attempt_counts_against_the_limit(world: World, expect: Expect) -> None:
    credentials = new_credentials(world)
    wrong = {**credentials, "password": "wrong"}
    for tried, status in (
        (credentials, 200),
        (wrong, 401),
        (credentials, 200),
        (wrong, 401),
        (credentials, 200),
        (credentials, 429),
    ):
        answer = try_login(world, tried)
        expect("AS-161", answer.is_(status), f"{status}", answer)


@pytest.mark.rules("AS-161")
def test_invalid_input_does_not_count_as_an_attempt(world: World, expect: Expect) -> None:
    credentials = unknown_credentials(world)
    with world.frozen_clock():
        for wrong in (
            {"password": ""},
            {"password": None},
            {"remember_me": "x"},
            {"colour": "red"},
            {"client_type": 1},
        ):
            answer = try_login(world, credentials, **wrong)
            expect("AS-161", answer.is_(400), "400", answer)
        for status in (401, 401, 401, 401, 401, 429, 429, 429):
            answer = try_login(world, credentials)
            expect("AS-161", answer.is_(status), f"{status}", answer)
            world.advance(100)
        world.advance(200)
        answer = try_login(world, credentials)
        expect("AS-161", answer.is_(401), "401 once the first attempt is 15 minutes old", answer)


@pytest.mark.rules("AS-177")
def test_retry_after_is_the_time_until_the_next_attempt_is_allowed(world: World, expect: Expect) -> None:
    credentials = unknown_credentials(world)
    with world.frozen_clock():
        for _ in range(5):
            try_login(world, credentials)
            world.advance(60)
        for left in (600, 540):
            answer = try_login(world, credentials)
            retry_after = answer.headers.get("retry-after", "")
            near = retry_after.isdigit() and left - 1 <= int(retry_after) <= left
            expect("AS-177", answer.is_(429) and near, f"429 and Retry-After: {left}, or a second less", answer.headers)
            world.advance(60)
        world.advance(480)
        answer = try_login(world, credentials)
        expect("AS-177", answer.is_(401), "401 after Retry-After", answer)


@pytest.mark.rules("AS-162")
@pytest.mark.parametrize("client_type", ["mobile", "web", None])
def test_a_refresh_token_in_the_body_is_used_rather_than_the_cookie(
    world: World, expect: Expect, client_type: str | None
) -> None:
    app = try_login(world, new_credentials(world), client_type="mobile")
    browser = try_login(world, new_credentials(world))
    cookie = cookies(browser)[0]
    body = {"refresh_token": app["refresh_token"], **({"client_type": client_type} if client_type else {})}
    answer = refresh_by_cookie(world, cookie, json=body)
    expect("AS-162", answer.is_(200), "200", answer)
    caller = logged_in(world, answer).get(ME)["id"]
    expect.equal("AS-162", caller, app["user"]["id"], "the caller, that of the token in the body,")
    wrong = refresh_by_cookie(world, cookie, json={"refresh_token": "no-token"})
    expect("AS-162", wrong.is_(401, "auth_required"), f"{UNAUTHORIZED} for a wrong one in the body", wrong)
    for body in ({"client_type": "web"}, {}):
        answer = refresh_by_cookie(world, cookies(browser)[0], json=body)
        expect("AS-162", answer.is_(200), "the cookie to be used where the body has no token", answer)
        browser = answer


@pytest.mark.rules("AS-163")
def test_a_new_refresh_token_is_sent_in_the_same_way_as_the_first(world: World, expect: Expect) -> None:
    credentials = new_credentials(world)
    app = try_login(world, credentials, client_type="mobile")
    browser = try_login(world, credentials)
    for client_type in ("mobile", "web"):
        body = {"refresh_token": app["refresh_token"], "client_type": client_type}
        app = world.anonymous.post(REFRESH, body)
        expect("AS-163", app.is_(200) and "refresh_token" in app.json, "an app to get its token in the body", app)
        expect("AS-163", not cookies(app), "an app to get no cookie", app.headers)
        browser = refresh_by_cookie(world, cookies(browser)[0], json={"client_type": client_type})
        expect("AS-163", browser.is_(200) and cookies(browser), "a browser to get its token in a cookie", browser)
        expect("AS-163", "refresh_token" not in browser.json, "a browser to get no token in the body", browser)


@pytest.mark.rules("AS-164")
@pytest.mark.parametrize(
    "body", [None, {}, {"client_type": "mobile"}, {"refresh_token": "x"}, {"refresh_token": "e30.e30.e30"}], ids=str
)
def test_a_refresh_needs_a_valid_refresh_token(world: World, expect: Expect, body: dict[str, Any] | None) -> None:
    arguments = {} if body is None else {"json": body}
    for headers in ({}, {"Cookie": "novavms_refresh=x"}, {"Cookie": "novavms_refresh="}):
        answer = world.anonymous.call("POST", REFRESH, headers=headers, **arguments)
        expect("AS-164", answer.is_(401, "auth_required"), UNAUTHORIZED, answer)


@pytest.mark.rules("AS-165")
@pytest.mark.parametrize("later", [1, 2])
def test_reusing_a_refresh_token_ends_its_session(world: World, expect: Expect, later: int) -> None:
    credentials = new_credentials(world)
    first, other = (try_login(world, credentials, client_type="mobile") for _ in range(2))
    last = first
    for _ in range(later):
        last = refresh(world, last["refresh_token"])
        expect("AS-165", last.is_(200), "200 the first time", last)
    for token in (first["refresh_token"], last["refresh_token"], first["refresh_token"]):
        answer = refresh(world, token)
        expect("AS-165", answer.is_(401, "auth_required"), UNAUTHORIZED, answer)
    answer = logged_in(world, last).get(ME)
    expect("AS-165", answer.is_(401), "401 in the session", answer)
    expect.equal("AS-165", len(users.sessions(world, first["user"]["id"])), 1, "the number of sessions left")
    answer = refresh(world, other["refresh_token"])
    expect("AS-165", answer.is_(200), "200 in the user's other session", answer)


@pytest.mark.rules("AS-166")
@pytest.mark.parametrize("client_type", ["web", "mobile", None])
def test_every_logout_clears_the_cookie(world: World, expect: Expect, client_type: str | None) -> None:
    given = cookies(try_login(world, new_credentials(world)))[0]
    login = client_type and try_login(world, new_credentials(world), client_type=client_type)
    answer = (logged_in(world, login) if login else world.operator).call("POST", LOGOUT)
    expect("AS-166", answer.is_(204), "204", answer)
    found = [cookie for cookie in cookies(answer) if (cookie.key, cookie["path"]) == (given.key, given["path"])]
    cleared = [cookie for cookie in found if cookie.value == "" and cookie["max-age"] == "0"]
    expect("AS-166", cleared, f"an empty {given.key} with Max-Age=0", answer.headers.get("set-cookie"))


@pytest.mark.rules("AS-167")
@pytest.mark.parametrize("role", ["owner", "viewer"])
def test_a_logout_with_a_key_ends_nothing(world: World, expect: Expect, role: str) -> None:
    login = try_login(world, world.credentials(role), client_type="mobile")
    expect("AS-167", login.is_(200), "the user of the key to log in", login)
    for _ in range(2):
        answer = world.actor(role).call("POST", LOGOUT)
        expect("AS-167", answer.is_(204), "204", answer)
    for actor in (world.actor(role), logged_in(world, login)):
        answer = actor.get(ME)
        expect("AS-167", answer.is_(200), "200 with the key and in the session", answer)
    answer = refresh(world, login["refresh_token"])
    expect("AS-167", answer.is_(200), "200 for a refresh in the session", answer)


@pytest.mark.rules("AS-168")
@pytest.mark.parametrize("client_type", ["web", "mobile"])
def test_a_logout_ends_its_session_only(world: World, expect: Expect, client_type: str) -> None:
    credentials = new_credentials(world)
    ended, other = (try_login(world, credentials, client_type=kind) for kind in (client_type, "mobile"))
    user_id = ended["user"]["id"]
    expect.equal("AS-168", len(users.sessions(world, user_id)), 2, "the number of sessions")
    logged_in(world, ended).call("POST", LOGOUT)
    expect.equal("AS-168", len(users.sessions(world, user_id)), 1, "the number of sessions after a logout")
    sent = (
        refresh_by_cookie(world, cookies(ended)[0]) if client_type == "web" else refresh(world, ended["refresh_token"])
    )
    expect("AS-168", sent.is_(401), "401 for the refresh token of the session that ended", sent)
    for answer in (logged_in(world, other).get(ME), refresh(world, other["refresh_token"])):
        expect("AS-168", answer.is_(200), "200 in the other session", answer)


@pytest.mark.rules("AS-175")
def test_a_wrong_password_does_not_show_that_a_user_is_disabled(world: World, expect: Expect) -> None:
    invited = users.invite(world)
    world.admin.patch(f"{USERS}/{invited['user']['id']}", {"enabled": False})
    credentials = users.credentials(invited)
    for wrong in ("wrong", credentials["password"].swapcase()):
        answer = try_login(world, credentials, password=wrong)
        expect("AS-175", answer.is_(401, "invalid_credentials"), "401 invalid_credentials", answer)


@pytest.mark.rules("AS-176")
@pytest.mark.parametrize("change_case", [str.upper, str.title, str.swapcase])
def test_the_case_of_an_email_does_not_matter(world: World, expect: Expect, change_case: Any) -> None:
    invitation = users.new_invitation(world)
    invited = users.invite(world, email=change_case(invitation["email"]))
    credentials = {"email": invitation["email"], "password": users.credentials(invited)["password"]}
    for email in (credentials["email"], change_case(credentials["email"]), credentials["email"].upper()):
        answer = try_login(world, credentials, email=email)
        expect("AS-176", answer.is_(200), f"200 for {email}", answer)
        expect.equal("AS-176", answer["user"]["id"], invited["user"]["id"], "the user")
    answers = [
        world.anonymous.post(LOGIN, {**credentials, "email": change_case(credentials["email"])}) for _ in range(3)
    ]
    expect("AS-176", answers[-1].is_(429), "429, as attempts are counted whatever the case", answers[-1])


@pytest.mark.rules("AS-179")
@pytest.mark.parametrize("role", ["admin", "operator", "viewer"])
def test_me_returns_the_user_of_the_caller(world: World, expect: Expect, role: str) -> None:
    invited = users.invite(world, role=role, **({"site_ids": world.granted} if role == "viewer" else {}))
    login = try_login(world, users.credentials(invited))
    expect.equal("AS-179", logged_in(world, login).get(ME).json, login["user"], "the caller")
    answer = world.actor(role).get(ME)
    expect.equal("AS-179", answer["id"], world.user_ids[role], "the id of the user of the key")
    wanted = world.admin.get(f"{USERS}/{world.user_ids[role]}").json
    for name in ("email", "display_name", "role"):
        expect.equal("AS-179", answer[name], wanted[name], name)
    expect.equal("AS-179", answer["org_id"], world.org_id, "org_id")
