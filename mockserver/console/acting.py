"""Calls of the API as one of an org's people, and what they were answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import msgspec

from mockserver.console.calls import Reply
from mockserver.console.visit import Visit

MAX_SHOWN_CHARACTERS = 4096
_PHRASES = {status.value: status.phrase for status in HTTPStatus}


@dataclass(frozen=True)
class Outcome:
    """A call that was made as an actor (None: without a credential), and its answer as a page shows it."""

    method: str
    path: str
    actor: str | None
    status: int
    phrase: str
    request_id: str | None
    body: str


async def call_as(visit: Visit, org: Mapping[str, Any], role: str | None, method: str, path: str, json: Any) -> Outcome:
    """Call the API as the actor of a role, or as nobody, and return what was answered. Raises CallFailed."""
    actor = org["actors"].get(role) if role else None
    reply = await visit.calls.send(method, path, actor and actor["token"], json=json)
    phrase = _PHRASES.get(reply.status, "")
    return Outcome(method, path, role if actor else None, reply.status, phrase, reply.request_id, _shown(reply))


def _shown(reply: Reply) -> str:
    """Return the beginning of a body, JSON with a line a field."""
    try:
        text = msgspec.json.format(reply.body).decode()
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = reply.body.decode("utf-8", "replace")
    return text if len(text) <= MAX_SHOWN_CHARACTERS else f"{text[:MAX_SHOWN_CHARACTERS]}…"
