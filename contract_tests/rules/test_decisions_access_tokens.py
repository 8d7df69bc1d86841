"""Decisions about access tokens: how long they are valid, and which tokens are refused."""

from collections.abc import Callable
from datetime import datetime

import pytest

from contract_tests.actors import Answer
from contract_tests.expectations import Expect
from contract_tests.steps import users
from contract_tests.steps.logins import (
    LOGOUT,
    ME,
    REFRESH,
    cookies,
    forged_tokens,
    logged_in,
    new_credentials,
    refresh,
    try_login,
)
from contract_tests.world import EVENTS, GATEWAYS, USERS, World

UNAUTHORIZED = "401 auth_required"


@pytest.mark.rules("AS-169")
@pytest.mark.parametrize("refreshed", [False, True])
def test_an_access_token_is_valid_until_expires_at(world: World, expect: Expect, refreshed: bool) -> None:
    with world.frozen_clock():
        login = try_login(world, new_credentials(world), client_type="mobile")
        if refreshed:
            world.advance(3600)
            login = refresh(world, login["refresh_token"])
        left = (datetime.fromisoformat(login["expires_at"]) - datetime.fromisoformat(world.now())).total_seconds()
        expect("AS-169", 899 <= left <= 900, "an expires_at 15 minutes ahead", left)
        world.advance(left - 1)
        for path in (ME, EVENTS):
            answer = logged_in(world, login).get(path)
            expect("AS-169", answer.is_(200), "200 a second before expires_at", answer)
        for seconds in (1, 30, 3600):
            world.advance(seconds)
            answer = logged_in(world, login).get(EVENTS)
            expect("AS-169", answer.is_(401, "auth_required"), f"{UNAUTHORIZED} from expires_at on", answer)


@pytest.mark.rules("AS-170")
def test_a_forged_token_is_refused(world: World, expect: Expect) -> None:
    login = try_login(world, new_credentials(world), client_type="mobile")
    for what, token in forged_tokens(login["access_token"]).items():
        forger = world.actor_with_token("forger", token)
        for method, path in (("GET", ME), ("GET", EVENTS), ("POST", f"{GATEWAYS}/generate-pairing-code")):
            answer = forger.call(method, path)
            expect("AS-170", answer.is_(401, "auth_required"), f"{UNAUTHORIZED} for a token with {what}", answer)
    for what, token in forged_tokens(login["refresh_token"]).items():
        answer = refresh(world, token)
        expect("AS-170", answer.is_(401, "auth_required"), f"{UNAUTHORIZED} for a refresh token with {what}", answer)
    answer = logged_in(world, login).get(ME)
    expect("AS-170", answer.is_(200), "200 for the token that was issued", answer)


@pytest.mark.rules("AS-171")
def test_a_refresh_token_is_no_access_token_nor_the_reverse(world: World, expect: Expect) -> None:
    app, browser = (try_login(world, new_credentials(world), client_type=kind) for kind in ("mobile", "web"))
    for token in (app["refresh_token"], cookies(browser)[0].value):
        for path in (ME, EVENTS):
            answer = world.actor_with_token("holder of a refresh token", token).get(path)
            expect("AS-171", answer.is_(401, "auth_required"), f"{UNAUTHORIZED} for a refresh token", answer)
    for token in (app["access_token"], browser["access_token"]):
        cookie = {"headers": {"Cookie": f"{cookies(browser)[0].key}={token}"}}
        for answer in (refresh(world, token), world.anonymous.call("POST", REFRESH, **cookie)):
            expect("AS-171", answer.is_(401, "auth_required"), f"{UNAUTHORIZED} for an access token", answer)
    for login in (app, browser):
        answer = logged_in(world, login).get(ME)
        expect("AS-171", answer.is_(200), "200 in the same session", answer)


def _log_out(world: World, login: Answer) -> None:
    logged_in(world, login).call("POST", LOGOUT)


def _revoke(world: World, login: Answer) -> None:
    user_id = login["user"]["id"]
    for session in users.sessions(world, user_id):
        world.admin.delete(f"{USERS}/{user_id}/sessions/{session['id']}")


@pytest.mark.rules("AS-173")
@pytest.mark.parametrize("end", [_log_out, _revoke])
def test_an_access_token_ends_with_its_session(
    world: World, expect: Expect, end: Callable[[World, Answer], None]
) -> None:
    for client_type in ("mobile", "web"):
        login = try_login(world, new_credentials(world), client_type=client_type)
        caller = logged_in(world, login)
        expect("AS-173", caller.get(EVENTS).is_(200), "the token to work", "it does not")
        end(world, login)
        for path in (ME, EVENTS, GATEWAYS):
            answer = caller.get(path)
            expect("AS-173", answer.is_(401, "auth_required"), UNAUTHORIZED, answer)


@pytest.mark.rules("AS-174")
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_an_access_token_ends_with_its_user(world: World, expect: Expect, method: str) -> None:
    credentials = new_credentials(world)
    logins = [try_login(world, credentials, client_type=kind) for kind in ("mobile", "web")]
    path = f"{USERS}/{logins[0]['user']['id']}"
    for caller in (logged_in(world, login) for login in logins):
        expect("AS-174", caller.get(EVENTS).is_(200), "the token to work", "it does not")
    world.admin.call(method, path, **({"json": {"enabled": False}} if method == "PATCH" else {}))
    for login in logins:
        for path_read in (ME, EVENTS):
            answer = logged_in(world, login).get(path_read)
            expect("AS-174", answer.is_(401, "auth_required"), UNAUTHORIZED, answer)
    answer = refresh(world, logins[0]["refresh_token"])
    expect("AS-174", answer.is_(401), "401 for a refresh", answer)
