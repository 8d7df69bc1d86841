"""Inviting a user: the input, the answer, and the new user."""

import string
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.expectations import Expect
from contract_tests.steps import logins, sessions, users
from contract_tests.steps.answers import UNKNOWN_ID, all_rows, is_uuid, refused, rows
from contract_tests.verdicts import Unavailable
from contract_tests.world import CAMERAS, LOGIN, USERS, World

INVALID_INPUT = "400 validation_error"
_SPECIAL = set(string.punctuation)


def emails(world: World) -> list[str]:
    """Return the emails of all users of the org."""
    return [row["email"] for row in all_rows(world.admin, USERS, limit=100)]


def password(invited: dict[str, Any]) -> str:
    """Return the temporary password of an invited user. Raises Unavailable where it is sent by mail."""
    return str(users.credentials(invited)["password"])


def _invitation_with_sites(world: World, role: str, sites: list[str] | None) -> dict[str, Any]:
    """Return the body of an invitation with site_ids, or without for None."""
    return users.new_invitation(world, role=role, **({} if sites is None else {"site_ids": sites}))


@pytest.mark.rules("USR-05")
@given(size=st.integers(0, 130))
@example(size=0)
@example(size=1)
@example(size=100)
@example(size=101)
def test_a_display_name_has_1_to_100_characters(world: World, expect: Expect, size: int) -> None:
    body = users.new_invitation(world, display_name="ü" * size)
    answer = world.admin.post(USERS, body)
    if 1 <= size <= 100:
        expect("USR-05", answer.is_(201), f"a name of {size} characters to be accepted", answer)
        expect.equal("USR-05", answer["user"]["display_name"], body["display_name"], "the name")
    else:
        expect("USR-05", refused(answer), f"a name of {size} characters to be refused", answer)


@pytest.mark.rules("USR-05")
def test_an_email_must_be_an_address(world: World, expect: Expect) -> None:
    for wrong in ("", "nobody", "@example.com", "nobody@", "a b@example.com", f"{'x' * 250}@example.com", 7, None):
        answer = world.admin.post(USERS, users.new_invitation(world, email=wrong))
        expect("USR-05", refused(answer), f"{wrong!r:.40} to be refused", answer)
    for pattern in ("{}@example.com", "{}+tag@example.com", "a.{}@sub.example.co.uk"):
        valid = pattern.format(world.name("user").replace(" ", "-"))
        answer = world.admin.post(USERS, users.new_invitation(world, email=valid))
        expect("USR-05", answer.is_(201), f"{valid} to be accepted", answer)
        expect.equal("USR-05", str(answer["user"]["email"]).lower(), valid.lower(), "the email")


@pytest.mark.own_org
@pytest.mark.rules("USR-05", "AUTH-04")
def test_an_email_has_at_most_254_characters(world: World, expect: Expect) -> None:
    """RFC 5321 allows a path of 256 characters, two of which are its angle brackets (4.5.3.1.3)."""
    for size, accepted in ((253, True), (254, True), (255, False)):
        email = f"{'x' * 64}@{'.'.join(['d' * 60] * 3)}.".ljust(size - 4, "e") + ".com"
        answer = world.admin.post(USERS, users.new_invitation(world, email=email))
        expect("USR-05", answer.is_(201 if accepted else 400), f"an email of {size} characters: {accepted}", answer)
        answer = world.anonymous.post(LOGIN, {"email": email, "password": "wrong"})
        expect("AUTH-04", answer.is_(401 if accepted else 400), f"an email of {size} characters: {accepted}", answer)


@pytest.mark.rules("USR-06")
def test_admin_operator_and_viewer_are_accepted_and_unknown_roles_refused(world: World, expect: Expect) -> None:
    for role in ("admin", "operator", "viewer"):
        answer = world.admin.post(USERS, users.new_invitation(world, role=role, site_ids=world.granted[:1]))
        expect("USR-06", answer.is_(201) and answer["user"]["role"] == role, f"201 with the role {role}", answer)
    for wrong in ("emperor", "Admin", "platform_admin", "", None, 1):
        answer = world.admin.post(USERS, users.new_invitation(world, role=wrong))
        expect("USR-06", refused(answer), f"the role {wrong!r} to be refused", answer)


@pytest.mark.rules("USR-07")
def test_inviting_a_viewer_needs_sites(world: World, expect: Expect) -> None:
    missing: tuple[list[str] | None, ...] = (None, [])
    for sites in missing:
        answer = world.admin.post(USERS, _invitation_with_sites(world, "viewer", sites))
        expect("USR-07", refused(answer), f"a viewer with site_ids {sites} to be refused", answer)
    granted = [world.sites[-1]]
    invited = users.invite(world, role="viewer", site_ids=granted)
    seen = rows(logins.logged_in(world, users.log_in(world, invited)).get(CAMERAS, limit=100))
    expect.equal("USR-07", {row["site_id"] for row in seen}, set(granted), "the sites that the viewer sees")


@pytest.mark.rules("USR-07")
def test_sites_are_ignored_for_other_roles(world: World, expect: Expect) -> None:
    everywhere = {row["id"] for row in rows(world.operator.get(CAMERAS, limit=100))}
    for role in ("operator", "admin"):
        for sites in (None, [], world.sites[-1:]):
            answer = world.admin.post(USERS, _invitation_with_sites(world, role, sites))
            expect("USR-07", answer.is_(201), f"an {role} with site_ids {sites} to be accepted", answer)
        login = users.log_in(world, answer.json)
        seen = {row["id"] for row in rows(logins.logged_in(world, login).get(CAMERAS, limit=100))}
        expect.equal("USR-07", seen, everywhere, f"the cameras that the {role} sees")


@pytest.mark.rules("USR-08")
def test_an_invitation_answers_with_the_user(world: World, expect: Expect) -> None:
    for role in ("operator", "admin"):
        body = users.new_invitation(world, role=role)
        answer = world.admin.post(USERS, body)
        expect("USR-08", answer.is_(201), "201", answer)
        user = answer["user"]
        wanted = {**body, "enabled": True}
        expect("USR-08", is_uuid(user.get("id")) and {**user, **wanted} == user, f"a user with {wanted}", answer)
        expect("USR-08", isinstance(answer["invitation_sent"], bool), "a boolean as invitation_sent", answer)
        read = world.admin.get(f"{USERS}/{user['id']}")
        expect("USR-08", read.is_(200) and {**read.json, **user} == read.json, "the user to exist", read)


@pytest.mark.rules("USR-09")
@pytest.mark.parametrize("field", ["email", "display_name", "role"])
def test_missing_and_invalid_fields_are_a_validation_error(world: World, expect: Expect, field: str) -> None:
    body = users.new_invitation(world)
    lacking = {name: body[name] for name in body if name != field}
    for wrong in (lacking, {**body, field: None}, {**body, field: 7}, {**body, field: ""}, {**body, "role": "boss"}):
        answer = world.admin.post(USERS, wrong)
        expect("USR-09", answer.is_(400, "validation_error"), INVALID_INPUT, answer)
    expect("USR-09", world.admin.post(USERS, body).is_(201), "201 for the valid invitation")


@pytest.mark.rules("USR-10")
@pytest.mark.parametrize("enabled", [True, False])
def test_an_email_in_use_is_a_conflict(world: World, expect: Expect, enabled: bool) -> None:
    user = users.invite(world)["user"]
    world.admin.patch(f"{USERS}/{user['id']}", {"enabled": enabled})
    for role in ("operator", "admin"):
        for actor in (world.admin, world.owner):
            answer = actor.post(USERS, users.new_invitation(world, email=user["email"], role=role))
            expect("USR-10", answer.is_(409, "conflict"), "409 conflict", answer)


@pytest.mark.rules("USR-17")
@pytest.mark.parametrize("enabled", [True, False])
def test_a_refused_invitation_keeps_the_user_with_the_email(world: World, expect: Expect, enabled: bool) -> None:
    user = users.invite(world)["user"]
    path = f"{USERS}/{user['id']}"
    world.admin.patch(path, {"enabled": enabled})
    before = world.admin.get(path).json
    for role in ("operator", "admin"):
        for actor in (world.admin, world.owner):
            actor.post(USERS, users.new_invitation(world, email=user["email"], role=role))
    expect.equal("USR-17", world.admin.get(path).json, before, "the user after a refused invitation")
    expect.equal("USR-17", emails(world).count(before["email"]), 1, "the number of users with the email")
    answer = world.admin.patch(path, {"role": "admin", "enabled": True})
    expect("USR-17", answer.is_(200) and answer["role"] == "admin", "200 for a change of the user", answer)


@pytest.mark.rules("USR-14")
def test_no_user_is_invited_as_an_owner(world: World, expect: Expect) -> None:
    for actor in (world.admin, world.owner):
        for more in ({}, {"site_ids": world.granted[:1]}):
            body = users.new_invitation(world, role="owner", **more)
            answer = actor.post(USERS, body)
            expect("USR-14", refused(answer), f"the {actor.name} to be refused", answer)
            expect("USR-14", body["email"] not in emails(world), "no new user", body["email"])


@pytest.mark.rules("USR-16")
def test_without_mail_only_the_invitation_shows_the_password(world: World, expect: Expect) -> None:
    invited = users.invite(world)
    if invited.get("invitation_sent"):
        expect("USR-16", "temporary_password" not in invited, "no password beside an invitation by mail", invited)
        raise Unavailable("the target sends invitations by mail")
    expect("USR-16", isinstance(invited.get("temporary_password"), str), "a temporary password", invited)
    login = sessions.try_login(world, invited)
    expect("USR-16", login.is_(200), "a login with the temporary password", login)
    temporary_password = invited["temporary_password"]
    again = world.admin.post(USERS, users.new_invitation(world, email=invited["user"]["email"]))
    changed = world.admin.patch(sessions.path_to(invited), {"display_name": "Renamed"})
    for answer in (world.admin.get(sessions.path_to(invited)), world.admin.get(USERS, limit=100), again, changed):
        expect("USR-16", temporary_password not in answer.text, "no password in any other answer", answer)
        expect("USR-16", "temporary_password" not in answer.text, "no password in any other answer", answer)


@pytest.mark.rules("USR-29", "AS-156")
def test_a_temporary_password_is_hard_to_guess(world: World, expect: Expect) -> None:
    made = [password(users.invite(world)) for _ in range(6)]
    for found in made:
        kinds = (str.isupper, str.islower, str.isdigit, _SPECIAL.__contains__)
        complete = all(any(is_kind(letter) for letter in found) for is_kind in kinds)
        expect("USR-29", len(found) >= 8 and complete, "8 characters or more, of every kind", found)
        expect.equal("AS-156", len(found), 12, "the length")
    expect.equal("AS-156", len(set(made)), len(made), "the number of different passwords")


@pytest.mark.rules("AS-143")
def test_emails_are_compared_without_case(world: World, expect: Expect) -> None:
    body = users.new_invitation(world)
    upper_case = body["email"].upper()
    first = world.admin.post(USERS, {**body, "email": upper_case})
    expect("AS-143", first.is_(201) and first["user"]["email"] == body["email"].lower(), "a lower-case email", first)
    for email in (body["email"], upper_case, body["email"].title()):
        answer = world.admin.post(USERS, {**body, "email": email})
        expect("AS-143", answer.is_(409, "conflict"), f"409 conflict for {email}", answer)
    elsewhere = world.outside.admin.post(USERS, body)
    expect("AS-143", elsewhere.is_(201), "201 in another org", elsewhere)


@pytest.mark.rules("AS-149")
def test_a_viewer_is_granted_sites_of_the_org_only(world: World, expect: Expect) -> None:
    for wrong in (UNKNOWN_ID, world.outside.sites[0], world.cameras()[0]):
        body = users.new_invitation(world, role="viewer", site_ids=[world.sites[0], wrong])
        answer = world.admin.post(USERS, body)
        expect("AS-149", answer.is_(400, "validation_error"), INVALID_INPUT, answer)
        expect.equal("AS-149", list(answer["field_errors"]), ["site_ids.1"], "the fields in field_errors")
        expect("AS-149", body["email"] not in emails(world), "no new user", body["email"])
