"""Checked by mypy, never run: the types of the clients. Each ignored error must occur."""

from typing import assert_type

import httpx

from novavms import NOT_GIVEN, AsyncNovaVMSClient, NovaVMSClient, RawResponse
from novavms.models import (
    AlertRule,
    AlertRuleDetail,
    AsyncEventPage,
    Camera,
    CameraDetail,
    CameraStatus,
    Event,
    EventDetail,
    EventPage,
    NewWebhook,
)


def blocking(client: NovaVMSClient, status: CameraStatus) -> None:
    assert_type(client.events.list(trigger_type="ai_tag", limit=100), EventPage)
    assert_type(client.events.get("id"), EventDetail)
    assert_type(client.events.export(starred=True), bytes)
    assert_type(client.webhooks.create(name="x", url="https://x", event_types=["alert"]), NewWebhook)
    client.cameras.list(status=status)
    for event in client.events.iter(limit=100):
        assert_type(event, Event)
    for rule in client.alert_rules.iter():
        assert_type(rule, AlertRule)
    camera: Camera = client.cameras.get("id")
    assert_type(client.cameras.update(camera.id, gateway_id=None, name=NOT_GIVEN), CameraDetail)


async def awaited(client: AsyncNovaVMSClient) -> None:
    assert_type(await client.events.list(trigger_type="ai_tag", limit=100), AsyncEventPage)
    assert_type(await client.rules.enable("id"), AlertRuleDetail)
    await client.events.delete("id")
    async for event in client.events.aiter(limit=100):
        assert_type(event, Event)


def iterated(client: NovaVMSClient) -> None:
    page = client.events.list(limit=100, timeout=None, max_retries=0, headers={"X-Team": "yard"})
    for event in page:
        assert_type(event, Event)
    assert_type(page.next_page(), EventPage)
    assert_type(client.events.with_raw_response.get("id"), RawResponse[EventDetail])
    assert_type(client.events.with_raw_response.list().parse(), EventPage)
    assert_type(client.with_options(timeout=httpx.Timeout(3)), NovaVMSClient)
    client.rules.create(name="x", trigger_type="motion", recipients=[{"type": "email", "target": "a@example.com"}])


async def iterated_without_blocking(client: AsyncNovaVMSClient) -> None:
    async for event in client.events.list(limit=100):
        assert_type(event, Event)
    page = await client.events.list(timeout=3)
    async for event in page:
        assert_type(event, Event)
    assert_type(await page.next_page(), AsyncEventPage)
    assert_type(await client.events.with_raw_response.list(), RawResponse[AsyncEventPage])
    assert_type((await client.events.with_raw_response.get("id")).parse(), EventDetail)


def wrong(client: NovaVMSClient) -> None:
    client.rules.create(name="x", trigger_type="motion", recipients=[{"typ": "email"}])  # type: ignore[list-item]
    client.events.get("x", timeot=3)  # type: ignore[call-arg]
    client.events.get("x", timeout="3")  # type: ignore[arg-type]
    NovaVMSClient.from_env(timeot=3)  # type: ignore[call-arg]
    NovaVMSClient()  # type: ignore[call-arg]
    client.events.list(triger_type="motion")  # type: ignore[call-arg]
    client.events.list(trigger_type="motionn")  # type: ignore[arg-type]
    client.events.get(7)  # type: ignore[arg-type]
    client.events.get(id="x")  # type: ignore[call-arg]
    client.rules.create(name="x")  # type: ignore[call-arg]
    client.rules.update("id", name=None)  # type: ignore[arg-type]
    client.events.aiter()  # type: ignore[attr-defined]
