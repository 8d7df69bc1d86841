"""The API about itself: health, and the document it follows."""

from typing import Any

from mockserver import __version__
from mockserver.operations.call import Call, Text


async def get_health(call: Call) -> dict[str, Any]:
    """Whether the server answers; it does."""
    return {"status": "ok"}


async def get_api_health(call: Call) -> dict[str, Any]:
    """How the parts are (SYS-02); those that a mock does without are well."""
    return {"status": "ok", "db": "ok", "go2rtc": "ok", "version": __version__}


async def get_openapi_yaml(call: Call) -> Text:
    """The document in YAML, as it was written."""
    return Text("application/yaml", call.document.yaml_text.encode())


async def get_openapi_json(call: Call) -> Text:
    """The document in JSON."""
    return Text("application/json", call.document.json_text)
