"""Mutants about webhooks: their fields, roles, secret."""

from functools import partial
from typing import Any

from mockserver.domain.access import Role
from mockserver.domain.errors import InvalidInput
from mockserver.mutants.operators.document import field, moved, role, schema, setting, success, unknown
from mockserver.mutants.operators.operations import answering, asking, done_yet_refused, receiving, serving, undone
from mockserver.mutants.operators.patches import (
    Change,
    Original,
    Patch,
    calling,
    for_each,
    mutant,
    occasionally,
    replaced,
    returning,
)
from mockserver.mutants.operators.refusals import status_of
from mockserver.mutants.operators.values import TIMES, changed, each, having, lacking, record, renamed, with_fields
from mockserver.mutants.operators.webhooks import BODIES, FIELDS, HOST, PATH
from mockserver.operations import webhooks as operations
from mockserver.operations.call import Call
from mockserver.store.kinds import WEBHOOKS

_EVENT_TYPES = ("alert", "event", "camera_status", "gateway_status")
#: Patterns that accept addresses which are not https.
_ADDRESSES = {
    "http": f"^https?://{HOST}{PATH}",
    "ftp": f"^(https|ftp|ws)://{HOST}{PATH}",
    "no-scheme": f"^(https:)?//{HOST}{PATH}",
    "no-host": f"^https://({HOST}{PATH})?",
    "anything": "",
}
_creating, _updating = partial(asking, "createWebhook"), partial(asking, "updateWebhook")
#: Changes the answer of createWebhook.
_created = partial(answering, "createWebhook")
#: Changes each new secret.
_secret = partial(returning, operations._new_secret)


def _showing_the_secret(operation_id: str) -> Patch:
    """Let an operation on one webhook answer with its secret."""

    async def defect(original: Original, call: Call) -> Any:
        answer = await original(call)
        return {**answer, "secret": (await call.get(WEBHOOKS, "webhook")).secret}

    return serving(operation_id, defect)


def _event_types(change: Change) -> Patch:
    """Change the event_types in request bodies, if they are a list."""
    return receiving(changed(event_types=lambda types: change(types) if isinstance(types, list) else types))


def _accepting_type(name: str | None) -> Patch:
    """Accept one more type, as if it were event."""
    return _event_types(each(lambda type_: "event" if type_ == name else type_))


def _first_type(call: Call) -> Call:
    """Keep the first of the event_types in a body."""
    return with_fields(event_types=call.body["event_types"][:1])(call)


async def _answer_another_secret(call: Call) -> Any:
    """Answer with a new secret without storing it."""
    webhook = record(secret=operations._new_secret(call))(await call.get(WEBHOOKS, "webhook"))
    return {"id": webhook.id, "secret": webhook.secret}


MUTANTS = (
    mutant("WH-01/moved", moved("/api/v1/webhooks", "/api/v1/hooks")),
    mutant("WH-01/200", success("createWebhook", 200), "WH-04"),
    mutant("WH-01/not-kept", serving("createWebhook", undone(WEBHOOKS))),
    mutant("WH-01/now-and-then-not-kept", serving("createWebhook", occasionally(2, undone(WEBHOOKS)))),
    *for_each("WH-01/no-{}", FIELDS, partial(unknown, "CreateWebhook")),
    mutant("WH-01/events", receiving(renamed("event_types", "events"))),
    mutant("WH-01/one-type", _creating(_first_type), "WH-07"),
    mutant("WH-01/another-name", _creating(with_fields(name="Webhook"))),
    mutant("WH-01/no-query", _creating(lambda call: with_fields(url=call.body["url"].partition("?")[0])(call))),
    mutant("WH-01/always-enabled", _creating(with_fields(enabled=True)), "AS-183"),
    *for_each("WH-02/no-{}", (*operations._SHOWN, "secret"), lambda name: _created(lacking(name))),
    mutant("WH-02/id-in-braces", _created(changed(id="{{{}}}".format))),
    mutant("WH-02/key", _created(renamed("secret", "signing_key"))),
    mutant("WH-02/more", _created(having(org_id=None))),
    mutant("WH-02/always-enabled", _created(having(enabled=True))),
    *for_each("WH-02/created-at-{}", TIMES, lambda form: _created(changed(created_at=TIMES[form]))),
    mutant("WH-03/upper-case", _secret(str.upper)),
    mutant("WH-03/short", _secret(lambda secret: secret[:-1])),
    mutant("WH-03/long", _secret(lambda secret: f"{secret}0")),
    mutant("WH-03/test", _secret(lambda secret: secret.replace("live", "test"))),
    mutant("WH-03/bare", _secret(lambda secret: secret.removeprefix("whsec_live_"))),
    mutant("WH-03/the-same", _secret(lambda _: f"whsec_live_{'0' * 32}"), "AS-191", "WH-29"),
    mutant("WH-03/shown", replaced(lambda: operations._SHOWN, (*operations._SHOWN, "secret"))),
    *for_each("WH-03/shown-by-{}", ("getWebhook", "updateWebhook"), _showing_the_secret),
    *for_each("WH-04/{}s-only", ("admin", "owner"), partial(role, "createWebhook")),
    *for_each("WH-04/{}", ("viewer", "public"), partial(role, "createWebhook")),
    mutant("WH-04/made-yet-refused", done_yet_refused("createWebhook", Role.VIEWER)),
    *for_each("WH-05/{}", ("owner", "operator", "viewer"), partial(role, "rotateWebhookSecret")),
    *for_each("WH-06/{}", _ADDRESSES, lambda name: schema("WebhookUrl", setting(pattern=_ADDRESSES[name]))),
    *for_each("WH-06/{}-http", BODIES, lambda body: field(body, "url", pattern=_ADDRESSES["http"])),
    mutant("WH-06/422", status_of(InvalidInput, 422), "WH-08"),
    *for_each(
        "WH-07/no-{}",
        _EVENT_TYPES,
        lambda name: schema("WebhookEventType", setting(enum=[other for other in _EVENT_TYPES if other != name])),
    ),
    mutant("WH-07/three-at-most", schema("WebhookEventTypes", setting(maxItems=3))),
    mutant("WH-07/one-changed", _updating(_first_type)),
    mutant("WH-08/ignored", _event_types(lambda types: [name for name in types if name in _EVENT_TYPES] or ["event"])),
    mutant("WH-08/lower-case", _event_types(each(lambda name: name.lower() if isinstance(name, str) else name))),
    mutant("WH-08/plural", _event_types(each(lambda name: "alert" if name == "alerts" else name))),
    *for_each("WH-08/{}", ("*", "all", "motion", "", None), _accepting_type),
    *for_each(
        "WH-09/{}",
        ("event.created", "alert.fired", "clip.exported", "user.invited", "user.role_changed"),
        _accepting_type,
    ),
    mutant("WH-29/not-kept", serving("rotateWebhookSecret", calling(_answer_another_secret))),
    mutant(
        "WH-29/now-and-then-not-kept",
        serving("rotateWebhookSecret", occasionally(3, calling(_answer_another_secret))),
    ),
)
