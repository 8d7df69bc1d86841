"""A document as it is served: its servers begin with the address by which it was asked for."""

import json
import re
from functools import lru_cache
from typing import Any

import msgspec

from mockserver.openapi.document import Document

_DESCRIPTION = "This mock"
#: Few, as what is cached keeps the documents of app instances before a restart.
_MAX_ADDRESSES = 4
_FIRST_SERVER = re.compile(r"^servers:[ \t]*\n(?P<indent> *)- ", re.MULTILINE)


@lru_cache(maxsize=_MAX_ADDRESSES)
def as_json(document: Document, base_url: str) -> bytes:
    """Return the document as JSON."""
    servers: list[Any] = [{"url": base_url, "description": _DESCRIPTION}, *document.raw.get("servers", [])]
    return msgspec.json.encode(document.raw | {"servers": servers})


@lru_cache(maxsize=_MAX_ADDRESSES)
def as_yaml(document: Document, base_url: str) -> bytes:
    """Return the document as it was written; without the address if its servers are not a block of lines."""

    def with_first(found: re.Match[str]) -> str:
        indent = found["indent"]
        first = f"{indent}- url: {json.dumps(base_url)}\n{indent}  description: {_DESCRIPTION}\n"
        return f"servers:\n{first}{indent}- "

    return _FIRST_SERVER.sub(with_first, document.yaml_text, count=1).encode()
