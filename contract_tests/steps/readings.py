"""What each operation that reads shows of an object, who changes that object, and how it is removed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from contract_tests.actors import Actor, Answer
from contract_tests.expectations import MAX_LIMIT
from contract_tests.steps import events, gateways, logins, users
from contract_tests.steps.answers import JSON, refused
from contract_tests.steps.factories import NEW_OBJECTS
from contract_tests.steps.gateway_socket import require_socket
from contract_tests.steps.gateways import telemetry_frame
from contract_tests.world import ALERTS, API, CAMERAS, EVENTS, GATEWAYS, RULES, SITES, USERS, WEBHOOKS, World

#: The fields that hold the rows of a list, and the field of each row by which it is known.
_ROWS = ("data", "keys")


@dataclass(frozen=True)
class Reading:
    """A call that reads an object, and what the answer is to show.

    ``change`` changes the object as an actor, ``shows`` says whether an answer shows the change, ``remove`` removes the
    object, and ``gone`` says whether an answer shows that; None where no documented call does.
    """

    path: str
    shows: Callable[[Answer], bool]
    gone: Callable[[Answer], bool] = refused
    change: Callable[[Actor], Answer] | None = None
    remove: Callable[[], object] | None = None
    params: Mapping[str, Any] = field(default_factory=dict)

    def read(self, actor: Actor) -> Answer:
        """Make the call as an actor."""
        return actor.get(self.path, **self.params)


Make = Callable[[World], Reading]


def listed_ids(answer: Answer) -> set[Any]:
    """Return the ids of the rows in the answer of a list, nothing where it is none."""
    if not answer.headers.get("content-type", "").startswith("application/json"):
        return set()
    body = answer.json if isinstance(answer.json, dict) else {}
    rows = next((body[name] for name in _ROWS if isinstance(body.get(name), list)), ())
    return {row["id"] for row in rows if isinstance(row, dict) and isinstance(row.get("id"), str)}


def _rows(answer: Answer) -> list[JSON]:
    return answer.rows if answer.status == 200 else []


def _has(row: JSON, fields: JSON) -> bool:
    return {**row, **fields} == row


def _item(
    path: str, change: Callable[[World], JSON], *, rows: Callable[[Answer], list[JSON]] = _rows, part: str = ""
) -> Make:
    """Read a list in which there is a new object."""

    def make(world: World) -> Reading:
        object_id, fields = NEW_OBJECTS[path.split("/")[3]](world), change(world)
        removable = path != ALERTS
        return Reading(
            f"{path}{part}",
            shows=lambda answer: any(row["id"] == object_id and _has(row, fields) for row in rows(answer)),
            gone=lambda answer: refused(answer) or all(row["id"] != object_id for row in rows(answer)),
            change=lambda actor: actor.patch(f"{path}/{object_id}", fields),
            remove=(lambda: world.admin.delete(f"{path}/{object_id}")) if removable else None,
            params=_params(world, path),
        )

    return make


def _params(world: World, path: str) -> JSON:
    """Return the filter that leaves what is at the site of the new object, where a list has one, and the limit."""
    limit = {"limit": MAX_LIMIT} if path in (EVENTS, ALERTS, CAMERAS, USERS) else {}
    return limit | ({"site_id": world.sites[0]} if path in (EVENTS, CAMERAS) else {})


def _object(path: str, change: Callable[[World], JSON]) -> Make:
    """Read a new object."""

    def make(world: World) -> Reading:
        object_id, fields = NEW_OBJECTS[path.split("/")[3]](world), change(world)
        return Reading(
            f"{path}/{object_id}",
            shows=lambda answer: answer.status == 200 and _has(answer.json, fields),
            change=lambda actor: actor.patch(f"{path}/{object_id}", fields),
            remove=lambda: world.admin.delete(f"{path}/{object_id}"),
        )

    return make


def _rule(world: World) -> Reading:
    """Read a rule for one camera, which is deleted."""
    camera = NEW_OBJECTS["cameras"](world)
    rule = world.rule(scope_type="specific_cameras", camera_ids=[camera])
    return Reading(
        f"{RULES}/{rule['id']}",
        shows=lambda answer: answer.status == 200 and answer["enabled"] is False,
        change=lambda actor: actor.delete(f"{CAMERAS}/{camera}"),
    )


def _telemetry(world: World) -> Reading:
    paired = world.pair()
    gateway = gateways.path_to(paired["gateway_id"])

    def change(actor: Actor) -> Answer:
        with require_socket(world, paired["gateway_id"], paired["api_key"]) as socket:
            socket.send(telemetry_frame(cpu=42.5))
        return actor.patch(gateway, {"name": world.name("gateway")})

    return Reading(
        f"{gateway}/telemetry",
        shows=lambda answer: answer.status == 200 and answer["cpu_percent"] == 42.5,
        change=change,
        remove=lambda: world.admin.delete(gateway),
    )


def _snapshot(world: World) -> Reading:
    camera = f"{CAMERAS}/{NEW_OBJECTS['cameras'](world)}"
    return Reading(
        f"{camera}/snapshot",
        shows=lambda answer: answer.status == 200 and bool(answer.body),
        remove=lambda: world.admin.delete(camera),
    )


def _timeline(world: World) -> Reading:
    alert = f"{ALERTS}/{NEW_OBJECTS['alerts'](world)}"

    def shows(answer: Answer) -> bool:
        actions = [entry["action"] for entry in answer["entries"]] if answer.status == 200 else []
        return actions == ["fired", "acknowledged"]

    return Reading(f"{alert}/timeline", shows, change=lambda actor: actor.patch(alert, {"status": "acknowledged"}))


def _members(world: World) -> Reading:
    site = f"{SITES}/{NEW_OBJECTS['sites'](world)}"
    invited = users.invite(world, role="viewer", site_ids=world.granted)
    members = [world.user_ids["viewer"], invited["user"]["id"]]
    return Reading(
        f"{site}/users",
        shows=lambda answer: listed_ids(answer) == {*members},
        change=lambda actor: actor.call("PUT", f"{site}/users", json={"user_ids": members}),
        remove=lambda: world.admin.delete(site),
    )


def _sessions(world: World) -> Reading:
    invited = users.invite(world)
    user = f"{USERS}/{invited['user']['id']}"
    users.log_in(world, invited)

    def change(actor: Actor) -> Answer:
        actor.patch(user, {"display_name": world.name("user")})
        return logins.try_login(world, users.credentials(invited))

    return Reading(
        f"{user}/sessions",
        shows=lambda answer: len(listed_ids(answer)) == 2,
        change=change,
        remove=lambda: world.admin.delete(user),
    )


def _keys(world: World) -> Reading:
    user = world.user_ids["operator"]
    return Reading(
        f"{API}/service-accounts/{user}/keys",
        shows=lambda answer: bool(listed_ids(answer)),
        remove=lambda: world.admin.delete(f"{USERS}/{user}"),
    )


def _system(path: str) -> Make:
    return lambda _: Reading(path, shows=lambda answer: answer.status == 200)


def _name(world: World) -> JSON:
    return {"name": world.name("name")}


def _display_name(world: World) -> JSON:
    return {"display_name": world.name("user")}


def _exported(answer: Answer) -> list[JSON]:
    """Return the rows of an export, with its booleans read."""
    rows = events.exported_rows(answer) if answer.status == 200 else []
    return [{**row, "starred": row["starred"] == "true"} for row in rows]


#: Makes an object that the viewer may see, and a call that reads it; by operation.
READINGS: Mapping[str, Make] = {
    "listEvents": _item(EVENTS, lambda _: {"starred": True}),
    "getEvent": _object(EVENTS, lambda _: {"starred": True}),
    "exportEvents": _item(EVENTS, lambda _: {"starred": True}, rows=_exported, part="/export"),
    "listAlerts": _item(ALERTS, lambda _: {"status": "acknowledged"}),
    "getAlertTimeline": _timeline,
    "listAlertRules": _item(RULES, _name),
    "getAlertRule": _rule,
    "listGateways": _item(GATEWAYS, _name),
    "getGateway": _object(GATEWAYS, _name),
    "getGatewayTelemetry": _telemetry,
    "listCameras": _item(CAMERAS, _name),
    "getCamera": _object(CAMERAS, _name),
    "getCameraSnapshot": _snapshot,
    "listSites": _item(SITES, lambda _: {"timezone": "Asia/Tokyo"}),
    "getSite": _object(SITES, lambda _: {"timezone": "Asia/Tokyo"}),
    "listSiteUsers": _members,
    "listUsers": _item(USERS, _display_name),
    "getUser": _object(USERS, _display_name),
    "listUserSessions": _sessions,
    "getMe": _system(logins.ME),
    "listServiceAccountKeys": _keys,
    "listWebhooks": _item(WEBHOOKS, _name),
    "getWebhook": _object(WEBHOOKS, _name),
    "getHealth": _system("/healthz"),
    "getApiHealth": _system(f"{API}/health"),
}
