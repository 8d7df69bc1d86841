"""The sessions of a user: how many there can be, their fields, and how they end."""

import pytest

from contract_tests.expectations import Expect
from contract_tests.steps import sessions, users
from contract_tests.steps.answers import UNKNOWN_ID, is_instant, is_time, is_uuid, parse_time, refused
from contract_tests.world import LOGIN, World

_DAY_SECONDS = 24 * 3600


@pytest.mark.rules("USR-13")
def test_sessions_are_revoked_one_at_a_time(world: World, expect: Expect) -> None:
    invited = users.invite(world)
    sessions.begin(world, invited, 3)
    path = f"{sessions.path_to(invited)}/sessions"
    left = sessions.listed_ids(world, invited)
    for method in ("DELETE", "POST", "PATCH", "PUT"):
        answer = world.admin.call(method, path, json={})
        expect("USR-13", refused(answer), f"no route {method} …/sessions", answer)
    expect.equal("USR-13", sessions.listed_ids(world, invited), left, "the sessions")
    for actor, revoked in ((world.admin, left[1]), (world.owner, left[0]), (world.admin, left[2])):
        answer = actor.delete(f"{path}/{revoked}")
        expect("USR-13", answer.is_(204), "204", answer)
        left.remove(revoked)
        expect.equal("USR-13", sessions.listed_ids(world, invited), left, "the sessions left")


@pytest.mark.rules("AS-153")
def test_revoking_a_session_of_another_user_is_404_not_found(world: World, expect: Expect) -> None:
    invited, other = users.invite(world), users.invite(world)
    for user in (invited, other):
        users.log_in(world, user)
    path = f"{sessions.path_to(invited)}/sessions"
    own, foreign = sessions.listed_ids(world, invited), sessions.listed_ids(world, other)
    for unknown in (UNKNOWN_ID, *foreign):
        answer = world.admin.delete(f"{path}/{unknown}")
        expect("AS-153", answer.is_(404, "not_found"), "404 not_found", answer)
    expect.equal("AS-153", sessions.listed_ids(world, invited), own, "the sessions")
    expect.equal("AS-153", sessions.listed_ids(world, other), foreign, "the other user's sessions")
    world.admin.delete(f"{path}/{own[0]}")
    again = world.admin.delete(f"{path}/{own[0]}")
    expect("AS-153", again.is_(404, "not_found"), "404 not_found once it is revoked", again)


@pytest.mark.rules("USR-18", "USR-19", "AS-151")
def test_a_sixth_session_replaces_the_oldest(world: World, expect: Expect) -> None:
    invited = users.invite(world)
    logins, order = [], []
    for count in range(1, 8):
        world.advance(sessions.ATTEMPTS_WINDOW_SECONDS if count == 6 else sessions.LOGIN_INTERVAL_SECONDS)
        login = sessions.try_login(world, invited)
        expect("USR-19", login.is_(200), "200 for a login with any number of sessions", login)
        logins.append(login)
        answer = world.admin.get(f"{sessions.path_to(invited)}/sessions")
        found = [session["id"] for session in answer["data"]]
        expect.equal("USR-18", len(found), min(count, 5), f"after {count} logins, the number of sessions")
        new = [one for one in found if one not in order]
        expect.equal("USR-18", len(new), 1, "the number of new sessions")
        order += new
        expect.equal("USR-19", set(found), set(order[-5:]), "the sessions, those of the latest logins,")
        expect.equal("AS-151", found, order[: -6 if count > 5 else None : -1], "the sessions, newest first,")
        expect.equal("AS-151", answer["total"], len(found), "total")
    for login in logins[:2]:
        answer = sessions.refresh(world, login)
        expect("USR-19", answer.is_(401), "401 for a refresh of the replaced session", answer)
    for login in logins[2:]:
        answer = sessions.refresh(world, login)
        expect("USR-19", answer.is_(200), "200 for a refresh of a remaining session", answer)


@pytest.mark.rules("USR-18")
def test_sessions_of_one_user_do_not_count_for_another(world: World, expect: Expect) -> None:
    invited, other = users.invite(world), users.invite(world)
    users.log_in(world, other)
    sessions.begin(world, invited, 5)
    sessions.begin(world, other, 1)
    expect.equal("USR-18", len(sessions.listed_ids(world, invited)), 5, "the number of sessions")
    expect.equal("USR-18", len(sessions.listed_ids(world, other)), 2, "the number of the other user's sessions")


@pytest.mark.rules("USR-20")
def test_a_session_has_user_agent_and_created_at(world: World, expect: Expect) -> None:
    invited = users.invite(world)
    body = {**users.credentials(invited), "client_type": "mobile"}
    with world.frozen_clock():
        now = parse_time(world.now()).replace(microsecond=0)
        for agent in ("suite/1", "suite/2 (tests)"):
            world.anonymous.call("POST", LOGIN, json=body, headers={"User-Agent": agent})
        found = sessions.list_sessions(world, invited)
    expect.equal("USR-20", {one.get("user_agent") for one in found}, {"suite/1", "suite/2 (tests)"}, "user_agent")
    for one in found:
        times = is_time(one.get("created_at")) and is_time(one.get("last_used_at"))
        expect("USR-20", is_uuid(one.get("id")) and times, "a UUID as id and two times", one)
        for name in ("created_at", "last_used_at"):
            expect("USR-20", is_instant(world, parse_time(one[name]), now), f"{name} {now}, the time of the login", one)


@pytest.mark.rules("USR-20", "AS-152")
def test_a_session_has_the_time_of_its_last_use(world: World, expect: Expect) -> None:
    invited = users.invite(world)
    login = users.log_in(world, invited)
    first = sessions.list_sessions(world, invited)[0]
    for seconds in (60, 120, 240):
        world.advance(seconds)
        before = sessions.list_sessions(world, invited)[0]
        called = sessions.read_me(world, login)
        expect("AS-152", called.is_(200), "200", called)
        used = sessions.list_sessions(world, invited)[0]
        difference = parse_time(used["last_used_at"]) - parse_time(before["last_used_at"])
        expect("AS-152", difference.total_seconds() >= seconds - 1, f"last_used_at to move by {seconds} seconds", used)
        expect.equal("USR-20", used["created_at"], first["created_at"], "created_at")
    world.advance(60)
    answer = sessions.refresh(world, login)
    expect("USR-20", answer.is_(200), "200 for a refresh", answer)
    after = sessions.list_sessions(world, invited)[0]
    expect(
        "USR-20", parse_time(after["last_used_at"]) > parse_time(first["last_used_at"]), "a later last_used_at", after
    )


@pytest.mark.rules("USR-21", "AS-150")
def test_a_revoked_session_cannot_be_refreshed(world: World, expect: Expect) -> None:
    invited = users.invite(world)
    kept, revoked = sessions.begin(world, invited, 2)
    newest = sessions.listed_ids(world, invited)[0]
    expect("AS-150", sessions.read_me(world, revoked).is_(200), "200 before")
    world.admin.delete(f"{sessions.path_to(invited)}/sessions/{newest}")
    answer = sessions.read_me(world, revoked)
    expect("AS-150", answer.is_(401, "auth_required"), "401 auth_required with the access token", answer)
    answer = sessions.refresh(world, revoked)
    expect("USR-21", answer.is_(401), "401 for a refresh of the revoked session", answer)
    answer = sessions.read_me(world, kept)
    expect("AS-150", answer.is_(200), "200 with the access token of the other session", answer)
    answer = sessions.refresh(world, kept)
    expect("USR-21", answer.is_(200), "200 for a refresh of the other session", answer)


@pytest.mark.rules("USR-22")
def test_no_access_token_outlives_its_revoked_session_by_more_than_15_minutes(world: World, expect: Expect) -> None:
    invited = users.invite(world)
    login = users.log_in(world, invited)
    expect("USR-22", sessions.read_me(world, login).is_(200), "200 before")
    world.admin.delete(f"{sessions.path_to(invited)}/sessions/{sessions.listed_ids(world, invited)[0]}")
    for seconds in (15 * 60 + 1, 60):
        world.advance(seconds)
        answer = sessions.read_me(world, login)
        expect("USR-22", answer.is_(401), "401 with the access token", answer)


@pytest.mark.rules("USR-24")
def test_a_session_can_be_refreshed_for_30_days(world: World, expect: Expect) -> None:
    invited = users.invite(world)
    early, late = (users.log_in(world, invited, remember_me=True) for _ in range(2))
    world.advance(30 * _DAY_SECONDS - 60)
    answer = sessions.refresh(world, early)
    expect("USR-24", answer.is_(200), "200 for a refresh a minute before 30 days are over", answer)
    world.advance(120)
    answer = sessions.refresh(world, late)
    expect("USR-24", answer.is_(401), "401 for a refresh after 30 days", answer)


@pytest.mark.rules("AS-154")
@pytest.mark.parametrize(("remember_me", "days"), [(False, 7), (True, 30)])
def test_a_session_that_has_expired_is_not_listed(world: World, expect: Expect, remember_me: bool, days: int) -> None:
    invited = users.invite(world)
    users.log_in(world, invited, remember_me=remember_me)
    with world.frozen_clock():
        world.advance(days * _DAY_SECONDS - 60)
        expect.equal("AS-154", len(sessions.listed_ids(world, invited)), 1, "the number of sessions a minute before")
        session = sessions.listed_ids(world, invited)[0]
        world.advance(120)
        expect.equal("AS-154", sessions.listed_ids(world, invited), [], "the sessions a minute after")
    answer = world.admin.delete(f"{sessions.path_to(invited)}/sessions/{session}")
    expect("AS-154", answer.is_(404, "not_found"), "404 not_found for revoking the expired session", answer)
