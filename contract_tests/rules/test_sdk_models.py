"""Typed answers: each is a Pydantic model with the fields that the document declares for the answer."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from contract_tests.expectations import Expect
from contract_tests.sdk import mock, schemas
from contract_tests.sdk.answers import as_json, data, field, first, ids, is_model
from contract_tests.sdk.clients import Client
from contract_tests.sdk.installed import Sdk
from contract_tests.sdk.surface import NAMESPACES
from contract_tests.world import UNREACHABLE_URL, World

#: The operations that list and read the objects of a namespace.
OPERATIONS: Mapping[str, tuple[str, str]] = {
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
    """Expect that a model declares the fields of a schema."""
    found, required = schemas.declared(model)
    properties, schema_required = schemas.fields(schema)
    expect.equal("SDK-58", sorted(found), sorted(properties), f"the declared fields of {what}")
    expect.equal("SDK-58", sorted(required), sorted(schema_required), f"the required fields of {what}")


def last_answer(client: Client) -> Any:
    """Return the JSON of the last answer."""
    return json.loads(client.last.body)


@pytest.mark.python
@pytest.mark.rules("SDK-57")
@pytest.mark.parametrize("namespace", NAMESPACES)
def test_lists_and_objects_are_models(client: Client, sdk: Sdk, world: World, expect: Expect, namespace: str) -> None:
    mock.create_two_of_each(world)
    page = client.call(f"{namespace}.list")
    expect("SDK-57", is_model(sdk, page), f"a Pydantic model from {namespace}.list", repr(page))
    items = data(page)
    expect("SDK-57", items and all(is_model(sdk, item) for item in items), "models as its items", repr(items))
    expect("SDK-57", all(is_model(sdk, item) for item in client.walk(namespace)), "models from a walk", namespace)
    found = client.call(f"{namespace}.get", first(ids(items)))
    expect("SDK-57", is_model(sdk, found), f"a Pydantic model from {namespace}.get", repr(found))


@pytest.mark.python
@pytest.mark.rules("SDK-57")
def test_created_and_changed_objects_are_models(client: Client, sdk: Sdk, world: World, expect: Expect) -> None:
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


@pytest.mark.python
@pytest.mark.rules("SDK-58")
@pytest.mark.parametrize("namespace", NAMESPACES)
def test_models_declare_the_fields_of_the_document(
    client: Client, world: World, expect: Expect, namespace: str
) -> None:
    mock.create_two_of_each(world)
    listing, reading = map(schemas.of_answer, OPERATIONS[namespace])
    page = client.call(f"{namespace}.list")
    conforms(expect, type(page), listing, f"a page of {namespace}")
    expect.equal("SDK-58", as_json(page), last_answer(client), "the page, compared with the answer")
    item = first(data(page))
    conforms(expect, type(item), schemas.of_item(listing), f"an item of {namespace}")
    one = client.call(f"{namespace}.get", first(ids([item])))
    conforms(expect, type(one), reading, f"an object of {namespace}")
    expect.equal("SDK-58", as_json(one), last_answer(client), "the object, compared with the answer")


@pytest.mark.python
@pytest.mark.rules("SDK-58")
@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_that_of_the_document(sdk: Sdk, expect: Expect, name: str) -> None:
    listing, reading = OPERATIONS[MODELS[name]]
    found, _ = schemas.declared(sdk.part(name, "models"))
    of_item, _ = schemas.fields(schemas.of_item(schemas.of_answer(listing)))
    of_object, _ = schemas.fields(schemas.of_answer(reading))
    expect("SDK-58", of_item.keys() <= found, f"all fields of an item in {name}", sorted(of_item.keys() - found))
    expect(
        "SDK-58",
        found <= of_object.keys(),
        f"no fields in {name} that the document lacks",
        sorted(found - of_object.keys()),
    )


@pytest.mark.python
@pytest.mark.rules("SDK-61")
@pytest.mark.parametrize("name", MODELS)
def test_models_are_imported_from_their_module(
    client: Client, sdk: Sdk, world: World, expect: Expect, name: str
) -> None:
    model = sdk.part(name, "models")
    expect("SDK-61", isinstance(model, type), f"a class {name} in novavms.models", model)
    mock.create_two_of_each(world)
    items = data(client.call(f"{MODELS[name]}.list"))
    expect("SDK-61", items and all(isinstance(item, model) for item in items), f"a list of {name}", repr(items))


@pytest.mark.rules("SDK-62")
def test_a_camera_has_name_and_status(client: Client, world: World, expect: Expect) -> None:
    rows = {row["id"]: row for row in world.operator.get("/api/v1/cameras")["data"]}
    for camera in data(client.call("cameras.list")):
        row = rows[str(field(camera, "id"))]
        expect.equal("SDK-62", field(camera, "name"), row["name"], "the name")
        rendered = f"{field(camera, 'name')} ({field(camera, 'status')})"
        expect.equal("SDK-62", rendered, f"{row['name']} ({row['status']})", "as the documentation renders it")
