"""A small program on the NovaVMS API, for the tests beside it."""

from collections.abc import Mapping

from novavms import NovaVMSClient, webhooks
from novavms.errors import AuthError, NovaVMSError
from novavms.models import EventMessage


def event_ids(client: NovaVMSClient) -> list[str]:
    """Return the ids of all events, whatever the number of pages."""
    return [str(event.id) for event in client.events.iter(limit=100)]


def rename_site(client: NovaVMSClient, site_id: str, name: str) -> str:
    """Rename a site and return what to show the person who asked."""
    try:
        client.sites.update(site_id, name=name, headers={"X-Reason": "renamed in the yard"})
    except AuthError:
        return "ask an admin to rename it"
    return f"renamed to {name}"


def connect_gateway(client: NovaVMSClient, code: str) -> str:
    """Redeem a pairing code and return what to show the person who typed it in."""
    try:
        client.gateways.pair(pairing_code=code, name="Yard")
    except NovaVMSError as error:
        return "the code has expired, make another" if error.status == 410 else error.message
    return "connected"


def camera_of(body: bytes, headers: Mapping[str, str], secret: str) -> str:
    """Return the id of the camera that a message to our webhook is about."""
    message = webhooks.verify(body, headers, secret=secret)
    assert isinstance(message, EventMessage)
    return str(message.data.camera_id)
