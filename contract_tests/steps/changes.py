"""The lifecycles of objects: every call that changes one, and whether what it did can be seen."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from contract_tests import document
from contract_tests.actors import Actor, Answer
from contract_tests.steps import events, gateways, logins, users
from contract_tests.steps.alert_rules import new_rule_body
from contract_tests.steps.answers import JSON, refused
from contract_tests.steps.calls import Call
from contract_tests.steps.factories import FURTHER_IDS
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

#: Returns the actor that calls an operation.
Caller = Callable[[str], Actor]


@dataclass(frozen=True)
class Change:
    """A call that changes something: its operation, its answer, and whether what it did can be seen."""

    operation: str
    answer: Answer
    seen: bool


#: Lets an object come into being, change and end, and yields every change.
Lifecycle = Callable[[World, Caller], Iterator[Change]]
#: Yields further changes of an object, which is at a path.
Further = Callable[[World, Caller, str], Iterator[Change]]


def _nothing(world: World, caller: Caller, path: str) -> Iterator[Change]:
    yield from ()


def _lifecycle(
    noun: str,
    new: Callable[[World], JSON],
    change: Callable[[World], JSON],
    further: Further = _nothing,
    creation: str = "",
) -> Lifecycle:
    """Create an object of a kind that has calls to create, change and delete it, and these."""
    create, update, delete = creation or f"create{noun}", f"update{noun}", f"delete{noun}"

    def run(world: World, caller: Caller) -> Iterator[Change]:
        operation, reader = document.load().operations[create], world.admin
        answer = Call(operation, body=new(world)).send_as(caller(create))
        path = operation.created_path(answer) or ""
        yield Change(create, answer, reader.get(path).status == 200)
        yield from further(world, caller, path)
        fields = change(world)
        answer, found = caller(update).patch(path, fields), reader.get(path)
        yield Change(update, answer, found.status == 200 and {**found.json, **fields} == found.json)
        answer = caller(delete).delete(path)
        yield Change(delete, answer, refused(reader.get(path)))

    return run


def _triggered(world: World, caller: Caller, path: str) -> Iterator[Change]:
    answer = caller("triggerCamera").call("POST", f"{path}/trigger")
    found = world.admin.get(EVENTS, camera_id=path.rpartition("/")[2]).rows
    yield Change("triggerCamera", answer, [row["id"] for row in found] == [answer["id"]])
    yield Change("createLiveViewToken", caller("createLiveViewToken").call("POST", f"{path}/live-view-token"), True)


def _granted(world: World, caller: Caller, path: str) -> Iterator[Change]:
    viewer = world.user_ids["viewer"]
    answer = caller("setSiteUsers").call("PUT", f"{path}/users", json={"user_ids": [viewer]})
    listed = [row["id"] for shown in (answer, world.admin.get(f"{path}/users")) for row in shown["data"]]
    yield Change("setSiteUsers", answer, listed == [viewer, viewer])


def _logged_in(world: World, caller: Caller, path: str) -> Iterator[Change]:
    """Log in and out as a new user, and have a session of that user revoked."""
    invited = users.invite(world)
    for ending in ("logout", "revokeUserSession"):
        login = logins.try_login(world, users.credentials(invited), client_type="mobile")
        answer = logins.refresh(world, login["refresh_token"])
        yield Change("login", login, answer.status == 200)
        last = logins.refresh(world, answer["refresh_token"])
        yield Change("refreshSession", answer, last.status == 200)
        if ending == "logout":
            answer = logins.logged_in(world, last).call("POST", logins.LOGOUT)
        else:
            user = invited["user"]["id"]
            session = FURTHER_IDS[ending](world, user)["sid"]
            answer = caller(ending).delete(f"{USERS}/{user}/sessions/{session}")
        yield Change(ending, answer, refused(logins.refresh(world, last["refresh_token"])))


def _gateway(world: World, caller: Caller) -> Iterator[Change]:
    answer = gateways.generate_code(world, caller("generatePairingCode"))
    path, code = gateways.path_to(answer["id"]), answer["pairing_code"]
    yield Change("generatePairingCode", answer, world.admin.get(path).status == 200)
    answer = gateways.redeem_code(world, code)
    yield Change("pairGateway", answer, world.admin.get(path)["status"] != "registered")
    name = world.name("gateway")
    answer = caller("updateGateway").patch(path, {"name": name})
    yield Change("updateGateway", answer, world.admin.get(path)["name"] == name)
    answer = caller("deleteGateway").delete(path)
    yield Change("deleteGateway", answer, refused(world.admin.get(path)))


def _event(world: World, caller: Caller) -> Iterator[Change]:
    path = events.path_to(world.own_event())
    answer = caller("updateEvent").patch(path, {"starred": True})
    yield Change("updateEvent", answer, world.admin.get(path)["starred"] is True)
    answer = caller("deleteEvent").delete(path)
    yield Change("deleteEvent", answer, refused(world.admin.get(path)))


def _alert(world: World, caller: Caller) -> Iterator[Change]:
    path = f"{ALERTS}/{world.raise_alerts()[0]}"
    answer = caller("updateAlert").patch(path, {"status": "acknowledged"})
    actions = [entry["action"] for entry in world.admin.get(f"{path}/timeline")["entries"]]
    yield Change("updateAlert", answer, actions == ["fired", "acknowledged"])


def _new_camera(world: World) -> JSON:
    address = "rtsp://camera.example.com/stream"
    placed = {"site_id": world.sites[0], "connection_mode": "direct"}
    return {"name": world.name("camera"), "type": "rtsp", "stream_url": address, **placed}


def _new_site(world: World) -> JSON:
    return {"name": world.name("site"), "timezone": "Europe/Berlin"}


def _new_webhook(world: World) -> JSON:
    return {"name": world.name("webhook"), "url": UNREACHABLE_URL, "event_types": ["alert"]}


def _renamed(world: World) -> JSON:
    return {"name": world.name("name")}


#: The lifecycles by the path of the objects.
LIFECYCLES: Mapping[str, Lifecycle] = {
    EVENTS: _event,
    ALERTS: _alert,
    RULES: _lifecycle("AlertRule", new_rule_body, _renamed),
    GATEWAYS: _gateway,
    CAMERAS: _lifecycle("Camera", _new_camera, _renamed, _triggered),
    SITES: _lifecycle("Site", _new_site, _renamed, _granted),
    USERS: _lifecycle("User", users.new_invitation, lambda _: {"role": "admin"}, _logged_in, "inviteUser"),
    WEBHOOKS: _lifecycle("Webhook", _new_webhook, _renamed),
}
