"""New objects of every kind, and right bodies for every operation that takes one."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from contract_tests.steps import users
from contract_tests.verdicts import Unavailable
from contract_tests.world import ALERTS, CAMERAS, EVENTS, GATEWAYS, NOWHERE, RULES, SITES, USERS, WEBHOOKS, World

JSON = dict[str, Any]


def _event(world: World) -> str:
    return world.record(camera_id=world.cameras(world.sites[0])[0])[0]


def _rule(world: World) -> JSON:
    recipients = [{"type": "email", "target": "suite@example.com"}]
    return {"name": world.name("rule"), "trigger_type": "motion", "recipients": recipients}


def _camera(world: World) -> str:
    """Add a camera whose stream does not come up in the middle of a check."""
    camera_id = str(world.camera()["id"])
    world.change_camera(camera_id, "online")
    return camera_id


def _new_camera(world: World) -> JSON:
    address = "rtsp://camera.example.com/stream"
    bound = {"site_id": world.sites[0], "gateway_id": world.pair(site_id=world.sites[0])["gateway_id"]}
    return {"name": world.name("camera"), "type": "rtsp", "stream_url": address, **bound}


def _site(world: World) -> str:
    site_id = str(world.site()["id"])
    world.grant(site_id, "viewer")
    return site_id


def _user(world: World) -> str:
    """Invite somebody who is logged in, as far as the target tells passwords."""
    invited = users.invite(world)
    with suppress(Unavailable):
        users.log_in(world, invited)
    return str(invited["user"]["id"])


def _webhook(world: World) -> JSON:
    return {"name": world.name("webhook"), "url": NOWHERE, "event_types": ["event"]}


def _refresh(world: World) -> JSON:
    told = users.log_in(world, users.invite(world))
    return {"refresh_token": told["refresh_token"], "client_type": "mobile"}


#: A new object by the segment of the path that names its kind, each where the viewer may see it; its id.
NEW: Mapping[str, Callable[[World], str]] = {
    "events": _event,
    "alerts": lambda world: world.raise_alerts()[0],
    "alert-rules": lambda world: str(world.rule()["id"]),
    "gateways": lambda world: str(world.pair()["gateway_id"]),
    "cameras": _camera,
    "sites": _site,
    "users": _user,
    "webhooks": lambda world: str(world.webhook()["id"]),
    "service-accounts": lambda world: world.user_ids["operator"],
}
#: A new part of an object, by operation: the parameters of the path beside the object's id.
PARTS: Mapping[str, Callable[[World, str], Mapping[str, str]]] = {
    "revokeUserSession": lambda world, user_id: {"sid": str(users.sessions(world, user_id)[0]["id"])},
}
#: A right body, by operation.
BODIES: Mapping[str, Callable[[World], JSON]] = {
    "updateEvent": lambda _: {"starred": True},
    "updateAlert": lambda _: {"status": "acknowledged"},
    "createAlertRule": _rule,
    "updateAlertRule": lambda _: {"cooldown_sec": 60},
    "generatePairingCode": lambda world: {"name": world.name("gateway"), "site_id": world.sites[0]},
    "pairGateway": lambda world: {"pairing_code": world.register()["pairing_code"]},
    "updateGateway": lambda _: {"name": "Renamed"},
    "createCamera": _new_camera,
    "updateCamera": lambda _: {"name": "Renamed"},
    "createSite": lambda world: {"name": world.name("site"), "timezone": "Europe/Berlin"},
    "updateSite": lambda _: {"name": "Renamed"},
    "setSiteUsers": lambda world: {"user_ids": [world.user_ids["viewer"]]},
    "inviteUser": users.stranger,
    "updateUser": lambda _: {"display_name": "Renamed"},
    "createWebhook": _webhook,
    "updateWebhook": lambda _: {"event_types": ["alert", "gateway_status"]},
    "login": lambda world: users.credentials(users.invite(world)),
    "refreshSession": _refresh,
}
#: The lists that show all there is, and what can be read of each item beside the item itself.
READ_BACK: Mapping[str, tuple[str, ...]] = {
    EVENTS: (),
    ALERTS: ("/timeline",),
    RULES: (),
    GATEWAYS: (),
    CAMERAS: (),
    SITES: ("/users",),
    USERS: ("/sessions",),
    WEBHOOKS: (),
}
