"""What this project decided where the manual leaves logging in, refreshing and logging out open."""

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

REFUSED = "401 auth_required"
DAY = 24 * 3600


@pytest.mark.rules("AS-160")
@pytest.mark.parametrize(("remember_me", "days"), [(False, 7), (True, 30)])
def test_each_refresh_begins_the_days_anew(world: World, expect: Expect, remember_me: bool, days: int) -> None:
    with world.frozen_clock():
        told = try_login(world, new_credentials(world), client_type="mobile", remember_me=remember_me)
        for _ in range(2):
            world.advance(days * DAY - 1)
            told = refresh(world, told["refresh_token"])
            expect("AS-160", told.is_(200), f"200 a second before {days} days are over", told)
        world.advance(days * DAY)
        answer = refresh(world, told["refresh_token"])
        expect("AS-160", answer.is_(401), f"401 after {days} days", answer)


@pytest.mark.rules("AS-161")
def test_an_attempt_that_succeeds_counts_too(world: World, expect: Expect) -> None:
    person = new_credentials(world)
    wrong = {**person, "password": "wrong"}
    for tried, status in ((person, 200), (wrong, 401), (person, 200), (wrong, 401), (person, 200), (person, 429)):
        answer = try_login(world, tried)
        expect("AS-161", answer.is_(status), f"{status}", answer)


@pytest.mark.rules("AS-161")
def test_what_is_no_attempt_does_not_count(world: World, expect: Expect) -> None:
    person = unknown_credentials(world)
    with world.frozen_clock():
        for wrong in (
            {"password": ""},
            {"password": None},
            {"remember_me": "x"},
            {"colour": "red"},
            {"client_type": 1},
        ):
            answer = try_login(world, person, **wrong)
            expect("AS-161", answer.is_(400), "400", answer)
        for status in (401, 401, 401, 401, 401, 429, 429, 429):
            answer = try_login(world, person)
            expect("AS-161", answer.is_(status), f"{status}", answer)
            world.advance(100)
        world.advance(200)
        answer = try_login(world, person)
        expect("AS-161", answer.is_(401), "an attempt to be let through once the first is 15 minutes old", answer)


@pytest.mark.rules("AS-177")
def test_retry_after_tells_when_the_next_attempt_is_let_through(world: World, expect: Expect) -> None:
    person = unknown_credentials(world)
    with world.frozen_clock():
        for _ in range(5):
            try_login(world, person)
            world.advance(60)
        for left in (600, 540):
            answer = try_login(world, person)
            told = answer.headers.get("retry-after", "")
            near = told.isdigit() and left - 1 <= int(told) <= left
            expect("AS-177", answer.is_(429) and near, f"429 and Retry-After: {left}, or a second less", answer.headers)
            world.advance(60)
        world.advance(480)
        answer = try_login(world, person)
        expect("AS-177", answer.is_(401), "an attempt to be let through then", answer)


@pytest.mark.rules("AS-162")
@pytest.mark.parametrize("client_type", ["mobile", "web", None])
def test_the_body_beats_the_cookie(world: World, expect: Expect, client_type: str | None) -> None:
    app = try_login(world, new_credentials(world), client_type="mobile")
    browser = try_login(world, new_credentials(world))
    cookie = cookies(browser)[0]
    body = {"refresh_token": app["refresh_token"], **({"client_type": client_type} if client_type else {})}
    answer = refresh_by_cookie(world, cookie, json=body)
    expect("AS-162", answer.is_(200), "200", answer)
    caller = logged_in(world, answer).get(ME)["id"]
    expect.equal("AS-162", caller, app["user"]["id"], "the caller is that of the body,")
    wrong = refresh_by_cookie(world, cookie, json={"refresh_token": "no-token"})
    expect("AS-162", wrong.is_(401, "auth_required"), f"{REFUSED} for a wrong one in the body", wrong)
    for body in ({"client_type": "web"}, {}):
        answer = refresh_by_cookie(world, cookies(browser)[0], json=body)
        expect("AS-162", answer.is_(200), "the cookie to count where the body has none", answer)
        browser = answer


@pytest.mark.rules("AS-163")
def test_a_new_token_travels_as_the_first_did(world: World, expect: Expect) -> None:
    person = new_credentials(world)
    app = try_login(world, person, client_type="mobile")
    browser = try_login(world, person)
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
def test_without_a_good_refresh_token_there_is_no_refresh(
    world: World, expect: Expect, body: dict[str, Any] | None
) -> None:
    arguments = {} if body is None else {"json": body}
    for headers in ({}, {"Cookie": "novavms_refresh=x"}, {"Cookie": "novavms_refresh="}):
        answer = world.anonymous.call("POST", REFRESH, headers=headers, **arguments)
        expect("AS-164", answer.is_(401, "auth_required"), REFUSED, answer)


@pytest.mark.rules("AS-165")
@pytest.mark.parametrize("later", [1, 2])
def test_a_used_refresh_token_ends_its_session(world: World, expect: Expect, later: int) -> None:
    person = new_credentials(world)
    first, other = (try_login(world, person, client_type="mobile") for _ in range(2))
    last = first
    for _ in range(later):
        last = refresh(world, last["refresh_token"])
        expect("AS-165", last.is_(200), "200 the first time", last)
    for token in (first["refresh_token"], last["refresh_token"], first["refresh_token"]):
        answer = refresh(world, token)
        expect("AS-165", answer.is_(401, "auth_required"), REFUSED, answer)
    answer = logged_in(world, last).get(ME)
    expect("AS-165", answer.is_(401), "the session to be over", answer)
    expect.equal("AS-165", len(users.sessions(world, first["user"]["id"])), 1, "the number of sessions left is")
    answer = refresh(world, other["refresh_token"])
    expect("AS-165", answer.is_(200), "the user's other session to go on", answer)


@pytest.mark.rules("AS-166")
@pytest.mark.parametrize("client_type", ["web", "mobile", None])
def test_every_logout_takes_the_cookie_back(world: World, expect: Expect, client_type: str | None) -> None:
    given = cookies(try_login(world, new_credentials(world)))[0]
    told = client_type and try_login(world, new_credentials(world), client_type=client_type)
    answer = (logged_in(world, told) if told else world.operator).call("POST", LOGOUT)
    expect("AS-166", answer.is_(204), "204", answer)
    found = [cookie for cookie in cookies(answer) if (cookie.key, cookie["path"]) == (given.key, given["path"])]
    gone = [cookie for cookie in found if cookie.value == "" and cookie["max-age"] == "0"]
    expect("AS-166", gone, f"an empty {given.key} with Max-Age=0", answer.headers.get("set-cookie"))


@pytest.mark.rules("AS-167")
@pytest.mark.parametrize("role", ["owner", "viewer"])
def test_a_logout_means_nothing_to_a_key(world: World, expect: Expect, role: str) -> None:
    told = try_login(world, world.credentials(role), client_type="mobile")
    expect("AS-167", told.is_(200), "whom the key acts as to log in", told)
    for _ in range(2):
        answer = world.actor(role).call("POST", LOGOUT)
        expect("AS-167", answer.is_(204), "204", answer)
    for actor in (world.actor(role), logged_in(world, told)):
        answer = actor.get(ME)
        expect("AS-167", answer.is_(200), "key and session to go on", answer)
    answer = refresh(world, told["refresh_token"])
    expect("AS-167", answer.is_(200), "the session to go on", answer)


@pytest.mark.rules("AS-168")
@pytest.mark.parametrize("client_type", ["web", "mobile"])
def test_a_logout_ends_one_session(world: World, expect: Expect, client_type: str) -> None:
    person = new_credentials(world)
    ended, other = (try_login(world, person, client_type=kind) for kind in (client_type, "mobile"))
    user_id = ended["user"]["id"]
    expect.equal("AS-168", len(users.sessions(world, user_id)), 2, "the number of sessions is")
    logged_in(world, ended).call("POST", LOGOUT)
    expect.equal("AS-168", len(users.sessions(world, user_id)), 1, "after a logout, the number of sessions is")
    sent = (
        refresh_by_cookie(world, cookies(ended)[0]) if client_type == "web" else refresh(world, ended["refresh_token"])
    )
    expect("AS-168", sent.is_(401), "401 for the refresh token of the session that ended", sent)
    for answer in (logged_in(world, other).get(ME), refresh(world, other["refresh_token"])):
        expect("AS-168", answer.is_(200), "the other session to go on", answer)


@pytest.mark.rules("AS-175")
def test_only_the_right_password_tells_who_is_disabled(world: World, expect: Expect) -> None:
    invited = users.invite(world)
    world.admin.patch(f"{USERS}/{invited['user']['id']}", {"enabled": False})
    person = users.credentials(invited)
    for wrong in ("wrong", person["password"].swapcase()):
        answer = try_login(world, person, password=wrong)
        expect("AS-175", answer.is_(401, "invalid_credentials"), "401 invalid_credentials", answer)


@pytest.mark.rules("AS-176")
@pytest.mark.parametrize("spelt", [str.upper, str.title, str.swapcase])
def test_the_case_of_an_email_does_not_matter(world: World, expect: Expect, spelt: Any) -> None:
    stranger = users.new_invitation(world)
    invited = users.invite(world, email=spelt(stranger["email"]))
    person = {"email": stranger["email"], "password": users.credentials(invited)["password"]}
    for email in (person["email"], spelt(person["email"]), person["email"].upper()):
        answer = try_login(world, person, email=email)
        expect("AS-176", answer.is_(200), f"200 for {email}", answer)
        expect.equal("AS-176", answer["user"]["id"], invited["user"]["id"], "the user is")
    answers = [world.anonymous.post(LOGIN, {**person, "email": spelt(person["email"])}) for _ in range(3)]
    expect("AS-176", answers[-1].is_(429), "attempts to be counted whatever the case", answers[-1])


@pytest.mark.rules("AS-179")
@pytest.mark.parametrize("role", ["admin", "operator", "viewer"])
def test_everybody_is_told_who_they_are(world: World, expect: Expect, role: str) -> None:
    invited = users.invite(world, role=role, **({"site_ids": world.granted} if role == "viewer" else {}))
    told = try_login(world, users.credentials(invited))
    expect.equal("AS-179", logged_in(world, told).get(ME).json, told["user"], "the caller is")
    answer = world.actor(role).get(ME)
    expect.equal("AS-179", answer["id"], world.user_ids[role], "the id of whom the key acts as is")
    wanted = world.admin.get(f"{USERS}/{world.user_ids[role]}").json
    for name in ("email", "display_name", "role"):
        expect.equal("AS-179", answer[name], wanted[name], name)
    expect.equal("AS-179", answer["org_id"], world.org_id, "org_id")
