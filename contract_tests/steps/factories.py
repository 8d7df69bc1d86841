"""New objects of every kind, and valid bodies for every operation that takes one."""

from collections.abc import Callable, Mapping
from contextlib import suppress

from contract_tests.steps import alert_rules, users
from contract_tests.steps.answers import JSON
from contract_tests.verdicts import Unavailable
from contract_tests.world import (
    ALERTS,
    CAMERAS,
    EVENTS,
    GATEWAYS,
    RULES,
    SITES,
    UNREACHABLE_URL,
    USERS,
    WEBHOOKS,
    World,
)


def _event(world: World) -> str:
    return world.record(camera_id=world.cameras(world.sites[0])[0])[0]


def _camera(world: World) -> str:
    """Add a camera that is online already, so that its status does not change during a check."""
    camera_id = str(world.camera()["id"])
    world.set_camera_status(camera_id, "online")
    return camera_id


def _camera_body(world: World) -> JSON:
    address = "rtsp://camera.example.com/stream"
    bound = {"site_id": world.sites[0], "gateway_id": world.pair(site_id=world.sites[0])["gateway_id"]}
    return {"name": world.name("camera"), "type": "rtsp", "stream_url": address, **bound}


def _site(world: World) -> str:
    site_id = str(world.site()["id"])
    world.grant(site_id, "viewer")
    return site_id


def _user(world: World) -> str:
    """Invite a user, who is logged in where the target shows the password."""
    invited = users.invite(world)
    with suppress(Unavailable):
        users.log_in(world, invited)
    return str(invited["user"]["id"])


def _session(world: World, user_id: str) -> str:
    """Return the id of a session of a user. Raises Unavailable where none is listed."""
    for session in users.sessions(world, user_id):
        return str(session["id"])
    raise Unavailable("no session is listed of a user who has logged in")


def _webhook_body(world: World) -> JSON:
    return {"name": world.name("webhook"), "url": UNREACHABLE_URL, "event_types": ["event"]}


def _refresh_body(world: World) -> JSON:
    login = users.log_in(world, users.invite(world))
    return {"refresh_token": login["refresh_token"], "client_type": "mobile"}


#: Creates an object of each kind, where the viewer may see it, and returns its id; by the segment of the path.
NEW_OBJECTS: Mapping[str, Callable[[World], str]] = {
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
#: Returns the further path parameters that an operation takes beside the object's id.
FURTHER_IDS: Mapping[str, Callable[[World, str], Mapping[str, str]]] = {
    "revokeUserSession": lambda world, user_id: {"sid": _session(world, user_id)},
}
#: Returns a valid body, by operation.
VALID_BODIES: Mapping[str, Callable[[World], JSON]] = {
    "updateEvent": lambda _: {"starred": True},
    "updateAlert": lambda _: {"status": "acknowledged"},
    "createAlertRule": alert_rules.new_rule_body,
    "updateAlertRule": lambda _: {"cooldown_sec": 60},
    "generatePairingCode": lambda world: {"name": world.name("gateway"), "site_id": world.sites[0]},
    "pairGateway": lambda world: {"pairing_code": world.register()["pairing_code"]},
    "updateGateway": lambda _: {"name": "Renamed"},
    "createCamera": _camera_body,
    "updateCamera": lambda _: {"name": "Renamed"},
    "createSite": lambda world: {"name": world.name("site"), "timezone": "Europe/Berlin"},
    "updateSite": lambda _: {"name": "Renamed"},
    "setSiteUsers": lambda world: {"user_ids": [world.user_ids["viewer"]]},
    "inviteUser": users.new_invitation,
    "updateUser": lambda _: {"display_name": "Renamed"},
    "createWebhook": _webhook_body,
    "updateWebhook": lambda _: {"event_types": ["alert", "gateway_status"]},
    "login": lambda world: users.credentials(users.invite(world)),
    "refreshSession": _refresh_body,
}
#: The lists that together show everything in an org, and what can be read of each item beside the item itself.
READABLE: Mapping[str, tuple[str, ...]] = {
    EVENTS: (),
    ALERTS: ("/timeline",),
    RULES: (),
    GATEWAYS: (),
    CAMERAS: (),
    SITES: ("/users",),
    USERS: ("/sessions",),
    WEBHOOKS: (),
}
