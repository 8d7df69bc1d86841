"""The health of the API, and its OpenAPI document (rules SYS-…)."""

from typing import Any

from mockserver import __version__
from mockserver.asgi import base_url
from mockserver.openapi import served
from mockserver.operations.call import Call, Text


async def get_health(call: Call) -> dict[str, Any]:
    """Whether the server answers. Raises Unavailable when its store does not."""
    await call.tx.check()
    return {"status": "ok"}


async def get_api_health(call: Call) -> dict[str, Any]:
    """The health of each part (SYS-02); the parts that a mock does without are reported as healthy.

    Raises Unavailable when the store does not answer.
    """
    await call.tx.check()
    return {"status": "ok", "db": "ok", "go2rtc": "ok", "version": __version__}


async def get_openapi_yaml(call: Call) -> Text:
    """The document in YAML, as written."""
    return Text("application/yaml", served.as_yaml(call.document, base_url(call.scope)))


async def get_openapi_json(call: Call) -> Text:
    """The document in JSON."""
    return Text("application/json", served.as_json(call.document, base_url(call.scope)))
