from typing import Any

import pytest

from mockserver import resources
from mockserver.openapi import examples
from mockserver.openapi.document import Document
from tests.mockserver.openapi.documents import document, json_content

API = Document.load(resources.path("spec", "openapi.yaml"))


@pytest.mark.parametrize("name", ["alert", "event", "camera_status", "gateway_status"])
def test_packaged_document_has_an_example_of_each_webhook(name: str) -> None:
    schema = API.raw["webhooks"][name]["post"]["requestBody"]["content"]["application/json"]["schema"]
    described = API.resolve(API.resolve(schema)["properties"]["data"])
    assert API.validator(described).is_valid(examples.webhook_data(API, name))


@pytest.mark.parametrize("example", [{"data": {"a": 1}}, {"other": 1}, "text"])
def test_webhook_data_is_the_data_of_its_example(example: Any) -> None:
    other = document({})
    assert examples.webhook_data(other, "alert") == {}
    content = json_content({}, example=example)
    other.raw["webhooks"] = {"alert": {"post": {"requestBody": {"content": content}}}}
    assert examples.webhook_data(other, "alert") == (
        {"a": 1} if isinstance(example, dict) and "data" in example else {}
    )
    assert examples.webhook_data(other, "event") == {}
