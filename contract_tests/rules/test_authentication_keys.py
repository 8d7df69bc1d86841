"""The API keys of service accounts, as the API lists them."""

from datetime import datetime
from typing import Any

import pytest

from contract_tests.actors import Answer
from contract_tests.document import ROLES
from contract_tests.expectations import Expect
from contract_tests.steps.answers import UNKNOWN_ID, is_time, is_uuid
from contract_tests.world import API, EVENTS, World


def _path_to_keys(world: World, role: str) -> str:
    return f"{API}/service-accounts/{world.user_ids[role]}/keys"


def _list_keys(world: World, role: str) -> Answer:
    return world.admin.get(_path_to_keys(world, role))


@pytest.mark.rules("AUTH-16")
@pytest.mark.parametrize("role", ROLES)
def test_a_prefix_is_the_first_8_characters_of_its_key(world: World, expect: Expect, role: str) -> None:
    token = world.actor(role).token or ""
    expect(
        "AUTH-16", token.startswith(("sk_live_", "sk_test_")), "a key that begins with sk_live_ or sk_test_", token[:8]
    )
    prefixes = [key["prefix"] for key in _list_keys(world, role)["keys"]]
    expect("AUTH-16", token[:8] in prefixes, f"{token[:8]} among the prefixes", prefixes)
    expect("AUTH-16", all(len(prefix) == 8 for prefix in prefixes), "prefixes of 8 characters", prefixes)


@pytest.mark.rules("AUTH-17")
def test_only_a_key_with_an_expiry_expires(world: World, expect: Expect) -> None:
    found = {role: _list_keys(world, role)["keys"] for role in ROLES}
    unlimited = [role for role, keys in found.items() if len(keys) == 1 and keys[0]["expires_at"] is None]
    expect("AUTH-17", unlimited, "keys without an expiry", found)
    holder, expires_at = world.expiring
    expiries = {key["expires_at"] for keys in found.values() for key in keys if key["expires_at"]}
    expect("AUTH-17", expires_at in map(datetime.fromisoformat, expiries), f"{expires_at} among the expiries", expiries)
    world.advance(366 * 24 * 3600)
    answer = holder.get(EVENTS)
    expect("AUTH-17", answer.is_(401), "401 for the key that expired", answer)
    for role in unlimited:
        answer = world.actor(role).get(EVENTS)
        expect("AUTH-17", answer.is_(200), f"200 for the {role}, whose key has no expiry", answer)


@pytest.mark.rules("AUTH-18")
@pytest.mark.parametrize("role", ROLES)
def test_no_route_creates_or_revokes_a_key(world: World, expect: Expect, role: str) -> None:
    before = _list_keys(world, "operator").json
    path = _path_to_keys(world, "operator")
    calls = [
        ("POST", path),
        ("DELETE", path),
        *((method, f"{path}/{key['id']}") for key in before["keys"][:1] for method in ("DELETE", "PATCH")),
    ]
    for method, path_called in calls:
        answer = world.actor(role).call(
            method, path_called, **({"json": {"name": "Mine"}} if method != "DELETE" else {})
        )
        expect("AUTH-18", answer.status in (404, 405), f"no route {method} {path_called}", answer)
    expect.equal("AUTH-18", _list_keys(world, "operator").json, before, "the keys afterwards")
    expect("AUTH-18", world.operator.get(EVENTS).is_(200), "the key to work afterwards", "it does not")


@pytest.mark.rules("AUTH-19")
@pytest.mark.parametrize("role", ROLES)
def test_a_list_of_keys_shows_no_key_in_full(world: World, expect: Expect, role: str) -> None:
    token = world.actor(role).token or ""
    for _ in range(5):
        answer = _list_keys(world, role)
        expect("AUTH-19", answer["keys"], "the key to be listed", answer)
        expect("AUTH-19", token not in answer.text, "no more than its prefix", "the key")
        expect("AUTH-19", token[8:20] not in answer.text, "no more than its prefix", "a part of the key")


@pytest.mark.rules("AUTH-20")
@pytest.mark.parametrize("role", ROLES)
def test_keys_are_listed_with_id_prefix_name_and_created_at(world: World, expect: Expect, role: str) -> None:
    answer = _list_keys(world, role)
    expect("AUTH-20", answer.is_(200), "200", answer)
    expect("AUTH-20", answer["keys"], "the key of the account", answer)
    shapes: dict[str, Any] = {"id": is_uuid, "prefix": _is_text, "name": _is_text, "created_at": is_time}
    for key in answer["keys"]:
        wrong = [name for name, fits in shapes.items() if not fits(key.get(name))]
        expect("AUTH-20", not wrong, f"{', '.join(shapes)}", f"{wrong} in {key}")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


@pytest.mark.rules("AS-178")
def test_admins_list_keys_under_the_id_of_the_user(world: World, expect: Expect) -> None:
    for actor in (world.admin, world.owner):
        answer = actor.get(_path_to_keys(world, "viewer"))
        expect("AS-178", answer.is_(200) and answer["keys"], f"the viewer's keys for the {actor.name}", answer)
    for actor in (world.operator, world.viewer):
        answer = actor.get(_path_to_keys(world, actor.name))
        expect("AS-178", answer.is_(403, "forbidden"), f"403 forbidden for the {actor.name}", answer)
    known: list[str] = []
    for role in ROLES:
        keys = _list_keys(world, role)["keys"]
        times = [key["created_at"] for key in keys]
        expect.equal("AS-178", times, sorted(times, reverse=True), "created_at")
        known += [key["id"] for key in keys]
    expect.equal("AS-178", len(set(known)), len(known), "the number of different keys")
    for other in (UNKNOWN_ID, world.outside.user_ids["operator"], known[0]):
        answer = world.admin.get(f"{API}/service-accounts/{other}/keys")
        expect("AS-178", answer.is_(404, "not_found"), "404 not_found", answer)
