"""One function for each task of a client. Mypy and Pyright check them, tests run them on the mock."""

# pyright: strict

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

import httpx

from novavms import AsyncNovaVMSClient, NovaVMSClient, webhooks
from novavms.errors import AuthError, NotFoundError, NovaVMSError, RateLimitError, TransportError, ValidationError
from novavms.models import AlertRule, Camera, CameraStatus, CameraStatusMessage, Event, EventDetail, Recipient


def hosted(api_key: str) -> NovaVMSClient:
    """Use the hosted service."""
    return NovaVMSClient(api_key=api_key)


def self_hosted(api_key: str, url: str) -> NovaVMSClient:
    """Use your own server, with a longer timeout, more retries and a name in the User-Agent."""
    return NovaVMSClient(api_key=api_key, base_url=url, timeout=30.0, max_retries=5, user_agent="dashboard/2.0")


def behind_a_proxy(api_key: str, url: str, transport: httpx.BaseTransport) -> list[str]:
    """Pass your own HTTP client; the NovaVMS client does not close it."""
    with httpx.Client(transport=transport) as http, NovaVMSClient(api_key, base_url=url, http_client=http) as client:
        return [site.name for site in client.sites.list().data]


def render(camera: Camera) -> str:
    """Annotate with the models; an item of a list and a single camera are both a Camera."""
    return f"{camera.name}: {camera.status}"


def offline_cameras(client: NovaVMSClient, site_id: str) -> list[str]:
    """Filter a list; a value is a member of an enumeration and equal to its text."""
    cameras = client.cameras.list(site_id=site_id, status="offline")
    assert all(camera.status == CameraStatus.OFFLINE for camera in cameras.data)
    return [render(camera) for camera in cameras.data]


async def camera_states(api_key: str, url: str) -> dict[str, str]:
    """Await the same calls with the asyncio client."""
    async with AsyncNovaVMSClient(api_key=api_key, base_url=url) as client:
        cameras = await client.cameras.list()
        return {camera.name: camera.status for camera in cameras.data}


def every_camera(client: NovaVMSClient) -> Iterator[Camera]:
    """Iterate over all pages; the next one is fetched when its items are needed."""
    yield from client.cameras.iter()


def every_tag(client: NovaVMSClient) -> set[str]:
    """Iterate over a list, which fetches further pages as they are needed."""
    return {tag for event in client.events.list(limit=100) for tag in event.tags}


async def every_site(client: AsyncNovaVMSClient) -> list[str]:
    """Iterate over a list without blocking, and over pages by hand."""
    page = await client.sites.list(limit=1)
    names = [site.name for site in page.data]
    while page.has_next:
        page = await page.next_page()
        names += [site.name for site in page.data]
    assert names == [site.name async for site in client.sites.list(limit=2)]
    return names


def calls_left(client: NovaVMSClient) -> int:
    """Read a header of a response, with options for this call alone."""
    raw = client.sites.with_raw_response.list(limit=1, timeout=httpx.Timeout(5.0, connect=1.0), max_retries=0)
    assert raw.parse().data[0].name
    return int(raw.headers["X-RateLimit-Remaining"])


def camera_that_changed(body: bytes, headers: Mapping[str, str], secret: str) -> str | None:
    """Verify and read a message to a webhook."""
    message = webhooks.verify(body, headers, secret)
    return message.data.camera_name if isinstance(message, CameraStatusMessage) else None


def every_event_by_hand(client: NovaVMSClient, process: Callable[[Event], None]) -> None:
    """Handle the cursor yourself, for example to continue on another day."""
    cursor: str | None = None
    while True:
        page = client.events.list(cursor=cursor, limit=100)
        for event in page.data:
            process(event)
        cursor = page.next_cursor
        if cursor is None:
            return


async def count_events(client: AsyncNovaVMSClient) -> int:
    """Iterate over all pages without blocking."""
    count = 0
    async for _ in client.events.aiter(limit=100):
        count += 1
    return count


def people_since_yesterday(client: NovaVMSClient, now: datetime) -> list[str]:
    """Pass times as datetime with a time zone, or days as "2026-04-20"."""
    recent = client.events.list(trigger_type="ai_tag", date_from=now.astimezone(timezone.utc) - timedelta(days=1))
    return [event.summary for event in recent.data if "person" in event.tags]


def review(client: NovaVMSClient, event_id: str) -> EventDetail:
    """Read an event, acknowledge and star it, and add notes."""
    event = client.events.get(event_id)
    if not event.acknowledged:
        client.events.acknowledge(event.id)
    client.events.star(event.id)
    return client.events.add_notes(event.id, f"Seen. {event.duration_sec} s of {event.camera_name}.")


def undo(client: NovaVMSClient, event_id: str) -> EventDetail:
    """Change several fields at once, and undo what a verb did."""
    return client.events.update(event_id, acknowledged=False, starred=False, notes="")


def save_events(client: NovaVMSClient, path: Path) -> int:
    """Get a CSV file."""
    return path.write_bytes(client.events.export(date_from="2026-04-01", date_to="2026-04-21"))


def watch(client: NovaVMSClient, camera_id: str) -> tuple[bytes, str, Event]:
    """Get a picture, a token to watch live, and an event recorded now."""
    picture = client.cameras.snapshot(camera_id)
    return picture, client.cameras.live_view_token(camera_id).token, client.cameras.trigger(camera_id)


def notify_the_guard(client: NovaVMSClient, camera_id: str) -> AlertRule:
    """Create a rule, change it, enable and disable it, and delete it."""
    rule = client.rules.create(
        name="Dock at night",
        trigger_type="motion",
        scope_type="specific_cameras",
        camera_ids=[camera_id],
        recipients=[{"type": "email", "target": "guard@example.com"}, Recipient(type="email", target="a@example.com")],
    )
    client.rules.update(rule.id, cooldown_sec=600, enabled=False)
    client.rules.enable(rule.id)
    disabled = client.rules.disable(rule.id)
    client.rules.remove(rule.id)
    return disabled


def close_new_alerts(client: NovaVMSClient) -> list[str]:
    """Acknowledge and resolve all new alerts, and return the timeline of the first."""
    alerts = client.alerts.list(status="new").data
    for alert in alerts:
        client.alerts.acknowledge(alert.id)
        client.alerts.change_status(alert.id, "resolved")
    return [f"{entry.action} by {entry.actor}" for entry in client.alerts.timeline(alerts[0].id).entries]


def install_gateway(client: NovaVMSClient, site_id: str) -> str:
    """Pair a gateway, read its telemetry, rename and remove it."""
    code = client.gateways.generate_pairing_code(name="Dock", site_id=site_id)
    paired = client.gateways.pair(pairing_code=code.pairing_code, version="2026.04.12", local_ip="192.168.10.24")
    load = client.gateways.telemetry(paired.gateway_id).cpu_percent
    client.gateways.update(paired.gateway_id, name=f"Dock, load {load}")
    client.gateways.remove(paired.gateway_id)
    return paired.api_key


def manage_access(client: NovaVMSClient, site_id: str) -> str | None:
    """Invite a viewer, give access to another site, change the role, end the sessions, remove the user."""
    invited = client.users.invite(email="kim@example.com", display_name="Kim", role="viewer", site_ids=[site_id])
    site = client.sites.create(name="Annex", timezone="Europe/Berlin")
    client.sites.set_users(site.id, [invited.user.id])
    client.users.change_role(invited.user.id, "operator")
    for session in client.users.sessions(invited.user.id).data:
        client.users.revoke_session(invited.user.id, session.id)
    client.users.remove(invited.user.id)
    client.sites.remove(site.id)
    return invited.temporary_password


def receive_messages(client: NovaVMSClient, url: str) -> str:
    """Add a webhook, test it, and replace its secret."""
    webhook = client.webhooks.create(name="Chat", url=url, event_types=["alert", "event"])
    client.webhooks.test(webhook.id)
    secret = client.webhooks.rotate_secret(webhook.id).secret
    client.webhooks.remove(webhook.id)
    return secret


def invalid_fields(client: NovaVMSClient) -> list[str]:
    """Read which fields are wrong, and why."""
    try:
        client.sites.create(name="", timezone="")
    except ValidationError as error:
        return sorted(error.field_errors)
    return []


def handle_errors(client: NovaVMSClient, event_id: str) -> str:
    """Handle each kind of error; NovaVMSError catches all that a call can raise."""
    try:
        return client.events.get(event_id).summary
    except RateLimitError as error:
        time.sleep(error.retry_after)
        return "later"
    except AuthError as error:
        return f"no permission: {error.code}"
    except NotFoundError:
        return "no such event"
    except TransportError as error:
        return f"no answer: {error.message}"
    except NovaVMSError as error:
        return f"{error.status} {error.code} {error.request_id}: {error.message}"
