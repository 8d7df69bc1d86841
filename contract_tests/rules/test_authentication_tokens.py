"""The tokens of a login: refreshing them, and what an access token gives access to."""

import jwt
import pytest

from contract_tests.actors import Actor
from contract_tests.document import ROLES
from contract_tests.expectations import Expect
from contract_tests.steps import users
from contract_tests.steps.logins import (
    LOGOUT,
    ME,
    cookies,
    logged_in,
    new_credentials,
    refresh,
    refresh_by_cookie,
    try_login,
)
from contract_tests.world import ALERTS, CAMERAS, EVENTS, GATEWAYS, RULES, SITES, USERS, WEBHOOKS, World

_LISTS = (EVENTS, ALERTS, RULES, GATEWAYS, CAMERAS, SITES, USERS, WEBHOOKS)


@pytest.mark.rules("AUTH-13")
def test_an_app_gets_new_tokens_for_its_refresh_token(world: World, expect: Expect) -> None:
    login = try_login(world, new_credentials(world), client_type="mobile")
    user = logged_in(world, login).get(ME).json
    for _ in range(3):
        before, login = login, refresh(world, login["refresh_token"])
        expect("AUTH-13", login.is_(200), "200", login)
        for name in ("access_token", "refresh_token"):
            expect("AUTH-13", login[name] and login[name] != before[name], f"a new {name}", login)
        expect.equal("AUTH-13", logged_in(world, login).get(ME).json, user, "the caller by the new access token")


@pytest.mark.rules("AUTH-13")
def test_a_browser_gets_new_tokens_for_its_cookie(world: World, expect: Expect) -> None:
    login = try_login(world, new_credentials(world))
    user = logged_in(world, login).get(ME).json
    for _ in range(3):
        sent = cookies(login)
        expect("AUTH-13", sent, "a cookie", login.headers)
        before, login = login, refresh_by_cookie(world, sent[0])
        expect("AUTH-13", login.is_(200), "200", login)
        expect("AUTH-13", login["access_token"] != before["access_token"], "a new access_token", login)
        expect.equal("AUTH-13", logged_in(world, login).get(ME).json, user, "the caller by the new access token")


def _key_and_login(world: World, role: str) -> tuple[Actor, Actor]:
    """Return an actor with the role's key, and one logged in with the same role and sites."""
    sites = {"site_ids": world.granted} if role == "viewer" else {}
    return world.actor(role), logged_in(world, users.log_in(world, users.invite(world, role=role, **sites)))


@pytest.mark.rules("AUTH-14")
@pytest.mark.parametrize("role", ["admin", "operator", "viewer"])
def test_a_key_and_an_access_token_give_the_same_access(world: World, expect: Expect, role: str) -> None:
    by_key, by_login = _key_and_login(world, role)
    for path in _LISTS:
        wanted, answer = by_key.get(path), by_login.get(path)
        expect("AUTH-14", wanted.status in (200, 403), "200 or 403 for the key", wanted)
        expect.equal("AUTH-14", answer.status, wanted.status, f"the status of {path} with an access token")
    allowed = role != "viewer"
    for actor in (by_key, by_login):
        answer = actor.post(
            f"{GATEWAYS}/generate-pairing-code", {"name": world.name("gateway"), "site_id": world.sites[0]}
        )
        expect("AUTH-14", answer.is_(201 if allowed else 403), f"what a {role} may do", answer)


@pytest.mark.rules("AUTH-14")
def test_an_access_token_of_a_viewer_shows_granted_sites_only(world: World, expect: Expect) -> None:
    by_key, by_login = _key_and_login(world, "viewer")
    for path, name in ((SITES, "id"), (GATEWAYS, "site_id"), (CAMERAS, "site_id")):
        seen = {row[name] for actor in (by_key, by_login) for row in actor.get(path)["data"]}
        expect("AUTH-14", seen <= set(world.granted), f"granted sites only in {path}", seen)
    shown = [sorted(row["id"] for row in actor.get(SITES)["data"]) for actor in (by_key, by_login)]
    expect.equal("AUTH-14", shown[1], shown[0], "the sites that an access token shows")


@pytest.mark.rules("AUTH-14")
def test_an_access_token_is_a_jwt(world: World, expect: Expect) -> None:
    for client_type in ("web", "mobile"):
        token = try_login(world, new_credentials(world), client_type=client_type)["access_token"]
        try:
            payload = jwt.decode(token, options={"verify_signature": False})
        except jwt.InvalidTokenError as error:
            payload, token = {}, str(error)
        expect("AUTH-14", payload.get("sub") and payload.get("exp"), "a JWT with sub and exp", token)
        expect("AUTH-14", jwt.get_unverified_header(token)["alg"].lower() != "none", "a signed JWT", token)


@pytest.mark.rules("AUTH-15")
@pytest.mark.parametrize("role", ROLES)
def test_using_a_key_begins_no_session(world: World, expect: Expect, role: str) -> None:
    key, user_id = world.actor(role), world.user_ids[role]
    before = key.get(ME).json
    expect.equal("AUTH-15", before.get("role"), role, "the key's role")
    for path in _LISTS:
        key.get(path)
    expect.equal("AUTH-15", users.sessions(world, user_id), [], "the sessions after the calls of a key")
    answer = key.get(EVENTS)
    expect("AUTH-15", answer.is_(200) and not cookies(answer), "200 and no cookie", answer)
    other_login = users.log_in(world, users.invite(world))
    expect("AUTH-15", logged_in(world, other_login).get(ME).is_(200), "another user to log in", other_login)
    expect.equal("AUTH-15", key.get(ME).json, before, "what the key shows of itself")


@pytest.mark.rules("RL-01")
def test_the_access_tokens_of_a_user_share_a_rate_limit(world: World, expect: Expect) -> None:
    org = world.fresh(limited=True)
    with org.frozen_clock():
        credentials, other = org.credentials("operator"), new_credentials(org)
        sessions = [logged_in(org, try_login(org, credentials)) for _ in range(2)]
        others = [org.operator, logged_in(org, try_login(org, other))]
        org.settings(rate_limit_burst=3, rate_limit_per_minute=60)
        statuses = [sessions[number % 2].get(EVENTS).status for number in range(5)]
        expect.equal("RL-01", statuses, [200] * 3 + [429] * 2, "the statuses of two sessions of one user")
        for actor in others:
            answer = actor.get(EVENTS)
            expect("RL-01", answer.is_(200), "200 for a key and for another user", answer)


@pytest.mark.repeats
@pytest.mark.rules("AUTH-02")
@pytest.mark.parametrize("role", ROLES)
def test_the_token_of_any_role_opens_the_way_out(world: World, expect: Expect, role: str) -> None:
    login = try_login(world, world.credentials(role), client_type="mobile")
    answer = logged_in(world, login).call("POST", LOGOUT)
    expect("AUTH-02", answer.is_(204), "204", answer)
    answer = refresh(world, login["refresh_token"])
    expect("AUTH-02", answer.is_(401), "401 for the refresh token of a session that was ended", answer)
