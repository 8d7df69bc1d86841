"""Pairing: generating a code for a new gateway, and redeeming it."""

import secrets
import string
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

from starlette.responses import Response

from tests.stranger.answers import json_answer, shown
from tests.stranger.breaks import Break
from tests.stranger.calls import Call, nothing
from tests.stranger.gateways import check_name, check_site
from tests.stranger.problems import Problem, auth_required, invalid, not_found
from tests.stranger.records import Code, Gateway, Org
from tests.stranger.state import new_id

_ALPHABET = string.ascii_uppercase + string.digits
_LIFETIME = timedelta(minutes=10)
_MAX_ACTIVE_CODES = 5
_PAIR_TEXTS = ("name", "version", "local_ip")


def generate_code(call: Call) -> Response:
    """POST /gateways/generate-pairing-code."""
    body, _ = call.checked("operator", lambda: _registration(call), nothing)
    check_site(call, body["site_id"])
    active = list(_active_codes(call, call.org))
    if len(active) >= _MAX_ACTIVE_CODES + call.broken(Break.SIXTH_CODE):
        raise _too_many(call, min(code.created_at for code in active) + _LIFETIME - call.now)
    gateway = Gateway(id=new_id(), name=body["name"], site_id=body["site_id"].lower(), created_at=call.now)
    size = 7 if call.broken(Break.SEVEN_CHARACTERS) else 6
    text = "".join(secrets.choice(_ALPHABET) for _ in range(size))
    call.org.gateways[gateway.id] = gateway
    call.org.codes[text] = Code(text=text, gateway_id=gateway.id, created_at=call.now)
    fields = {"id": gateway.id, "pairing_code": text, "expires_at": call.now + _LIFETIME, "status": gateway.status}
    return json_answer(call.choices, shown(call.choices, "pairing_code", fields), 201)


def pair(call: Call) -> Response:
    """POST /gateways/pair, which takes no token."""
    if call.broken(Break.PAIR_NEEDS_TOKEN) and call.caller is None:
        raise auth_required()
    body = _pairing(call)
    org, code = _redeemable(call, body["pairing_code"])
    gateway = _paired(call, org.gateways[code.gateway_id], body)
    org.gateways[gateway.id] = gateway
    org.codes[code.text] = replace(code, redeemed=True)
    fields = {
        "gateway_id": gateway.id,
        "api_key": gateway.api_key,
        "org_id": org.id,
        "ice_servers": [
            {
                "urls": ["turn:turn.example.com:3478"],
                "username": "novavms",
                "credential": secrets.token_hex(8),
            }
        ],
    }
    return json_answer(call.choices, shown(call.choices, "pairing", fields))


def _registration(call: Call) -> dict[str, Any]:
    """Return the body of a registration. Raises Problem."""
    body = call.json_body()
    check_name(body)
    if not isinstance(body.get("site_id"), str):
        invalid("is missing or not a UUID", "site_id")
    _refuse_unknown(call, body, ("name", "site_id"))
    return body


def _pairing(call: Call) -> dict[str, Any]:
    """Return the body of a redemption. Raises Problem."""
    body = call.json_body()
    for name in ("pairing_code", *_PAIR_TEXTS):
        if not isinstance(body.get(name, ""), str):
            invalid("is not a text", name)
    if "pairing_code" not in body:
        invalid("is missing", "pairing_code")
    size = 7 if call.broken(Break.SEVEN_CHARACTERS) else 6
    if len(body["pairing_code"]) != size and call.choices.code_length == "400":
        invalid("has to have 6 characters", "pairing_code")
    _refuse_unknown(call, body, ("pairing_code", *_PAIR_TEXTS))
    return body


def _refuse_unknown(call: Call, body: dict[str, Any], known: tuple[str, ...]) -> None:
    for name in body.keys() - set(known):
        if call.choices.unknown_body_field == "refused":
            invalid("is not a field of this call", name)


def _active_codes(call: Call, org: Org) -> Iterator[Code]:
    return (code for code in org.codes.values() if not code.redeemed and call.now < code.created_at + _LIFETIME)


def _too_many(call: Call, wait: timedelta) -> Problem:
    if call.broken(Break.CODE_LIMIT_400):
        return Problem(400, "validation_error", "There are too many active pairing codes.")
    seconds = max(1, -(-wait // timedelta(seconds=1)))
    after = format_datetime(call.now + timedelta(seconds=seconds), usegmt=True)
    text = str(seconds) if call.choices.retry_after == "seconds" else after
    headers = {"Retry-After": text} if call.choices.pairing_retry_after == "present" else {}
    return Problem(429, "rate_limited", "There are 5 active pairing codes.", headers=headers)


def _redeemable(call: Call, text: str) -> tuple[Org, Code]:
    """Return the code with the text, and its org. Raises Problem."""
    org = next((org for org in call.state.orgs if text in org.codes), None)
    if org is None:
        if call.broken(Break.UNKNOWN_CODE_400):
            invalid("is unknown", "pairing_code")
        not_found("pairing code")
    code = org.codes[text]
    lifetime = timedelta(minutes=11) if call.broken(Break.ELEVEN_MINUTES) else _LIFETIME
    expired = call.now >= code.created_at + lifetime
    if expired and (not code.redeemed or call.choices.redeemed_and_expired == "410"):
        if call.broken(Break.EXPIRED_CODE_409):
            raise Problem(409, "conflict", "This pairing code has expired.")
        raise Problem(410, "gone", "This pairing code has expired.")
    if code.redeemed:
        if call.broken(Break.REDEEMED_CODE_404):
            not_found("pairing code")
        raise Problem(409, "conflict", "This pairing code was redeemed already.")
    return org, code


def _paired(call: Call, gateway: Gateway, body: dict[str, Any]) -> Gateway:
    """Return the gateway once it is paired; one that was disabled meanwhile stays so."""
    status = gateway.status if gateway.status == "disabled" else call.choices.status_after_pairing
    name = gateway.name or body.get("name", "")
    if call.broken(Break.PAIR_NAME_WINS):
        name = body.get("name", name)
    return replace(
        gateway,
        name=name,
        status=status,
        version=body.get("version") or gateway.version,
        local_ip=body.get("local_ip") or gateway.local_ip,
        api_key=f"gw_{secrets.token_hex(16)}",
        heartbeat_at=call.now if status == "online" else gateway.heartbeat_at,
    )
