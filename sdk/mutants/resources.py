"""Wrong laws about the namespaces and what their verbs do."""

from collections.abc import Callable
from typing import Any

from mutants.base import Mutant, Original, for_each, patch, together
from mutants.parts import (
    CLIENTS,
    answering,
    asking,
    asks,
    elsewhere,
    namespaces,
    no_verb,
    raising,
    telling,
    without_sending,
)
from novavms._awaiting import AsyncChannel
from novavms._blocking import Channel
from novavms._core import exchange

ONE = "*-*-*-*-*"
#: What is made, read, changed and deleted, by its rule, namespace and path.
MADE = (
    ("SDK-31", "cameras", "/cameras"),
    ("SDK-34", "rules", "/alert-rules"),
    ("SDK-35", "sites", "/sites"),
    ("SDK-37", "webhooks", "/webhooks"),
)


def _no_namespace(name: str) -> Mutant:
    """Make clients without a namespace, by whichever name."""

    def wrap(original: Original) -> Any:
        def init(self: Any, *arguments: Any, **chosen: Any) -> None:
            original(self, *arguments, **chosen)
            for known in (name, f"alert_{name}"):
                vars(self).pop(known, None)

        return init

    return together(*(patch(made, "__init__", wrap) for made in CLIENTS))


def _swapped(name: str, other: str) -> Mutant:
    """Make clients in which a namespace is another one."""

    def wrap(original: Original) -> Any:
        def init(self: Any, *arguments: Any, **chosen: Any) -> None:
            original(self, *arguments, **chosen)
            setattr(self, name, getattr(self, other))

        return init

    return together(*(patch(made, "__init__", wrap) for made in CLIENTS))


def _verb(namespace: str, name: str, change: Callable[[Any], Any]) -> Mutant:
    """Change a verb in both clients."""
    return together(*(patch(owner, name, change) for owner in namespaces(namespace)))


def _as(namespace: str, name: str, other: str) -> Mutant:
    """Let a verb do what another one does, in both clients."""

    def wrap(owner: Any) -> Callable[[Any], Any]:
        return lambda _: lambda self, id, *rest: getattr(owner, other)(self, id)

    return together(*(patch(owner, name, wrap(owner)) for owner in namespaces(namespace)))


def _nameless(original: Original) -> Any:
    """Take the id by its name alone."""
    return lambda self, *, id, **fields: original(self, id, **fields)


def _in_a_dictionary(original: Original) -> Any:
    """Take the fields in a dictionary alone."""
    return lambda self, id, fields: original(self, id, **fields)


def _other_id(path: str) -> str:
    head, _, last = path.rpartition("/")
    return f"{head}/{last[:-1]}{'0' if last[-1] != '0' else '1'}"


def _nothing_made(path: str) -> Mutant:
    """Answer what there is already in the place of making something."""
    return elsewhere(f"POST {path}", lambda _: f"{path}?limit=1", "GET")


def _broken(rule: str, namespace: str, path: str) -> dict[str, Mutant]:
    return {
        f"{rule}/no-{namespace}-made": _nothing_made(path),
        f"{rule}/{namespace}-of-another-name": telling(f"POST {path}", name=lambda name: f"{name}."),
        f"{rule}/no-{namespace}-listed": answering(f"GET {path}", lambda it: it.model_copy(update={"data": []})),
        f"{rule}/other-{namespace}-read": elsewhere(f"GET {path}/{ONE}", _other_id),
        f"{rule}/{namespace}-not-changed": elsewhere(f"PATCH {path}/{ONE}", lambda it: it, "GET"),
        f"{rule}/{namespace}-not-deleted": without_sending(f"DELETE {path}/{ONE}"),
        **for_each(
            f"{rule}/{namespace}-without-{{}}", ("list", "get", "create", "update"), lambda it: no_verb(namespace, it)
        ),
        f"{rule}/{namespace}-without-remove": no_verb(namespace, "remove", "delete"),
    }


def _tolerating(*statuses: int) -> Mutant:
    """Return nothing where these errors would be raised."""
    failing = raising(lambda error, response: None if response.status_code in statuses else error)

    def wrap(original: Original) -> Any:
        return lambda call, response: None if response.status_code in statuses else original(call, response)

    return together(failing, patch(exchange, "answer", wrap))


def _before(law: Callable[[Any], bool]) -> Mutant:
    """Refuse calls before they are sent, as if the server had."""

    def refuse(self: Any, call: Any) -> Any:
        if law(call):
            raise PermissionError("not for you")

    def wrap(original: Original) -> Any:
        return lambda self, call: refuse(self, call) or original(self, call)

    return together(patch(Channel, "send", wrap), patch(AsyncChannel, "send", wrap))


MUTANTS: dict[str, Mutant] = {
    **for_each("SDK-30/no-{}", ("cameras", "events", "alerts", "rules", "sites", "users", "webhooks"), _no_namespace),
    "SDK-30/sites-are-cameras": _swapped("sites", "cameras"),
    **{name: how for row in MADE for name, how in _broken(*row).items()},
    "SDK-31/no-snapshots": no_verb("cameras", "snapshot"),
    "SDK-31/no-tokens": no_verb("cameras", "live_view_token"),
    "SDK-31/snapshot-as-text": answering("GET */snapshot", lambda found: found.decode("latin-1")),
    "SDK-31/snapshot-cut": answering("GET */snapshot", lambda found: found[:20]),
    "SDK-31/snapshot-of-another": elsewhere("GET */snapshot", lambda _: "/cameras"),
    "SDK-31/token-not-asked-for": without_sending("POST */live-view-token", {"token": "lvt_x"}),
    "SDK-31/token-not-told": answering("POST */live-view-token", lambda _: None),
    "SDK-32/no-filter": asking("GET /events", starred=None),
    "SDK-32/no-other-filter": asking("GET /events", trigger_type=None),
    "SDK-32/another-event": elsewhere(f"GET /events/{ONE}", _other_id),
    "SDK-32/not-acknowledged": telling("PATCH /events/*", acknowledged=lambda it: it and False),
    "SDK-32/acknowledges-nothing": without_sending("PATCH /events/*"),
    **for_each("SDK-32/no-{}", ("list", "get", "acknowledge", "star", "add_notes"), lambda it: no_verb("events", it)),
    "SDK-32/not-starred": telling("PATCH /events/*", starred=lambda it: it and False),
    "SDK-32/notes-in-capitals": telling("PATCH /events/*", notes=lambda it: it and it.upper()),
    "SDK-33/no-history": answering("GET /alerts", lambda it: it.model_copy(update={"data": it.data[:1]})),
    "SDK-33/resolved-at-once": telling("PATCH /alerts/*", status="resolved"),
    "SDK-33/acknowledged-only": telling("PATCH /alerts/*", status="acknowledged"),
    "SDK-33/not-sent": without_sending("PATCH /alerts/*"),
    **for_each("SDK-33/no-{}", ("list", "acknowledge", "change_status"), lambda it: no_verb("alerts", it)),
    "SDK-34/never-off": telling("PATCH /alert-rules/*", enabled=lambda it: it is not None or None),
    "SDK-34/never-on": telling("PATCH /alert-rules/*", enabled=lambda it: None if it is None else False),
    "SDK-34/enable-disables": _as("rules", "enable", "disable"),
    "SDK-34/disable-enables": _as("rules", "disable", "enable"),
    "SDK-35/nobody-gets-access": telling("PUT /sites/*/users", user_ids=lambda _: []),
    "SDK-35/access-not-sent": without_sending("PUT /sites/*/users"),
    "SDK-35/no-access": no_verb("sites", "set_users", "users"),
    "SDK-36/nobody-invited": _nothing_made("/users"),
    "SDK-36/no-invitations": no_verb("users", "invite", "create"),
    "SDK-36/no-members": answering("GET /users", lambda it: it.model_copy(update={"data": it.data[1:]})),
    "SDK-36/role-not-changed": telling("PATCH /users/*", role="viewer"),
    "SDK-36/role-not-sent": without_sending("PATCH /users/*"),
    "SDK-36/change-role-does-nothing": _as("users", "change_role", "get"),
    "SDK-36/no-revoking": no_verb("users", "revoke_session"),
    "SDK-36/revokes-nothing": without_sending("DELETE /users/*/sessions/*"),
    "SDK-37/no-tests": no_verb("webhooks", "test"),
    "SDK-37/tests-nothing": without_sending("POST /webhooks/*/test"),
    "SDK-38/refusal-swallowed": _tolerating(403),
    "SDK-38/refused-for-admins": _before(lambda call: asks(call, "POST */rotate-secret")),
    "SDK-38/anything-else": elsewhere("POST */rotate-secret", lambda path: path.replace("rotate-secret", "test")),
    "SDK-38/no-rotation": no_verb("webhooks", "rotate_secret"),
    "SDK-38/secret-hidden": answering("POST */rotate-secret", lambda it: it.model_copy(update={"secret": ""})),
    **for_each("SDK-39/no-events-{}", ("list", "get", "create", "update"), lambda it: no_verb("events", it)),
    "SDK-39/no-alerts-remove": no_verb("alerts", "remove", "delete"),
    "SDK-39/no-alerts-create": no_verb("alerts", "create"),
    "SDK-39/no-users-create": no_verb("users", "create"),
    "SDK-39/no-webhooks-get": no_verb("webhooks", "get"),
    "SDK-40/no-trigger": no_verb("cameras", "trigger"),
    "SDK-40/no-acknowledge": no_verb("events", "acknowledge"),
    "SDK-40/triggers-nothing": without_sending("POST */trigger"),
    "SDK-40/triggers-another": elsewhere("POST */trigger", lambda path: path.replace("trigger", "live-view-token")),
    "SDK-40/acknowledges-nothing": without_sending("PATCH /events/*"),
    "SDK-41/ignored": asking("GET /cameras", site_id=None),
    "SDK-41/another-name": asking("GET /cameras", site=lambda _: "x", site_id=None),
    "SDK-41/not-taken": _verb(
        "cameras", "list", lambda original: lambda self, *, limit=None: original(self, limit=limit)
    ),
    "SDK-42/by-its-name-alone": _verb("events", "get", _nameless),
    "SDK-42/another-event": elsewhere(f"GET /events/{ONE}", _other_id),
    "SDK-43/by-its-name-alone": _verb("rules", "update", _nameless),
    "SDK-43/fields-in-a-dictionary": _verb("rules", "update", _in_a_dictionary),
    "SDK-43/others-reset": telling("PATCH /alert-rules/*", cooldown_sec=lambda it: 300 if it is None else it),
    "SDK-43/enabled-dropped": telling("PATCH /alert-rules/*", enabled=None, schedule_type="always"),
}
