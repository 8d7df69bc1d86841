"""Mutants of the namespaces, and of what their verbs do."""

from dataclasses import replace
from typing import Any

import httpx

from mutants.operators import (
    ID,
    change_answer,
    change_body,
    change_call,
    change_path,
    change_query,
    in_both,
    matches,
    no_verb,
    skip_sending,
    updated,
    without,
)
from mutants.patches import Function, Mutant, around, both, for_each, together
from novavms import AsyncNovaVMSClient, NovaVMSClient
from novavms._awaiting import AsyncChannel
from novavms._blocking import Channel
from novavms._core import exchange
from novavms._core.call import Call
from novavms.client import Alerts, Cameras, Events, Rules, Sites, Users, Webhooks

NAMESPACES = ("cameras", "events", "alerts", "rules", "sites", "users", "webhooks")
#: A namespace whose objects are created, read, changed and deleted.
Managed = type[Cameras] | type[Rules] | type[Sites] | type[Webhooks]


def _no_namespace(name: str) -> Mutant:
    """Make clients without a namespace, under whichever name."""

    def init(original: Function, client: Any, *arguments: Any, **given: Any) -> None:
        original(client, *arguments, **given)
        namespace = getattr(client, name)
        for known in [known for known, value in vars(client).items() if value is namespace]:
            delattr(client, known)

    return in_both(NovaVMSClient.__init__, init)


def _sites_are_cameras(
    original: Function, client: NovaVMSClient | AsyncNovaVMSClient, *arguments: Any, **given: Any
) -> None:
    original(client, *arguments, **given)
    client.sites = client.cameras  # type: ignore[assignment]


def _as(verb: Function, other: Function) -> Mutant:
    """Let a verb do what another verb of its namespace does, in both clients."""
    swaps = zip(both(verb), both(other), strict=True)
    return together(*(_called_with_id(one, another) for one, another in swaps))


def _called_with_id(verb: Function, other: Function) -> Mutant:
    return around(verb, lambda original, namespace, id, *_: other(namespace, id))


def _other_id(path: str) -> str:
    """Change the last digit of the id at the end of a path."""
    return f"{path[:-1]}{'0' if path[-1] != '0' else '1'}"


def _list_instead(path: str) -> Mutant:
    """Return what exists already instead of creating something."""
    return change_path(f"POST {path}", lambda _: f"{path}?limit=1", "GET")


def _crud(rule: str, noun: str, path: str, namespace: Managed) -> dict[str, Mutant]:
    """Return the mutants of creating, reading, changing and deleting the objects of a namespace."""
    verbs = (namespace.list, namespace.get, namespace.create, namespace.update, namespace.remove)
    return {
        f"{rule}/no-{noun}-made": _list_instead(path),
        f"{rule}/{noun}-of-another-name": change_body(f"POST {path}", name=lambda name: f"{name}."),
        f"{rule}/no-{noun}-listed": change_answer(f"GET {path}", updated(data=lambda _: [])),
        f"{rule}/other-{noun}-read": change_path(f"GET {path}/{ID}", _other_id),
        f"{rule}/{noun}-not-changed": change_path(f"PATCH {path}/{ID}", lambda it: it, "GET"),
        f"{rule}/{noun}-not-deleted": skip_sending(f"DELETE {path}/{ID}"),
        **for_each(f"{rule}/{noun}-without-{{0.__name__}}", verbs, without),
    }


def _none_for(status: int) -> Mutant:
    """Return None instead of raising the error of a status."""

    def answer(original: Function, call: Call[Any], response: httpx.Response) -> Any:
        return None if response.status_code == status else original(call, response)

    return around(exchange.answer, answer)


def _refuse(where: str) -> Mutant:
    """Refuse calls before they are sent, as the server might."""

    def send(original: Function, channel: Channel | AsyncChannel, call: Call[Any]) -> Any:
        if matches(call, where):
            raise PermissionError("refused before sending")
        return original(channel, call)

    return in_both(Channel.send, send)


MUTANTS: dict[str, Mutant] = {
    **for_each("SDK-30/no-{}", NAMESPACES, _no_namespace),
    "SDK-30/sites-are-cameras": in_both(NovaVMSClient.__init__, _sites_are_cameras),
    **_crud("SDK-31", "cameras", "/cameras", Cameras),
    **_crud("SDK-34", "rules", "/alert-rules", Rules),
    **_crud("SDK-35", "sites", "/sites", Sites),
    **_crud("SDK-37", "webhooks", "/webhooks", Webhooks),
    "SDK-31/null-left-out": change_call(
        "PATCH *", lambda call: replace(call, body={k: v for k, v in (call.body or {}).items() if v is not None})
    ),
    "SDK-31/login-of-null": change_call(
        "POST /cameras", lambda call: replace(call, body={"username": None, "password": None, **(call.body or {})})
    ),
    "SDK-31/another-mode": change_body("POST /cameras", connection_mode=lambda it: it or "direct"),
    "SDK-35/a-zone-nobody-chose": change_body("POST /sites", timezone=lambda it: it or "Europe/Berlin"),
    "SDK-37/made-disabled": change_body("POST /webhooks", enabled=lambda it: bool(it)),
    "SDK-31/no-snapshots": without(Cameras.snapshot),
    "SDK-31/no-tokens": without(Cameras.live_view_token),
    "SDK-31/snapshot-as-text": change_answer("GET */snapshot", lambda found: found.decode("latin-1")),
    "SDK-31/snapshot-cut": change_answer("GET */snapshot", lambda found: found[:20]),
    "SDK-31/snapshot-of-another": change_path("GET */snapshot", lambda _: "/cameras"),
    "SDK-31/token-not-asked-for": skip_sending("POST */live-view-token", {"token": "lvt_x"}),
    "SDK-31/token-not-returned": change_answer("POST */live-view-token", lambda _: None),
    "SDK-32/no-filter": change_query("GET /events", starred=None),
    "SDK-32/no-other-filter": change_query("GET /events", trigger_type=None),
    "SDK-32/another-event": change_path(f"GET /events/{ID}", _other_id),
    "SDK-32/not-acknowledged": change_body("PATCH /events/*", acknowledged=lambda it: it and False),
    "SDK-32/acknowledges-nothing": skip_sending("PATCH /events/*"),
    **no_verb("SDK-32", Events.list, Events.get, Events.acknowledge, Events.star, Events.add_notes),
    "SDK-32/not-starred": change_body("PATCH /events/*", starred=lambda it: it and False),
    "SDK-32/notes-in-capitals": change_body("PATCH /events/*", notes=lambda it: it and it.upper()),
    "SDK-33/no-history": change_answer("GET /alerts", updated(data=lambda items: items[:1])),
    "SDK-33/resolved-at-once": change_body("PATCH /alerts/*", status="resolved"),
    "SDK-33/acknowledged-only": change_body("PATCH /alerts/*", status="acknowledged"),
    "SDK-33/not-sent": skip_sending("PATCH /alerts/*"),
    **no_verb("SDK-33", Alerts.list, Alerts.acknowledge, Alerts.change_status),
    "SDK-34/never-off": change_body("PATCH /alert-rules/*", enabled=lambda it: it is not None or None),
    "SDK-34/never-on": change_body("PATCH /alert-rules/*", enabled=lambda it: None if it is None else False),
    "SDK-34/enable-disables": _as(Rules.enable, Rules.disable),
    "SDK-34/disable-enables": _as(Rules.disable, Rules.enable),
    "SDK-35/nobody-gets-access": change_body("PUT /sites/*/users", user_ids=lambda _: []),
    "SDK-35/access-not-sent": skip_sending("PUT /sites/*/users"),
    "SDK-35/no-access": without(Sites.set_users, Sites.users),
    "SDK-36/nobody-invited": _list_instead("/users"),
    "SDK-36/no-invitations": without(Users.invite),
    "SDK-36/no-members": change_answer("GET /users", updated(data=lambda items: items[1:])),
    "SDK-36/role-not-changed": change_body("PATCH /users/*", role="viewer"),
    "SDK-36/role-not-sent": skip_sending("PATCH /users/*"),
    "SDK-36/change-role-does-nothing": _as(Users.change_role, Users.get),
    "SDK-36/no-revoking": without(Users.revoke_session),
    "SDK-36/revokes-nothing": skip_sending("DELETE /users/*/sessions/*"),
    "SDK-37/no-tests": without(Webhooks.test),
    "SDK-37/tests-nothing": skip_sending("POST /webhooks/*/test"),
    "SDK-38/refusal-swallowed": _none_for(403),
    "SDK-38/refused-for-admins": _refuse("POST */rotate-secret"),
    "SDK-38/anything-else": change_path("POST */rotate-secret", lambda path: path.replace("rotate-secret", "test")),
    "SDK-38/no-rotation": without(Webhooks.rotate_secret),
    "SDK-38/secret-hidden": change_answer("POST */rotate-secret", updated(secret=lambda _: "")),
    **for_each("SDK-39/no-events-{0.__name__}", (Events.list, Events.get, Events.create, Events.update), without),
    "SDK-39/no-alerts-remove": without(Alerts.remove),
    "SDK-39/no-alerts-create": without(Alerts.create),
    "SDK-39/no-users-create": without(Users.create, name="create"),
    "SDK-39/no-webhooks-get": without(Webhooks.get),
    "SDK-40/no-trigger": without(Cameras.trigger),
    "SDK-40/no-acknowledge": without(Events.acknowledge),
    "SDK-40/triggers-nothing": skip_sending("POST */trigger"),
    "SDK-40/triggers-another": change_path("POST */trigger", lambda path: path.replace("trigger", "live-view-token")),
    "SDK-40/acknowledges-nothing": skip_sending("PATCH /events/*"),
    "SDK-41/ignored": change_query("GET /cameras", site_id=None),
    "SDK-41/another-name": change_query("GET /cameras", site=lambda _: "x", site_id=None),
    "SDK-41/not-taken": in_both(Cameras.list, lambda original, cameras, *, limit=None: original(cameras, limit=limit)),
    "SDK-42/by-its-name-alone": in_both(Events.get, lambda original, events, *, id: original(events, id)),
    "SDK-42/another-event": change_path(f"GET /events/{ID}", _other_id),
    "SDK-43/by-its-name-alone": in_both(
        Rules.update, lambda original, rules, *, id, **fields: original(rules, id, **fields)
    ),
    "SDK-43/fields-in-a-dictionary": in_both(
        Rules.update, lambda original, rules, id, fields: original(rules, id, **fields)
    ),
    "SDK-43/others-reset": change_body("PATCH /alert-rules/*", cooldown_sec=lambda it: 300 if it is None else it),
    "SDK-43/enabled-dropped": change_body("PATCH /alert-rules/*", enabled=None, schedule_type="always"),
}
