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
from mockserver.operations import webhooks as operations
from mockserver.operations.call import Call
from mockserver.store.kinds import WEBHOOKS

LIST, ONE = "/api/v1/webhooks", "/api/v1/webhooks/{id}"


FIELDS = ("name", "url", "event_types", "enabled")


TYPES = ("alert", "event", "camera_status", "gateway_status")


BODIES = ("CreateWebhook", "UpdateWebhook")


_HOST = r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?"


_TAIL = r'([/?][!"$-~]*)?$'


ADDRESSES = {
    "http": f"^https?://{_HOST}{_TAIL}",
    "upper-case": f"^(https|HTTP)://{_HOST}{_TAIL}",
    "ftp": f"^(https|ftp|ws)://{_HOST}{_TAIL}",
    "no-scheme": f"^(https:)?//{_HOST}{_TAIL}",
    "no-host": f"^https://({_HOST}{_TAIL})?",
    "anything": "",
}


_creating, _updating = partial(asking, "createWebhook"), partial(asking, "updateWebhook")


_created, _updated = partial(answering, "createWebhook"), partial(answering, "updateWebhook")


_secret = partial(returning, operations._new_secret)


def _showing_the_secret(operation_id: str) -> Patch:
    """Let an operation on one webhook show its secret."""

    async def defect(original: Original, call: Call) -> Any:
        answer = await original(call)
        return {**answer, "secret": (await call.get(WEBHOOKS, "webhook")).secret}

    return serving(operation_id, defect)


def _types(change: Change) -> Patch:
    """Take the types of event for other ones, in bodies that name them in a list."""
    return receiving(changed(event_types=lambda types: change(types) if isinstance(types, list) else types))


def _type_taken(name: str) -> Patch:
    """Take a type that does not exist for the type event."""
    return _types(each(lambda one: "event" if one == name else one))


async def _another_secret(call: Call) -> Any:
    webhook = record(secret=operations._new_secret(call))(await call.get(WEBHOOKS, "webhook"))
    return {"id": webhook.id, "secret": webhook.secret}


MUTANTS = (
    mutant("WH-01/moved", moved(LIST, "/api/v1/hooks")),
    mutant("WH-01/200", success("createWebhook", 200), "WH-04"),
    mutant("WH-01/not-kept", serving("createWebhook", undone(WEBHOOKS))),
    mutant("WH-01/now-and-then-not-kept", serving("createWebhook", occasionally(2, undone(WEBHOOKS)))),
    *for_each("WH-01/no-{}", FIELDS, partial(unknown, "CreateWebhook")),
    mutant("WH-01/events", receiving(renamed("event_types", "events"))),
    mutant("WH-01/one-type", _creating(lambda it: with_fields(event_types=it.body["event_types"][:1])(it)), "WH-07"),
    mutant("WH-01/another-name", _creating(with_fields(name="Webhook"))),
    mutant("WH-01/no-query", _creating(lambda call: with_fields(url=call.body["url"].partition("?")[0])(call))),
    mutant("WH-01/always-enabled", _creating(with_fields(enabled=True)), "AS-183"),
    *for_each("WH-02/no-{}", (*operations._SHOWN, "secret"), lambda name: _created(lacking(name))),
    mutant("WH-02/id-in-braces", _created(changed(id="{{{}}}".format))),
    mutant("WH-02/key", _created(renamed("secret", "signing_key"))),
    mutant("WH-02/more", _created(having(org_id=None))),
    mutant("WH-02/always-enabled", _created(having(enabled=True))),
    *for_each("WH-02/created-at-{}", TIMES, lambda name: _created(changed(created_at=TIMES[name]))),
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
    *for_each("WH-06/{}", ADDRESSES, lambda name: schema("WebhookUrl", setting(pattern=ADDRESSES[name]))),
    *for_each("WH-06/{}-http", BODIES, lambda name: field(name, "url", pattern=ADDRESSES["http"])),
    mutant("WH-06/422", status_of(InvalidInput, 422), "WH-08"),
    *for_each(
        "WH-07/no-{}",
        TYPES,
        lambda name: schema("WebhookEventType", setting(enum=[one for one in TYPES if one != name])),
    ),
    mutant("WH-07/three-at-most", schema("WebhookEventTypes", setting(maxItems=3))),
    mutant("WH-07/one-changed", _updating(lambda call: with_fields(event_types=call.body["event_types"][:1])(call))),
    mutant("WH-08/ignored", _types(lambda types: [one for one in types if one in TYPES] or ["event"])),
    mutant("WH-08/lower-case", _types(each(lambda one: one.lower() if isinstance(one, str) else one))),
    mutant("WH-08/plural", _types(each(lambda one: "alert" if one == "alerts" else one))),
    *for_each("WH-08/{}", ("*", "all", "motion", "", None), _type_taken),
    *for_each(
        "WH-09/{}", ("event.created", "alert.fired", "clip.exported", "user.invited", "user.role_changed"), _type_taken
    ),
    mutant("WH-29/not-kept", serving("rotateWebhookSecret", calling(_another_secret))),
    mutant("WH-29/now-and-then-not-kept", serving("rotateWebhookSecret", occasionally(3, calling(_another_secret)))),
)
