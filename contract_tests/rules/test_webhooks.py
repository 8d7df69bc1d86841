"""Webhooks: their fields, which roles may create them, and their secret."""

import re
from typing import Any

import pytest

from contract_tests.actors import Answer
from contract_tests.expectations import Expect
from contract_tests.steps.answers import is_time, is_uuid, refused
from contract_tests.steps.receiver import Receiver
from contract_tests.steps.webhooks import EVENT_TYPES, WEBHOOK_FIELDS, create, listening, path_to, responding, signature
from contract_tests.world import WEBHOOKS, World

SECRET_FORM = re.compile(r"whsec_live_[0-9a-f]{32}")
NO_HTTPS_URLS = ("http://hooks.example.com/novavms", "HTTP://hooks.example.com", "ftp://hooks.example.com/",
             "ws://hooks.example.com/", "//hooks.example.com/", "hooks.example.com", "https//hooks.example.com",
             "https:hooks.example.com", "https://", "")  # fmt: skip
TYPES_NOT_IN_V1 = ("event.created", "alert.fired", "clip.exported", "user.invited", "user.role_changed")


def rotate_secret(world: World, webhook_id: str, role: str = "admin") -> Answer:
    """Rotate the secret of a webhook as a role, and return the answer."""
    return world.actor(role).post(path_to(webhook_id, "/rotate-secret"), {})


@pytest.mark.rules("WH-01")
@pytest.mark.parametrize("enabled", [True, False])
def test_a_webhook_is_created_from_four_fields(world: World, expect: Expect, enabled: bool) -> None:
    url = "https://hooks.example.com:8443/nova/vms?key=a-b_c~d&more=1"
    fields: dict[str, Any] = {
        "name": world.name("webhook"),
        "url": url,
        "event_types": ["event", "alert"],
        "enabled": enabled,
    }
    answer = create(world, **fields)
    expect("WH-01", answer.is_(201), "201", answer)
    found = world.operator.get(path_to(answer["id"]))
    for name, value in fields.items():
        expect.equal("WH-01", found[name], value, f"{name} of the new webhook")


@pytest.mark.rules("WH-02")
def test_creating_a_webhook_answers_with_its_fields_and_secret(world: World, expect: Expect) -> None:
    for enabled in (True, False):
        fields: dict[str, Any] = {"name": world.name("webhook"), "event_types": ["alert"], "enabled": enabled}
        answer = create(world, **fields)
        expect.equal("WH-02", sorted(answer.json), sorted((*WEBHOOK_FIELDS, "secret")), "the fields of the answer")
        expect("WH-02", {**answer.json, **fields} == answer.json, f"a webhook with {fields}", answer)
        expect(
            "WH-02",
            is_uuid(answer["id"]) and is_time(answer["created_at"]),
            "a UUID as id and a time as created_at",
            answer,
        )


@pytest.mark.rules("WH-03")
def test_a_secret_has_the_documented_form_and_is_shown_once(world: World, expect: Expect) -> None:
    secrets = []
    for _ in range(3):
        created = create(world)
        secrets.append(str(created["secret"]))
        expect(
            "WH-03",
            SECRET_FORM.fullmatch(secrets[-1]),
            "whsec_live_ and 32 hexadecimal digits",
            created["secret"],
        )
    expect.equal("WH-03", len(set(secrets)), 3, "the number of different secrets")
    path = path_to(created["id"])
    change = {"name": world.name("webhook")}
    for actor in (world.operator, world.admin):
        for answer in (actor.get(path), actor.get(WEBHOOKS), actor.patch(path, change), actor.get(path)):
            expect("WH-03", "whsec_live_" not in answer.text, "no secret in a later answer", answer)


@pytest.mark.rules("WH-04")
def test_operators_and_higher_roles_create_webhooks(world: World, expect: Expect) -> None:
    for role in ("operator", "admin", "owner"):
        answer = create(world, world.actor(role))
        expect("WH-04", answer.is_(201), f"the {role} to create one", answer)
    before = world.operator.get(WEBHOOKS)["total"]
    for actor in (world.viewer, world.anonymous):
        answer = create(world, actor)
        expect("WH-04", answer.status in (401, 403), f"the {actor.name} to be refused", answer)
    if not world.shared:
        expect.equal("WH-04", world.operator.get(WEBHOOKS)["total"], before, "the number of webhooks afterwards")


@pytest.mark.rules("WH-05")
def test_only_admins_and_the_owner_rotate_a_secret(world: World, expect: Expect) -> None:
    webhook_id = world.webhook()["id"]
    for role in ("admin", "owner"):
        answer = rotate_secret(world, webhook_id, role)
        expect("WH-05", answer.is_(200), f"200 for the {role}", answer)
    answer = rotate_secret(world, webhook_id, "operator")
    expect("WH-05", answer.is_(403, "forbidden"), "403 forbidden for an operator", answer)
    expect("WH-05", "whsec_live_" not in answer.text, "no secret in the refusal", answer)


@pytest.mark.rules("WH-06")
@pytest.mark.parametrize("url", NO_HTTPS_URLS)
def test_the_url_of_a_webhook_must_be_https(world: World, expect: Expect, url: str) -> None:
    answer = create(world, url=url)
    expect("WH-06", answer.is_(400, "validation_error"), "400 validation_error", answer)
    expect("WH-06", "url" in answer["field_errors"], "an error of the field url", answer)
    path = path_to(world.webhook()["id"])
    before = world.operator.get(path).json
    answer = world.operator.patch(path, {"url": url})
    expect("WH-06", answer.is_(400, "validation_error"), "400 validation_error", answer)
    expect.equal("WH-06", world.operator.get(path).json, before, "the webhook after a refusal")


@pytest.mark.rules("WH-07")
@pytest.mark.parametrize("types", [*([one] for one in EVENT_TYPES), list(EVENT_TYPES), ["gateway_status", "alert"]])
def test_the_four_event_types_are_accepted(world: World, expect: Expect, types: list[str]) -> None:
    answer = create(world, event_types=types)
    expect("WH-07", answer.is_(201), f"{types} to be accepted", answer)
    path = path_to(world.webhook()["id"])
    expect("WH-07", world.operator.patch(path, {"event_types": types}).is_(200), f"a change to {types} to be accepted")
    for found in (world.operator.get(path_to(answer["id"])), world.operator.get(path)):
        expect.equal("WH-07", sorted(found["event_types"]), sorted(types), "event_types")


@pytest.mark.rules("WH-08")
@pytest.mark.parametrize(
    "types", [["motion"], ["Alert"], ["alerts"], ["*"], [""], [None], ["event", "nothing"], ["all"]]
)
def test_any_other_event_type_is_refused(world: World, expect: Expect, types: list[str | None]) -> None:
    path = path_to(world.webhook()["id"])
    for answer in (create(world, event_types=types), world.operator.patch(path, {"event_types": types})):
        expect("WH-08", answer.is_(400, "validation_error"), f"{types} to be refused with 400", answer)
    expect.equal("WH-08", world.operator.get(path)["event_types"], ["event"], "event_types after a refusal")


@pytest.mark.rules("WH-09")
@pytest.mark.parametrize("name", TYPES_NOT_IN_V1)
def test_event_types_of_later_versions_are_refused(world: World, expect: Expect, name: str) -> None:
    for types in ([name], ["alert", name]):
        answer = create(world, event_types=types)
        expect("WH-09", refused(answer), f"{types} to be refused", answer)


@pytest.mark.rules("WH-29")
def test_a_rotated_secret_signs_no_further_message(world: World, expect: Expect, receiver: Receiver) -> None:
    listener = listening(world, receiver, responder=responding(200, 500, 200))
    secrets = [listener.secret]
    for _ in range(3):
        world.record()
        listener.received()
        secrets.append(str(rotate_secret(world, listener.webhook["id"])["secret"]))
    world.advance(60)
    found = listener.received()
    for number, signer in enumerate((0, 1, 2, 3)):
        sent, body = found[number].header("X-Webhook-Signature"), found[number].body
        expect.equal("WH-29", sent, signature(secrets[signer], body), "the signature made with the current secret")
    expect.equal("WH-29", len(set(secrets)), 4, "the number of different secrets")


@pytest.mark.repeats
@pytest.mark.rules("WH-29")
def test_every_new_secret_signs_the_next_message(world: World, expect: Expect, receiver: Receiver) -> None:
    orgs = [world.fresh() for _ in range(7)]  # so many that a fault of every second one shows
    listeners = [listening(org, receiver) for org in orgs]
    for number in range(52):  # more often than any fault that shows in one call of 50
        world.advance(3600 * (number == 45))
        org, listener = orgs[number % 7], listeners[number % 7]
        answer = rotate_secret(org, listener.webhook["id"], ("admin", "owner")[number % 2])
        expect("WH-29", answer.is_(200), "200", answer)
        org.record()
        message = listener.received()[-1]
        sent = message.header("X-Webhook-Signature")
        expect.equal(
            "WH-29", sent, signature(str(answer["secret"]), message.body), "the signature made with the new secret"
        )
