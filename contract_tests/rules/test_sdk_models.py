"""Typed answers: each is a Pydantic model, and declares the fields that the document gives to the answer."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from contract_tests.expectations import Expect
from contract_tests.sdk import schemas, seed_data
from contract_tests.sdk.answers import data, field, ids, is_model, plain
from contract_tests.sdk.clients import Client
from contract_tests.sdk.installed import Sdk
from contract_tests.sdk.surface import NAMESPACES
from contract_tests.world import UNREACHABLE_URL, World

#: What is listed and read in a namespace, by the operations.
READ: Mapping[str, tuple[str, str]] = {
    "cameras": ("listCameras", "getCamera"),
    "events": ("listEvents", "getEvent"),
    "alerts": ("listAlerts", "getAlert"),
    "rules": ("listAlertRules", "getAlertRule"),
    "sites": ("listSites", "getSite"),
    "users": ("listUsers", "getUser"),
    "webhooks": ("listWebhooks", "getWebhook"),
}
MODELS = {"Camera": "cameras", "Event": "events", "AlertRule": "rules"}


def conforms(expect: Expect, model: Any, schema: Any, what: str) -> None:
    """State that a model declares what a schema does."""
    found, required = schemas.declared(model)
    properties, needed = schemas.fields(schema)
    expect.equal("SDK-58", sorted(found), sorted(properties), f"for {what} the declared fields")
    expect.equal("SDK-58", sorted(required), sorted(needed), f"for {what} the required fields")


def sent(client: Client) -> Any:
    """Return the JSON of the last answer."""
    return json.loads(client.last.body)


@pytest.mark.rules("SDK-57")
@pytest.mark.parametrize("namespace", NAMESPACES)
def test_what_is_listed_and_read_is_a_model(
    client: Client, sdk: Sdk, world: World, expect: Expect, namespace: str
) -> None:
    seed_data.everything(world)
    page = client.call(f"{namespace}.list")
    expect("SDK-57", is_model(sdk, page), f"a Pydantic model from {namespace}.list", repr(page))
    items = data(page)
    expect("SDK-57", items and all(is_model(sdk, item) for item in items), "models as its items", repr(items))
    expect("SDK-57", all(is_model(sdk, item) for item in client.walk(namespace)), "models from a walk", namespace)
    found = client.call(f"{namespace}.get", ids(items)[0])
    expect("SDK-57", is_model(sdk, found), f"a Pydantic model from {namespace}.get", repr(found))


@pytest.mark.rules("SDK-57")
def test_what_is_made_and_changed_is_a_model(client: Client, sdk: Sdk, world: World, expect: Expect) -> None:
    event, camera = world.record()[0], world.cameras()[0]
    webhook = {"name": world.name("webhook"), "url": UNREACHABLE_URL, "event_types": ["event"]}
    found = [
        client.call("sites.create", name=world.name("site")),
        client.call("sites.update", world.sites[0], name=world.name("site")),
        client.call("webhooks.create", **webhook),
        client.call("events.update", event, starred=True),
        client.call("events.acknowledge", event),
        client.call("cameras.trigger", camera),
        client.call("rules.update", world.rule()["id"], enabled=False),
    ]
    expect("SDK-57", all(is_model(sdk, each) for each in found), "Pydantic models", repr(found))


@pytest.mark.rules("SDK-58")
@pytest.mark.parametrize("namespace", NAMESPACES)
def test_models_declare_the_fields_of_the_document(
    client: Client, world: World, expect: Expect, namespace: str
) -> None:
    seed_data.everything(world)
    listing, reading = map(schemas.answered, READ[namespace])
    page = client.call(f"{namespace}.list")
    conforms(expect, type(page), listing, f"a page of {namespace}")
    expect.equal("SDK-58", plain(page), sent(client), "the page as it was answered")
    first = data(page)[0]
    conforms(expect, type(first), schemas.item(listing), f"an item of {namespace}")
    one = client.call(f"{namespace}.get", ids([first])[0])
    conforms(expect, type(one), reading, f"one of {namespace}")
    expect.equal("SDK-58", plain(one), sent(client), "what is read as it was answered")


@pytest.mark.rules("SDK-58")
@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_that_of_the_document(sdk: Sdk, expect: Expect, name: str) -> None:
    listing, reading = READ[MODELS[name]]
    found, _ = schemas.declared(sdk.part(name, "models"))
    least, _ = schemas.fields(schemas.item(schemas.answered(listing)))
    most, _ = schemas.fields(schemas.answered(reading))
    expect("SDK-58", least.keys() <= found, f"in {name} at least the fields of an item", sorted(least.keys() - found))
    expect("SDK-58", found <= most.keys(), f"in {name} no other fields", sorted(found - most.keys()))


@pytest.mark.rules("SDK-61")
@pytest.mark.parametrize("name", MODELS)
def test_models_are_imported_from_their_module(
    client: Client, sdk: Sdk, world: World, expect: Expect, name: str
) -> None:
    model = sdk.part(name, "models")
    expect("SDK-61", isinstance(model, type), f"a class {name} in novavms.models", model)
    seed_data.everything(world)
    items = data(client.call(f"{MODELS[name]}.list"))
    expect("SDK-61", items and all(isinstance(item, model) for item in items), f"a list of {name}", repr(items))


@pytest.mark.rules("SDK-62")
def test_a_camera_has_name_and_status(client: Client, world: World, expect: Expect) -> None:
    rows = {row["id"]: row for row in world.operator.get("/api/v1/cameras")["data"]}
    for camera in data(client.call("cameras.list")):
        row = rows[str(field(camera, "id"))]
        expect.equal("SDK-62", field(camera, "name"), row["name"], "the name")
        told = f"{field(camera, 'name')} ({field(camera, 'status')})"
        expect.equal("SDK-62", told, f"{row['name']} ({row['status']})", "as the documentation renders it")
