"""Changing, disabling and deleting a user."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.expectations import Expect
from contract_tests.steps import logins, sessions, users
from contract_tests.steps.alert_rules import create
from contract_tests.steps.answers import JSON, refused, rows
from contract_tests.world import CAMERAS, EVENTS, RULES, USERS, World

INVALID_INPUT = "400 validation_error"
_CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "display_name": st.sampled_from(("Ada", "Grace")),
        "role": st.sampled_from(("viewer", "operator", "admin")),
        "enabled": st.booleans(),
    },
).filter(bool)


@pytest.mark.rules("USR-12")
def test_a_role_is_changed_by_patch_and_has_no_route_of_its_own(world: World, expect: Expect) -> None:
    path = sessions.path_to(users.invite(world))
    for actor in (world.admin, world.owner):
        for role in ("admin", "viewer", "operator"):
            answer = actor.patch(path, {"role": role})
            expect("USR-12", answer.is_(200) and answer["role"] == role, f"the role {role}", answer)
            expect.equal("USR-12", world.admin.get(path)["role"], role, "the role")
    for method in ("PUT", "POST", "PATCH"):
        answer = world.admin.call(method, f"{path}/role", json={"role": "viewer"})
        expect("USR-12", refused(answer), f"no route {method} …/role", answer)
    expect.equal("USR-12", world.admin.get(path)["role"], "operator", "the role")


@pytest.mark.rules("USR-23")
def test_a_disabled_user_cannot_log_in_and_keeps_their_data(world: World, expect: Expect) -> None:
    invited = users.invite(world)
    caller = logins.logged_in(world, users.log_in(world, invited))
    rule = create(world, caller, recipients=[{"type": "sms", "target": "+4930"}])
    before = world.admin.get(sessions.path_to(invited)).json
    answer = world.admin.patch(sessions.path_to(invited), {"enabled": False})
    expect("USR-23", answer.is_(200), "200", answer)
    for _ in range(2):
        refusal = sessions.try_login(world, invited)
        expect("USR-23", refusal.is_(403), "403 for a login", refusal)
    after = world.admin.get(sessions.path_to(invited))
    expect.equal("USR-23", after.json, {**before, "enabled": False}, "the user")
    kept = world.admin.get(f"{RULES}/{rule['id']}")
    expect.equal("USR-23", kept.json, rule.json, "the rule that they created")
    world.admin.patch(sessions.path_to(invited), {"enabled": True})
    login = sessions.try_login(world, invited)
    expect("USR-23", login.is_(200), "200 for a login once enabled again", login)


@pytest.mark.rules("AS-140")
@given(steps=st.lists(_CHANGES, min_size=1, max_size=4))
@example(steps=[{"role": "viewer"}, {"role": "admin"}, {"enabled": False}, {"display_name": "Ada"}])
def test_a_user_has_the_values_of_all_changes_until_deleted(world: World, expect: Expect, steps: list[JSON]) -> None:
    path = sessions.path_to(users.invite(world))
    known = world.admin.get(path).json
    for changes in steps:
        known |= changes
        expect.equal("AS-140", world.admin.patch(path, changes).json, known, "the answer")
        expect.equal("AS-140", world.admin.get(path).json, known, "the user")
    shown = next((row for row in rows(world.admin.get(USERS)) if row["id"] == known["id"]), None)
    expect.equal("AS-140", shown, known, "the user in the list")
    expect("AS-140", world.admin.delete(path).is_(204), "204 for the deletion")
    for answer in (world.admin.get(path), world.admin.delete(path), world.admin.patch(path, {"enabled": True})):
        expect("AS-140", answer.is_(404, "not_found"), "404 not_found afterwards", answer)
    found = [row["id"] for row in rows(world.admin.get(USERS))]
    expect("AS-140", known["id"] not in found, "the user not to be listed", found)


@pytest.mark.rules("AS-142", "ROLE-02")
@pytest.mark.parametrize(
    "change",
    [{"role": "admin"}, {"role": "viewer"}, {"enabled": False}, {"display_name": "Me", "enabled": False}, None],
    ids=str,
)
def test_the_owner_cannot_be_demoted_disabled_or_deleted(world: World, expect: Expect, change: JSON | None) -> None:
    path = f"{USERS}/{world.user_ids['owner']}"
    before = world.admin.get(path).json
    for actor in (world.admin, world.owner):
        answer = actor.delete(path) if change is None else actor.patch(path, change)
        expect("AS-142", answer.is_(400, "validation_error"), INVALID_INPUT, answer)
        found = world.admin.get(path)
        expect("ROLE-02", found.is_(200) and found["role"] == "owner", "the owner unchanged", found)
        expect.equal("AS-142", found.json, before, "the owner after a refusal")


@pytest.mark.rules("AS-142")
def test_the_owner_can_be_renamed(world: World, expect: Expect) -> None:
    path = f"{USERS}/{world.user_ids['owner']}"
    for change in ({"display_name": "The owner"}, {"enabled": True}):
        answer = world.admin.patch(path, change)
        expect(
            "AS-142", answer.is_(200) and {**answer.json, **change} == answer.json, f"{change} to be accepted", answer
        )


@pytest.mark.rules("ROLE-02")
def test_no_user_can_be_made_a_second_owner(world: World, expect: Expect) -> None:
    path = sessions.path_to(users.invite(world))
    for actor in (world.admin, world.owner):
        for body in ({"role": "owner"}, {"role": "owner", "display_name": "Owner"}):
            answer = actor.patch(path, body)
            expect("ROLE-02", refused(answer), "a second owner to be refused", answer)
            expect.equal("ROLE-02", world.admin.get(path)["role"], "operator", "the role")


@pytest.mark.rules("AS-144")
@pytest.mark.parametrize(
    "body",
    [{}, {"email": "other@example.com"}, {"site_ids": []}, {"password": "Other-password-1"}, {"id": "x"},
     {"enabled": "no"}, {"enabled": None}, {"display_name": ""}, {"display_name": "x" * 101}, {"role": "boss"},
     {"display_name": "Ada", "created_at": "2026-01-01T00:00:00Z"}],
    ids=lambda body: "-".join(body) or "nothing",
)  # fmt: skip
def test_no_other_field_of_a_user_can_be_changed(world: World, expect: Expect, body: JSON) -> None:
    path = sessions.path_to(users.invite(world))
    before = world.admin.get(path).json
    answer = world.admin.patch(path, body)
    expect("AS-144", answer.is_(400, "validation_error"), INVALID_INPUT, answer)
    expect.equal("AS-144", world.admin.get(path).json, before, "the user after a refusal")


@pytest.mark.rules("AS-145")
def test_a_changed_role_applies_from_the_next_call_on(world: World, expect: Expect) -> None:
    invited = users.invite(world)
    caller = logins.logged_in(world, users.log_in(world, invited))
    for role in ("admin", "operator", "admin", "viewer", "admin"):
        world.admin.patch(sessions.path_to(invited), {"role": role})
        answer = caller.get(USERS)
        wanted = 200 if role == "admin" else 403
        expect("AS-145", answer.is_(wanted), f"{wanted} for the list of users as {role}", answer)


@pytest.mark.rules("AS-146")
@pytest.mark.parametrize("between", ["operator", "admin"])
def test_a_former_viewer_has_no_sites_left(world: World, expect: Expect, between: str) -> None:
    invited = users.invite(world, role="viewer", site_ids=world.sites[:1])
    caller = logins.logged_in(world, users.log_in(world, invited))
    expect("AS-146", rows(caller.get(CAMERAS)), "the cameras of the granted site at first")
    for role in (between, "viewer"):
        world.admin.patch(sessions.path_to(invited), {"role": role})
    expect.equal("AS-146", rows(caller.get(CAMERAS)), [], "the cameras that the viewer sees")


@pytest.mark.rules("AS-147")
def test_no_token_of_a_disabled_user_is_valid(world: World, expect: Expect) -> None:
    invited = users.invite(world)
    login = users.log_in(world, invited)
    world.admin.patch(sessions.path_to(invited), {"enabled": False})
    for answer in (sessions.read_me(world, login), sessions.refresh(world, login)):
        expect("AS-147", answer.is_(401), "401 with the tokens of a disabled user", answer)
    world.admin.patch(sessions.path_to(invited), {"enabled": True})
    expect.equal("AS-147", sessions.listed_ids(world, invited), [], "the sessions once enabled again")
    for answer in (sessions.read_me(world, login), sessions.refresh(world, login)):
        expect("AS-147", answer.is_(401), "401 with the tokens of an ended session", answer)


@pytest.mark.rules("AS-147")
def test_the_key_of_a_disabled_user_is_refused(world: World, expect: Expect) -> None:
    path = f"{USERS}/{world.user_ids['operator']}"
    for enabled, status in ((False, 401), (True, 200), (False, 401)):
        world.admin.patch(path, {"enabled": enabled})
        answer = world.operator.get(EVENTS)
        expect("AS-147", answer.is_(status), f"{status} with the key where enabled is {enabled}", answer)


@pytest.mark.rules("AS-148")
def test_a_deleted_user_is_logged_out_and_their_email_is_free(world: World, expect: Expect) -> None:
    invited = users.invite(world)
    login = users.log_in(world, invited)
    world.admin.delete(sessions.path_to(invited))
    answers = (sessions.read_me(world, login), sessions.refresh(world, login), sessions.try_login(world, invited))
    for answer in answers:
        expect("AS-148", answer.is_(401), "401 for a deleted user", answer)
    invitation = world.admin.post(USERS, users.new_invitation(world, email=invited["user"]["email"]))
    expect("AS-148", invitation.is_(201), "201 for the email of the deleted user", invitation)
    for answer in (sessions.read_me(world, login), sessions.refresh(world, login)):
        expect("AS-148", answer.is_(401), "401 with the tokens of the deleted user", answer)
