"""The messages sent to webhooks, as the deliveries show them."""

import json

from mockserver import resources
from mockserver.openapi.document import Document
from tests.harness import JSON, World

DOCUMENT = Document.load(resources.path("spec", "openapi.yaml"))


def sent_messages(world: World, webhook: JSON | None = None) -> list[JSON]:
    """Return the messages of the org, or of one webhook, each of which the document allows."""
    wanted = {"org": world.id} if webhook is None else {"org": world.id, "webhook": webhook["id"]}
    found = world.running.control("GET", "/deliveries", params=wanted)["data"]
    messages: list[JSON] = [json.loads(delivery["body"]) for delivery in found]
    for delivery, message in zip(found, messages, strict=True):
        assert message["webhook_id"] == delivery["id"]
        assert message["event_type"] == delivery["event_type"]
        request = DOCUMENT.raw["webhooks"][message["event_type"]]["post"]["requestBody"]
        assert DOCUMENT.validator(request["content"]["application/json"]["schema"]).is_valid(message), message
    return messages
