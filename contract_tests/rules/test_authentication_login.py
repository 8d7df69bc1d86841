"""Logging in: the input, the answer, and the refusals."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.expectations import Expect
from contract_tests.steps import users
from contract_tests.steps.answers import is_time
from contract_tests.steps.logins import (
    LOGOUT,
    ME,
    cookie_lifetime,
    cookies,
    logged_in,
    new_credentials,
    refresh,
    try_login,
    unknown_credentials,
)
from contract_tests.world import LOGIN, USERS, World

INVALID_INPUT = "400 validation_error"
INVALID_CREDENTIALS = "401 invalid_credentials"


@pytest.mark.rules("AUTH-01")
def test_login_refresh_me_and_logout_have_paths_of_their_own(world: World, expect: Expect) -> None:
    login = try_login(world, new_credentials(world), client_type="mobile")
    expect("AUTH-01", login.is_(200), f"200 from {LOGIN}", login)
    login = refresh(world, login["refresh_token"])
    expect("AUTH-01", login.is_(200), "200 from the refresh", login)
    for method, path, status in (("GET", ME, 200), ("POST", LOGOUT, 204)):
        answer = logged_in(world, login).call(method, path)
        expect("AUTH-01", answer.is_(status), f"{status} from {path}", answer)


@pytest.mark.rules("AUTH-02")
@pytest.mark.parametrize(("method", "path"), [("GET", ME), ("POST", LOGOUT)])
def test_operations_that_are_not_public_need_a_bearer_token(
    world: World, expect: Expect, method: str, path: str
) -> None:
    token = users.log_in(world, users.invite(world))["access_token"]
    for actor in (world.anonymous, world.intruder):
        answer = actor.call(method, path)
        expect("AUTH-02", answer.is_(401, "auth_required"), f"401 auth_required for the {actor.name}", answer)
    for wrong in (token, f"Basic {token}", f"Token {token}", f"Bearer: {token}"):
        answer = world.anonymous.call(method, path, headers={"Authorization": wrong})
        expect("AUTH-02", answer.is_(401, "auth_required"), "401 auth_required without the scheme Bearer", answer)
    answer = world.anonymous.call(method, path, params={"access_token": token})
    expect("AUTH-02", answer.is_(401, "auth_required"), "401 auth_required for a token in the query", answer)
    answer = world.actor_with_token("logged-in user", token).call(method, path)
    expect("AUTH-02", answer.status in (200, 204), "200 or 204 with the token as a bearer token", answer)


@pytest.mark.rules("AUTH-03")
def test_logging_in_needs_no_credential(world: World, expect: Expect) -> None:
    answer = try_login(world, new_credentials(world))
    expect("AUTH-03", answer.is_(200), "200 without a credential", answer)
    answer = world.anonymous.get(LOGIN)
    expect("AUTH-03", answer.status in (404, 405), "no method but POST", answer)


@pytest.mark.rules("AUTH-04")
@given(size=st.integers(0, 300))
@example(size=0)
@example(size=1)
@example(size=256)
@example(size=257)
def test_a_password_has_1_to_256_characters(world: World, expect: Expect, size: int) -> None:
    answer = try_login(world, unknown_credentials(world), password="ü" * size)
    if 1 <= size <= 256:
        expect("AUTH-04", answer.is_(401), f"{size} characters to be checked", answer)
    else:
        expect("AUTH-04", answer.is_(400, "validation_error"), f"{INVALID_INPUT} for {size} characters", answer)


@pytest.mark.rules("AUTH-04")
def test_an_email_must_be_an_address(world: World, expect: Expect) -> None:
    name, at = unknown_credentials(world)["email"].split("@")
    for valid in (f"{name}+o'brien_{{x}}@{at}", f"{name}.a.b@a-b.{at}", f"{'x' * (64 - len(name))}{name}@{at}"):
        answer = try_login(world, unknown_credentials(world), email=valid)
        expect("AUTH-04", answer.is_(401), f"{valid} to be checked", answer)
    too_long = f"{name:x<60}@{'.'.join(['x' * 50] * 4)}.example.com"
    for wrong in (
        too_long,
        "",
        name,
        f"{name}@",
        f"@{at}",
        f"{name} x@{at}",
        f"{name}@@{at}",
        f"{'x' * 255}@{at}",
        5,
        None,
    ):
        answer = try_login(world, unknown_credentials(world), email=wrong)
        expect("AUTH-04", answer.is_(400, "validation_error"), f"{INVALID_INPUT} for {wrong!r}", answer)


@pytest.mark.rules("AUTH-05")
@pytest.mark.parametrize(("fields", "days"), [({}, 7), ({"remember_me": False}, 7), ({"remember_me": True}, 30)])
def test_the_refresh_cookie_lasts_7_or_30_days(
    world: World, expect: Expect, fields: dict[str, bool], days: int
) -> None:
    found = cookies(try_login(world, new_credentials(world), **fields))
    kept = cookie_lifetime(world, found[0]) if found else None
    about = kept is not None and abs(kept - timedelta(days=days)) < timedelta(minutes=5)
    expect("AUTH-05", about, f"a cookie of {days} days with {fields}", kept)


@pytest.mark.rules("AUTH-06")
def test_a_client_type_is_web_or_mobile(world: World, expect: Expect) -> None:
    credentials = new_credentials(world)
    for fields, in_body in (({}, False), ({"client_type": "web"}, False), ({"client_type": "mobile"}, True)):
        answer = try_login(world, credentials, **fields)
        expect("AUTH-06", answer.is_(200), f"{fields} to be accepted", answer)
        matches = ("refresh_token" in answer.json) == in_body
        expect("AUTH-06", matches, f"an answer for {'an app' if in_body else 'a browser'} with {fields}", answer)
    for wrong in ("desktop", "WEB", "", None, True):
        answer = try_login(world, unknown_credentials(world), client_type=wrong)
        expect("AUTH-06", answer.is_(400, "validation_error"), f"{INVALID_INPUT} for {wrong!r}", answer)


@pytest.mark.rules("AUTH-07")
@pytest.mark.parametrize("remember_me", [False, True])
def test_a_browser_gets_its_refresh_token_in_a_cookie_and_an_app_in_the_body(
    world: World, expect: Expect, remember_me: bool
) -> None:
    credentials = new_credentials(world)
    answer = try_login(world, credentials, client_type="web", remember_me=remember_me)
    hidden = [cookie for cookie in cookies(answer)[:1] if cookie["httponly"] and cookie.value]
    expect("AUTH-07", hidden, "an HttpOnly cookie for a browser", answer.headers.get("set-cookie"))
    expect("AUTH-07", "refresh_token" not in answer.json, "no refresh token in the body for a browser", answer)
    expect("AUTH-07", hidden[0].value not in answer.text, "no body with the value of the cookie", answer)
    answer = try_login(world, credentials, client_type="mobile", remember_me=remember_me)
    expect("AUTH-07", answer["refresh_token"], "a refresh token in the body for an app", answer)
    sent = [cookie.key for cookie in cookies(answer) if cookie.value == answer["refresh_token"]]
    expect("AUTH-07", not sent, "no cookie with the refresh token for an app", sent)


@pytest.mark.rules("AUTH-08")
@pytest.mark.parametrize("role", ["admin", "operator", "viewer"])
def test_a_login_answers_with_the_token_and_the_user(world: World, expect: Expect, role: str) -> None:
    invited = users.invite(world, role=role, **({"site_ids": world.granted[:1]} if role == "viewer" else {}))
    for client_type in ("web", "mobile"):
        answer = try_login(world, users.credentials(invited), client_type=client_type)
        expect("AUTH-08", answer.is_(200), "200", answer)
        token, expires_at = answer["access_token"], answer["expires_at"]
        expect("AUTH-08", isinstance(token, str) and token, "an access_token", answer)
        expect("AUTH-08", is_time(expires_at) and expires_at > world.now()[:19], "an expires_at in the future", answer)
        expect("AUTH-08", isinstance(answer["user"], dict), "a user", answer)
        for name in ("id", "email", "display_name", "role"):
            expect.equal("AUTH-08", answer["user"].get(name), invited["user"][name], f"{name} of the user")
        org_id = answer["user"].get("org_id")
        expect("AUTH-08", org_id and org_id == (world.org_id or org_id), "the user's org_id", answer)
        expect("AUTH-08", logged_in(world, answer).get(USERS).status in (200, 403), "a token that works", answer)


@pytest.mark.rules("AUTH-09")
@pytest.mark.parametrize("missing", [("email",), ("password",), ("email", "password")], ids="-".join)
def test_a_login_needs_email_and_password(world: World, expect: Expect, missing: tuple[str, ...]) -> None:
    body = {name: value for name, value in unknown_credentials(world).items() if name not in missing}
    for sent in (body, {**body, **dict.fromkeys(missing)}, {**body, "client_type": "mobile"}):
        answer = world.anonymous.post(LOGIN, sent)
        expect("AUTH-09", answer.is_(400, "validation_error"), INVALID_INPUT, answer)


@pytest.mark.rules("AUTH-10")
def test_an_unknown_email_and_a_wrong_password_get_the_same_answer(world: World, expect: Expect) -> None:
    def refusal(credentials: dict[str, Any], **fields: Any) -> Any:
        answer = try_login(world, credentials, **fields)
        expect("AUTH-10", answer.is_(401, "invalid_credentials"), INVALID_CREDENTIALS, answer)
        return {**answer.json, "request_id": None}

    wanted = refusal(unknown_credentials(world))
    for _ in range(6):
        credentials = new_credentials(world)
        password = credentials["password"]
        for wrong in (password.swapcase(), password[:-1], f"{password} ", "x"):
            expect.equal("AUTH-10", refusal(credentials, password=wrong), wanted, "the answer to a wrong password")
        expect.equal(
            "AUTH-10", refusal(unknown_credentials(world), password=password), wanted, "the answer to an unknown email"
        )


@pytest.mark.rules("AUTH-11")
@pytest.mark.parametrize("client_type", ["web", "mobile"])
def test_a_disabled_user_cannot_log_in(world: World, expect: Expect, client_type: str) -> None:
    invited = users.invite(world)
    path, credentials = f"{USERS}/{invited['user']['id']}", users.credentials(invited)
    for enabled in (False, True, False):
        world.admin.patch(path, {"enabled": enabled})
        answer = try_login(world, credentials, client_type=client_type)
        if enabled:
            expect("AUTH-11", answer.is_(200), "200 once enabled again", answer)
        else:
            expect("AUTH-11", answer.is_(403, "account_disabled"), "403 account_disabled", answer)
            expect("AUTH-11", "token" not in answer.text and not cookies(answer), "no token", answer)


@pytest.mark.rules("AUTH-12")
@pytest.mark.parametrize("known", [True, False])
def test_too_many_attempts_are_429_rate_limited(world: World, expect: Expect, known: bool) -> None:
    credentials = {**(new_credentials(world) if known else unknown_credentials(world)), "password": "wrong"}
    answers = [try_login(world, credentials) for _ in range(7)]
    for answer in answers[-2:]:
        expect("AUTH-12", answer.is_(429, "rate_limited"), "429 rate_limited", answer)


@pytest.mark.rules("RL-03")
def test_an_email_has_five_attempts_in_15_minutes(world: World, expect: Expect) -> None:
    credentials, other = unknown_credentials(world), unknown_credentials(world)
    with world.frozen_clock():
        for _ in range(5):
            answer = try_login(world, credentials)
            expect("RL-03", answer.is_(401), "401 for the first five attempts", answer)
        for seconds in (0, 1, 890):
            world.advance(seconds)
            answer = try_login(world, credentials)
            expect("RL-03", answer.is_(429), "429 within 15 minutes", answer)
        answer = try_login(world, other)
        expect("RL-03", answer.is_(401), "401 for another email", answer)
        world.advance(10)
        for _ in range(5):
            answer = try_login(world, credentials)
            expect("RL-03", answer.is_(401), "401 for five more attempts after 15 minutes", answer)
        answer = try_login(world, credentials)
        expect("RL-03", answer.is_(429), "429 for one more", answer)
