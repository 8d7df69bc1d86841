"""The namespaces of a client, their verbs, and the calls that the documentation shows."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.expectations import Expect
from contract_tests.sdk import mock
from contract_tests.sdk.answers import data, field, ids
from contract_tests.sdk.clients import Client
from contract_tests.sdk.installed import Sdk
from contract_tests.sdk.mock import ids_of
from contract_tests.sdk.surface import BASIC_VERBS, NAMESPACES, find_verb
from contract_tests.steps.events import path_to
from contract_tests.world import EVENTS, RULES, World

JSON = dict[str, Any]


@pytest.mark.rules("SDK-30")
def test_every_resource_has_a_namespace(client: Client, expect: Expect) -> None:
    for namespace in NAMESPACES:
        expect("SDK-30", client.has(namespace), f"a namespace {namespace}", f"{client} without it")
        found = client.call(f"{namespace}.list")
        expect("SDK-30", data(found) is not None, f"a list of {namespace}", found)
    asked = {sent.request.url.path for sent in client.sent}
    expect.equal("SDK-30", len(asked), len(NAMESPACES), "the number of different lists")


@pytest.mark.rules("SDK-39")
@pytest.mark.parametrize("namespace", NAMESPACES)
def test_every_namespace_has_the_five_verbs(client: Client, expect: Expect, namespace: str) -> None:
    missing = [verb for verb in BASIC_VERBS if not client.has(f"{namespace}.{verb}")]
    expect.equal("SDK-39", missing, [], f"the verbs of {BASIC_VERBS} that {namespace} lacks")


@pytest.mark.rules("SDK-40")
def test_a_camera_is_triggered(client: Client, world: World, expect: Expect) -> None:
    camera = world.cameras()[1]
    client.call("cameras.trigger", camera)
    found = world.operator.get(EVENTS)["data"]
    shown = [(row["camera_id"], row["trigger_type"]) for row in found]
    expect.equal("SDK-40", shown, [(camera, "manual")], "the events of the org")


@pytest.mark.rules("SDK-40")
def test_an_event_is_acknowledged(client: Client, world: World, expect: Expect) -> None:
    event, other = world.record(2)
    client.call("events.acknowledge", event)
    found = [world.operator.get(path_to(one))["acknowledged"] for one in (event, other)]
    expect.equal("SDK-40", found, [True, False], "acknowledged of both events")


@pytest.mark.rules("SDK-41")
def test_cameras_are_listed_by_site(client: Client, world: World, expect: Expect) -> None:
    for site in world.sites:
        found = ids(data(client.call("cameras.list", site_id=site)))
        expect.equal("SDK-41", sorted(found), sorted(world.cameras(site)), f"the cameras of {site}")


@pytest.mark.rules("SDK-42")
@given(index=st.integers(0, 4))
def test_an_event_is_read_by_its_id(client: Client, world: World, expect: Expect, index: int) -> None:
    recorded = ids_of(world.operator.get(EVENTS)["data"]) or world.record(5)
    found = client.call("events.get", recorded[index])
    expect.equal("SDK-42", str(field(found, "id")), recorded[index], "the event")


@pytest.mark.rules("SDK-43")
def test_a_rule_is_changed_by_id_and_fields(client: Client, world: World, expect: Expect) -> None:
    rule, other = world.rule(cooldown_sec=60), world.rule()
    client.call("rules.update", rule["id"], enabled=False)
    found = world.operator.get(f"{RULES}/{rule['id']}").json
    expect.equal("SDK-43", found, {**rule, "enabled": False}, "the rule, changed only in enabled")
    twin = world.operator.get(f"{RULES}/{other['id']}").json
    expect.equal("SDK-43", twin, other, "the other rule, unchanged")


@pytest.mark.rules("SDK-38")
def test_only_admins_rotate_a_secret(sdk: Sdk, kind: str, world: World, expect: Expect) -> None:
    webhook = world.webhook()
    with sdk.client(kind, world, "operator") as client:
        verb = find_verb(client, "webhooks", "rotate", "secret")
        error = client.attempt_fails(verb, webhook["id"])
        expect("SDK-38", isinstance(error, sdk.part("AuthError", "errors")), "an AuthError for an operator", error)
        expect.equal("SDK-38", client.last.status, 403, "the status for an operator")
    with sdk.client(kind, world, "admin") as client:
        found = client.attempt(find_verb(client, "webhooks", "rotate", "secret"), webhook["id"])
        expect("SDK-38", field(found, "secret") not in ("", webhook["secret"]), "another secret for an admin", "none")
    calls = [call["status"] for call in mock.requests(world, "rotateWebhookSecret")]
    expect.equal("SDK-38", calls, [403, 200], "the answers to the operator and to the admin")
