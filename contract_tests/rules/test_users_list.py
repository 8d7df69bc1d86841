"""The list of users: which roles may read it, its pages, its items."""

from typing import Any

import pytest

from contract_tests.document import ROLES
from contract_tests.expectations import Expect
from contract_tests.steps import users
from contract_tests.steps.answers import all_rows, is_time, is_uuid, refused, rows
from contract_tests.world import USERS, World

FIELDS = {"id", "email", "display_name", "role", "enabled", "created_at"}


def find_listed(world: World, user_id: str) -> dict[str, object]:
    """Return the item of a user in the list, an empty one when there is none."""
    return next((row for row in all_rows(world.admin, USERS, limit=100) if row["id"] == user_id), {})


@pytest.mark.rules("USR-01")
def test_only_admins_and_the_owner_read_users_and_their_sessions(world: World, expect: Expect) -> None:
    user_id = users.invite(world)["user"]["id"]
    for path in (USERS, f"{USERS}/{user_id}", f"{USERS}/{user_id}/sessions"):
        for actor in (world.admin, world.owner):
            answer = actor.get(path)
            expect("USR-01", answer.is_(200), f"200 for the {actor.name} from {path}", answer)
        for actor in (world.operator, world.viewer, world.anonymous):
            answer = actor.get(path)
            expect("USR-01", refused(answer), f"the {actor.name} to be refused by {path}", answer)


@pytest.mark.rules("USR-02")
def test_a_page_has_20_users_or_as_many_as_the_limit(world: World, expect: Expect) -> None:
    for _ in range(18):
        users.invite(world)
    first = world.admin.get(USERS)
    expect("USR-02", len(rows(first)) == 20, "20 users on the first page", first)
    expect("USR-02", isinstance(first["total"], int) and first["total"] > 20, "a total above 20", first)
    expect("USR-02", isinstance(first["next_cursor"], str), "a next_cursor", first)
    for limit in (1, 7, 20, 100):
        answer = world.admin.get(USERS, limit=limit)
        wanted = min(limit, first["total"])
        expect("USR-02", answer.is_(200) and len(rows(answer)) == wanted, f"{wanted} users for limit {limit}", answer)
    for limit in (0, 101, -1):
        answer = world.admin.get(USERS, limit=limit)
        expect("USR-02", refused(answer), f"limit {limit} to be refused", answer)


@pytest.mark.rules("USR-03")
def test_an_item_has_the_values_of_the_invitation(world: World, expect: Expect) -> None:
    grants = {"viewer": {"site_ids": world.granted[:1]}}
    for role in ROLES[:-1]:
        body = users.new_invitation(world, role=role, **grants.get(role, {}))
        user_id = world.admin.post(USERS, body)["user"]["id"]
        item = find_listed(world, user_id)
        wanted = {name: body[name] for name in ("email", "display_name", "role")} | {"enabled": True}
        found = {name: item.get(name) for name in wanted}
        expect("USR-03", found == wanted, f"an item with {wanted}", item)
    world.admin.patch(f"{USERS}/{user_id}", {"enabled": False})
    expect.equal("USR-03", find_listed(world, user_id).get("enabled"), False, "enabled of a disabled user")


@pytest.mark.rules("USR-03")
def test_every_item_has_its_fields(world: World, expect: Expect) -> None:
    users.invite(world)
    for item in rows(world.admin.get(USERS, limit=100)):
        expect("USR-03", item.keys() >= FIELDS, f"the fields {sorted(FIELDS)}", item)
        expect(
            "USR-03", is_uuid(item["id"]) and is_time(item["created_at"]), "a UUID as id and a time as created_at", item
        )
        texts = isinstance(item["display_name"], str) and "@" in str(item["email"])
        expect(
            "USR-03",
            texts and isinstance(item["enabled"], bool),
            "a display_name, an email and a boolean as enabled",
            item,
        )


@pytest.mark.rules("USR-04")
def test_listing_users_is_403_below_admin_and_401_without_a_token(world: World, expect: Expect) -> None:
    for actor in (world.operator, world.viewer):
        answer = actor.get(USERS)
        expect("USR-04", answer.is_(403, "forbidden"), f"403 forbidden for the {actor.name}", answer)
    for actor in (world.anonymous, world.intruder):
        answer = actor.get(USERS)
        expect("USR-04", answer.is_(401, "auth_required"), f"401 auth_required for the {actor.name}", answer)
    expect("USR-04", world.admin.get(USERS).is_(200), "200 for the admin")


@pytest.mark.rules("USR-06", "ROLE-01")
def test_every_user_has_one_of_the_four_roles(world: World, expect: Expect) -> None:
    found = [row.get("role") for row in all_rows(world.admin, USERS, limit=100)]
    expect("USR-06", set(found) <= set(ROLES), f"roles among {ROLES}", found)
    expect("ROLE-01", set(found) <= set(ROLES), f"roles among {ROLES}", found)


@pytest.mark.rules("ROLE-01", "ROLE-02")
@pytest.mark.own_org
def test_an_org_has_users_of_every_role_and_one_owner(world: World, expect: Expect) -> None:
    found = {row["id"]: row["role"] for row in rows(world.admin.get(USERS, limit=100))}
    for role in ROLES:
        expect.equal("ROLE-01", found.get(world.user_ids[role]), role, f"the role of the {role}")
    expect.equal("ROLE-02", list(found.values()).count("owner"), 1, "the number of owners")


@pytest.mark.rules("AS-141")
def test_users_are_listed_newest_first(world: World, expect: Expect) -> None:
    made = []
    for _ in range(4):
        world.advance(2)
        made.append(users.invite(world)["user"]["id"])
    world.admin.patch(f"{USERS}/{made[0]}", {"display_name": "Later"})
    found = rows(world.admin.get(USERS, limit=100))
    expect.equal("AS-141", [row["id"] for row in found[:4]], made[::-1], "the newest four users")
    times = [row["created_at"] for row in found]
    expect.equal("AS-141", times, sorted(times, reverse=True), "created_at")


@pytest.mark.rules("AS-155")
@pytest.mark.parametrize("part", ["", "/sessions"])
def test_a_user_of_another_org_is_404_not_found(world: World, expect: Expect, part: str) -> None:
    path = f"{USERS}/{users.invite(world.outside)['user']['id']}{part}"
    before = world.outside.admin.get(path).json
    calls: list[tuple[str, str, dict[str, Any]]] = [("GET", path, {})]
    if not part:
        calls += [("PATCH", path, {"json": {"enabled": False}}), ("DELETE", path, {})]
    for method, route, sent in calls:
        for actor in (world.admin, world.owner):
            answer = actor.call(method, route, **sent)
            expect("AS-155", answer.is_(404, "not_found"), f"404 not_found for {method}", answer)
    expect.equal("AS-155", world.outside.admin.get(path).json, before, "the answer in the own org afterwards")
