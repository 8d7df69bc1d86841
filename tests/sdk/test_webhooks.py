"""Messages to webhooks: those of the mock are verified and read, any other is refused."""

import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from novavms import webhooks
from novavms._core.values import Model
from novavms.errors import ConfigurationError, ResponseError, SignatureError
from novavms.models import AlertMessage, CameraStatusMessage, EventMessage, GatewayStatusMessage
from tests.sdk.test_surface import DOCUMENT, clients

SECRET = "whsec_a"
KINDS: dict[str, type[Model]] = {
    "alert": AlertMessage,
    "event": EventMessage,
    "camera_status": CameraStatusMessage,
    "gateway_status": GatewayStatusMessage,
}


def example(kind: str) -> dict[str, Any]:
    content = DOCUMENT["webhooks"][kind]["post"]["requestBody"]["content"]["application/json"]
    found: dict[str, Any] = next(iter(content["examples"].values()))["value"]
    return found


def signed(payload: bytes, *, at: datetime | None = None, secret: str = SECRET) -> dict[str, str]:
    return {
        "x-webhook-id": "2f4e6d8c-0b1a-4c3d-9e5f-7a6b8c9d0e1f",
        "x-webhook-timestamp": (at or datetime.now(UTC)).isoformat(),
        "x-webhook-signature": hmac.digest(secret.encode(), payload, "sha256").hex(),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_of_each_type_is_read(kind: str) -> None:
    payload = json.dumps(example(kind)).encode()
    found = webhooks.verify(payload, signed(payload), SECRET)
    assert isinstance(found, KINDS[kind])
    assert found.model_dump(mode="json") == yaml.safe_load(payload)
    assert webhooks.verify(payload.decode(), signed(payload), SECRET) == found
    for client in clients():
        assert client.webhooks.verify(payload, signed(payload), SECRET) == found


def test_a_message_of_a_newer_type_is_read() -> None:
    payload = json.dumps({**example("alert"), "event_type": "drone", "data": {"x": 1}}).encode()
    found = webhooks.verify(payload, signed(payload), SECRET)
    assert isinstance(found, webhooks.OtherMessage)
    assert (found.event_type, found.data) == ("drone", {"x": 1})


def test_what_is_not_signed_with_the_secret_is_refused() -> None:
    payload = json.dumps(example("event")).encode()
    good = signed(payload)
    for body, headers in (
        (payload + b" ", good),
        (payload, signed(payload, secret="whsec_b")),
        (payload, {**good, "x-webhook-signature": ""}),
        (payload, {**good, "x-webhook-signature": good["x-webhook-signature"].upper()}),
        (payload, {**good, "x-webhook-signature": "ü\ud800"}),
        (payload, {}),
    ):
        with pytest.raises(SignatureError, match="X-Webhook-Signature") as caught:
            webhooks.verify(body, headers, SECRET)
        assert SECRET not in str(caught.value)


@pytest.mark.parametrize("away", [timedelta(minutes=-6), timedelta(minutes=6), timedelta(days=-3650)])
def test_a_message_of_another_time_is_refused(away: timedelta) -> None:
    payload = json.dumps(example("event")).encode()
    headers = signed(payload, at=datetime.now(UTC) + away)
    with pytest.raises(SignatureError, match="more than 300 s away"):
        webhooks.verify(payload, headers, SECRET)
    assert webhooks.verify(payload, headers, SECRET, tolerance=None)
    assert webhooks.verify(payload, headers, SECRET, 1e9)


@pytest.mark.parametrize("text", ["", "soon", "2026-04-20T08:30:00", "9999999999999"])
def test_a_message_without_a_time_is_refused(text: str) -> None:
    payload = json.dumps(example("event")).encode()
    with pytest.raises(SignatureError, match=r"X-Webhook-Timestamp|more than"):
        webhooks.verify(payload, {**signed(payload), "x-webhook-timestamp": text}, SECRET)


@pytest.mark.parametrize("payload", [b"", b"{}", b"[]", b'{"event_type": "alert"}', b"\xff"])
def test_a_signed_payload_that_is_no_message_is_a_response_error(payload: bytes) -> None:
    with pytest.raises(ResponseError, match="no message of NovaVMS"):
        webhooks.verify(payload, signed(payload), SECRET)


def test_what_cannot_be_verified_is_named() -> None:
    payload: Any = example("event")
    with pytest.raises(ConfigurationError, match="pass the body as it arrived"):
        webhooks.verify(payload, {}, SECRET)
    with pytest.raises(ConfigurationError, match="secret is empty"):
        webhooks.verify(b"{}", {}, "")
