"""Decisions about the definitions of webhooks, where the pages leave them open."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.actors import Actor, Answer
from contract_tests.expectations import Expect
from contract_tests.steps.answers import UNKNOWN_ID, all_rows, walk
from contract_tests.steps.webhooks import WEBHOOK_FIELDS, create, path_to
from contract_tests.world import WEBHOOKS, World

INVALID_INPUT = "400 validation_error"
MAX_URL_CHARACTERS = 2048
URL = "https://hooks.example.com/"
#: Every operation on one webhook: method, part of the path, body.
CALLS = (("GET", "", None), ("PATCH", "", {"name": "Mine"}), ("POST", "/test", None), ("POST", "/rotate-secret", None),
         ("DELETE", "", None))  # fmt: skip


def without_secret(webhook: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a created webhook that a read shows."""
    return {name: webhook[name] for name in WEBHOOK_FIELDS}


def send(actor: Actor, method: str, path: str, body: Any) -> Answer:
    """Make a call with a JSON body, or without one for None."""
    return actor.call(method, path, **({} if body is None else {"json": body}))


@pytest.mark.own_org
@pytest.mark.rules("AS-180")
def test_webhooks_are_listed_newest_first_with_the_fields_of_one(world: World, expect: Expect) -> None:
    made = []
    for number in range(7):
        made.append(without_secret(world.webhook(enabled=bool(number % 2))))
        world.advance(2)
    pages = walk(world.operator, WEBHOOKS, limit=3)
    expect.equal("AS-180", [row for page in pages for row in page], made[::-1], "the list")
    expect.equal("AS-180", [len(page) for page in pages], [3, 3, 1], "the sizes of the pages")
    expect.equal("AS-180", world.operator.get(WEBHOOKS, limit=2)["total"], 7, "total")
    for webhook in made:
        expect.equal("AS-180", world.operator.get(path_to(webhook["id"])).json, webhook, "the webhook")


@pytest.mark.rules("AS-181")
@pytest.mark.parametrize(
    "changes",
    [
        {"name": "New"},
        {"url": "https://new.example.com/"},
        {"event_types": ["camera_status", "alert"]},
        {"enabled": False},
        {"enabled": True, "event_types": ["gateway_status"]},
        {"name": "New", "url": "https://new.example.com/", "event_types": ["alert"], "enabled": False},
    ],
    ids="-".join,
)
@pytest.mark.parametrize("enabled", [True, False])
def test_a_change_changes_only_the_given_fields(
    world: World, expect: Expect, changes: dict[str, object], enabled: bool
) -> None:
    before = without_secret(world.webhook(enabled=enabled))
    answer = world.operator.patch(path_to(before["id"]), changes)
    expect("AS-181", answer.is_(200), "200", answer)
    expect.equal("AS-181", answer.json, {**before, **changes}, "the answer")
    expect.equal("AS-181", world.operator.get(path_to(before["id"])).json, answer.json, "the webhook")


@pytest.mark.rules("AS-182")
def test_a_deleted_webhook_is_404_not_found(world: World, expect: Expect) -> None:
    webhook_id, other = world.webhook()["id"], world.webhook()["id"]
    answer = world.operator.delete(path_to(webhook_id))
    expect("AS-182", answer.is_(204) and not answer.body, "204 without a body", answer)
    for method, part, body in CALLS:
        answer = send(world.admin if "secret" in part else world.operator, method, path_to(webhook_id, part), body)
        expect("AS-182", answer.is_(404, "not_found"), f"{method} {part} to be answered 404 not_found", answer)
    listed = [row["id"] for row in all_rows(world.operator, WEBHOOKS, limit=100)]
    expect("AS-182", webhook_id not in listed and other in listed, "the other webhook only in the list", listed)


@pytest.mark.rules("AS-183")
@pytest.mark.parametrize("enabled", [None, True, False])
def test_a_new_webhook_is_enabled_by_default(world: World, expect: Expect, enabled: bool | None) -> None:
    answer = create(world, enabled=enabled)
    wanted = enabled is not False
    expect.equal("AS-183", answer["enabled"], wanted, "enabled in the answer")
    expect.equal("AS-183", world.operator.get(path_to(answer["id"]))["enabled"], wanted, "enabled")


def _expect_refused(world: World, expect: Expect, rule: str, fields: dict[str, Any]) -> None:
    """State that creating and changing a webhook refuse these fields."""
    path = path_to(world.webhook()["id"])
    before = world.operator.get(path).json
    for answer in (create(world, **fields), world.operator.patch(path, fields)):
        expect(rule, answer.is_(400, "validation_error"), f"{fields} to be refused with {INVALID_INPUT}", answer)
        named = {name.partition(".")[0] for name in answer["field_errors"]}
        expect(rule, named & fields.keys(), f"an error of one of {sorted(fields)}", answer)
    expect.equal(rule, world.operator.get(path).json, before, "the webhook after a refusal")


def _expect_accepted(world: World, expect: Expect, rule: str, fields: dict[str, Any]) -> None:
    """State that creating and changing a webhook accept these fields."""
    path = path_to(world.webhook()["id"])
    for answer in (create(world, **fields), world.operator.patch(path, fields)):
        expect(rule, answer.status in (200, 201), f"{fields} to be accepted", answer)
        found = world.operator.get(path_to(answer["id"])).json
        expect(rule, {**found, **fields} == found, f"a webhook with {fields}", found)


@pytest.mark.rules("AS-184")
@pytest.mark.parametrize("types", [[], ["event", "event"], ["alert", "event", "alert"], "event", {}, 4])
def test_event_types_must_be_a_list_of_one_or_more_different_types(world: World, expect: Expect, types: object) -> None:
    _expect_refused(world, expect, "AS-184", {"event_types": types})


@pytest.mark.rules("AS-185")
@given(size=st.integers(0, 130))
@example(size=0)
@example(size=1)
@example(size=100)
@example(size=101)
def test_a_name_has_1_to_100_characters(world: World, expect: Expect, size: int) -> None:
    check = _expect_accepted if 1 <= size <= 100 else _expect_refused
    check(world, expect, "AS-185", {"name": "ü" * size})


@pytest.mark.rules("AS-186")
@pytest.mark.parametrize(
    ("url", "valid"),
    [
        ("https://user@hooks.example.com/", False),
        ("https://user:word@hooks.example.com/", False),
        ("https://hooks.example.com/#part", False),
        ("https://hooks.example.com#part", False),
        (URL + "x" * (MAX_URL_CHARACTERS + 1 - len(URL)), False),
        (URL + "x" * (MAX_URL_CHARACTERS - len(URL)), True),
        ("https://hooks.example.com", True),
        ("https://hooks.example.com:8443/a/b?c=d&e=@", True),
        ("https://[2001:db8::1]:8443/", True),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_url_has_no_credentials_no_fragment_and_at_most_2048_characters(
    world: World, expect: Expect, url: str, valid: bool
) -> None:
    (_expect_accepted if valid else _expect_refused)(world, expect, "AS-186", {"url": url})


@pytest.mark.rules("AS-187")
def test_a_viewer_may_not_use_webhooks(world: World, expect: Expect) -> None:
    webhook_id = world.webhook()["id"]
    before = world.operator.get(path_to(webhook_id)).json
    answers = [world.viewer.get(WEBHOOKS), create(world, world.viewer)]
    answers += [send(world.viewer, method, path_to(webhook_id, part), body) for method, part, body in CALLS]
    for answer in answers:
        expect("AS-187", answer.is_(403, "forbidden"), "403 forbidden", answer)
    expect.equal("AS-187", world.operator.get(path_to(webhook_id)).json, before, "the webhook afterwards")


@pytest.mark.rules("AS-188")
def test_a_webhook_of_another_org_is_404_not_found(world: World, expect: Expect) -> None:
    theirs = world.outside.webhook()["id"]
    before = world.outside.operator.get(path_to(theirs)).json
    for webhook_id in (theirs, UNKNOWN_ID):
        for method, part, body in CALLS:
            answer = send(world.admin, method, path_to(webhook_id, part), body)
            expect("AS-188", answer.is_(404, "not_found"), f"{method} {part} to be answered 404 not_found", answer)
    listed = [row["id"] for row in all_rows(world.operator, WEBHOOKS, limit=100)]
    expect("AS-188", theirs not in listed, "a list without it", listed)
    expect.equal("AS-188", world.outside.operator.get(path_to(theirs)).json, before, "the webhook afterwards")


@pytest.mark.rules("AS-190")
def test_a_disabled_webhook_cannot_be_tested(world: World, expect: Expect) -> None:
    webhook_id = world.webhook(enabled=False)["id"]
    answer = world.operator.post(path_to(webhook_id, "/test"), {})
    expect("AS-190", answer.is_(400, "validation_error"), INVALID_INPUT, answer)
    expect.equal("AS-190", list(answer["field_errors"]), ["id"], "the fields in field_errors")
    world.operator.patch(path_to(webhook_id), {"enabled": True})
    answer = world.operator.post(path_to(webhook_id, "/test"), {})
    expect("AS-190", answer.is_(202), "202 for an enabled webhook", answer)


@pytest.mark.rules("AS-191")
def test_rotating_a_secret_answers_with_the_new_one(world: World, expect: Expect) -> None:
    created = world.webhook()
    secrets = [created["secret"]]
    for _ in range(3):
        answer = world.admin.post(path_to(created["id"], "/rotate-secret"), {})
        expect("AS-191", answer.is_(200), "200", answer)
        expect.equal("AS-191", sorted(answer.json), ["id", "secret"], "the fields of the answer")
        expect.equal("AS-191", answer["id"], created["id"], "id")
        secrets.append(answer["secret"])
    expect("AS-191", len(set(secrets)) == 4, "4 different secrets", len(set(secrets)))
    for answer in (world.admin.get(path_to(created["id"])), world.admin.get(WEBHOOKS)):
        expect("AS-191", not any(secret in answer.text for secret in secrets), "no secret in a later answer", answer)
    expect.equal("AS-191", world.operator.get(path_to(created["id"])).json, without_secret(created), "the webhook")


@pytest.mark.rules("AS-206")
@pytest.mark.parametrize("field", ["id", "created_at", "secret", "org_id", "colour"])
def test_a_field_that_cannot_be_set_is_refused(world: World, expect: Expect, field: str) -> None:
    _expect_refused(world, expect, "AS-206", {field: "whsec_live_" + "0" * 32})
    _expect_refused(world, expect, "AS-206", {"name": "New", field: UNKNOWN_ID})


@pytest.mark.rules("AS-206")
def test_an_empty_change_is_refused(world: World, expect: Expect) -> None:
    answer = world.operator.patch(path_to(world.webhook()["id"]), {})
    expect("AS-206", answer.is_(400, "validation_error"), INVALID_INPUT, answer)


@pytest.mark.rules("AS-207")
@pytest.mark.parametrize("missing", ["name", "url", "event_types"])
def test_a_new_webhook_needs_name_url_and_event_types(world: World, expect: Expect, missing: str) -> None:
    answer = create(world, **{missing: None})
    expect("AS-207", answer.is_(400, "validation_error"), INVALID_INPUT, answer)
    expect.equal("AS-207", list(answer["field_errors"]), [missing], "the fields in field_errors")
