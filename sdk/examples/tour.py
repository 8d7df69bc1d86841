"""Reads ten thousand events with each client. Start a mock first: novavms-mock serve --scenario busy-week."""

# pyright: strict

import asyncio

from novavms import AsyncNovaVMSClient, NovaVMSClient
from novavms.models import Recipient

KEY, MOCK = "sk_live_small_owner", "http://127.0.0.1:8080"


async def count() -> int:
    async with AsyncNovaVMSClient(api_key=KEY, base_url=MOCK) as client:
        return len([event.id async for event in client.events.aiter(limit=100)])


with NovaVMSClient(api_key=KEY, base_url=MOCK) as client:
    print([camera.name for camera in client.cameras.list().data])
    ids = [event.id for event in client.events.iter(limit=100)]
    print(len(ids), asyncio.run(count()), client.events.acknowledge(ids[0]).acknowledged)
    guard = Recipient(type="email", target="guard@example.com")
    rule = client.rules.create(name="Night", trigger_type="motion", recipients=[guard])
    client.rules.remove(rule.id)
