"""Verifies the messages that webhooks are sent, and reads them."""

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, TypeAlias

import pydantic

from novavms._core.answers import first_problem
from novavms._core.values import Model, Timestamp
from novavms.errors import ConfigurationError, ResponseError, SignatureError
from novavms.models import AlertMessage, CameraStatusMessage, EventMessage, GatewayStatusMessage

__all__ = ["Message", "OtherMessage", "verify"]

SIGNATURE, SENT_AT = "X-Webhook-Signature", "X-Webhook-Timestamp"


class OtherMessage(Model):
    """A message of a type that this version does not know."""

    event_type: str
    timestamp: Timestamp
    webhook_id: str
    data: dict[str, Any]


Message: TypeAlias = AlertMessage | EventMessage | CameraStatusMessage | GatewayStatusMessage | OtherMessage

_KINDS: dict[str, type[Message]] = {
    "alert": AlertMessage,
    "event": EventMessage,
    "camera_status": CameraStatusMessage,
    "gateway_status": GatewayStatusMessage,
}
_TIME: pydantic.TypeAdapter[datetime] = pydantic.TypeAdapter(Timestamp)


def verify(payload: bytes | str, headers: Mapping[str, str], secret: str, tolerance: float | None = 300.0) -> Message:
    """Return the message in the body of a request to a webhook.

    ``payload`` is the body as it arrived, ``secret`` that of the webhook. Raises SignatureError when the signature is
    missing or wrong, and when the message was sent more than ``tolerance`` seconds ago or ahead; None does not look at
    the time. The signature is that of the body alone: keep each ``webhook_id`` to recognise what is sent again.
    """
    if not isinstance(payload, bytes | str):
        raise ConfigurationError(f"payload is of type {type(payload).__name__}: pass the body as it arrived")
    if not isinstance(secret, str) or not secret:
        raise ConfigurationError("secret is empty: pass the secret of the webhook, such as whsec_...")
    content = payload.encode() if isinstance(payload, str) else payload
    known = {name.lower(): str(value) for name, value in headers.items()}
    expected = hmac.digest(secret.encode(), content, "sha256").hex()
    if not hmac.compare_digest(expected.encode(), known.get(SIGNATURE.lower(), "").encode(errors="replace")):
        raise SignatureError(f"{SIGNATURE} is missing, or is not the signature of this payload with this secret")
    if tolerance is not None:
        _check_time(known.get(SENT_AT.lower(), ""), tolerance)
    return _message(content)


def _check_time(sent_at: str, tolerance: float) -> None:
    try:
        late = abs(datetime.now(timezone.utc) - _TIME.validate_python(sent_at)) > timedelta(seconds=tolerance)
    except (pydantic.ValidationError, TypeError, OverflowError):
        raise SignatureError(f"{SENT_AT} is missing, or is no time with an offset") from None
    if late:
        raise SignatureError(f"The message was sent at {sent_at}, which is more than {tolerance:g} s away from now")


def _message(content: bytes) -> Message:
    try:
        message = OtherMessage.model_validate_json(content)
        return _KINDS.get(message.event_type, OtherMessage).model_validate_json(content)
    except pydantic.ValidationError as error:
        raise ResponseError(f"The payload is no message of NovaVMS: {first_problem(error)}") from None
