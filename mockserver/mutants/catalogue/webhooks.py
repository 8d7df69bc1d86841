"""Wrong laws about webhooks as the API keeps them."""

from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.domain.access import Role
from mockserver.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from mockserver.mutants.operators.calls import (
    answering,
    asking,
    done_yet_refused,
    envelope,
    finding,
    first,
    foreign,
    hearing,
    now_and_then,
    of_any_org,
    rows,
    serving,
    told_as_before,
    undone,
)
from mockserver.mutants.operators.document import (
    field,
    moved,
    opened,
    required,
    retyped,
    role,
    schema,
    setting,
    success,
    unknown,
)
from mockserver.mutants.operators.patches import (
    Change,
    Mutant,
    Original,
    Patch,
    for_each,
    instead,
    mutant,
    returning,
    together,
)
from mockserver.mutants.operators.refusals import before_refusing, failing, refusing, status_of, tolerating
from mockserver.mutants.operators.values import (
    TIMES,
    backwards,
    changed,
    each,
    having,
    lacking,
    record,
    renamed,
    shuffled,
    telling,
    untold,
    where,
)
from mockserver.operations import webhooks as operations
from mockserver.operations.call import Call
from mockserver.store.kinds import WEBHOOKS

LIST, ONE = "/api/v1/webhooks", "/api/v1/webhooks/{id}"
FIELDS = ("name", "url", "event_types", "enabled")
TYPES = ("alert", "event", "camera_status", "gateway_status")
BODIES = ("CreateWebhook", "UpdateWebhook")
CALLS = ("getWebhook", "updateWebhook", "deleteWebhook", "testWebhook", "rotateWebhookSecret")
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
LAXER = {
    "user": f"^https://([^@/]+@)?{_HOST}{_TAIL}",
    "fragment": f"^https://{_HOST}" + r"([/?#][!-~]*)?$",
    "no-ipv6": r"^https://[A-Za-z0-9._-]+(:[0-9]{1,5})?" + _TAIL,
    "no-port": r"^https://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])" + _TAIL,
    "no-query": f"^https://{_HOST}(/[^?]*)?$",
}
DEFAULTS = {"name": "Webhook", "url": "https://hooks.example.com/", "event_types": ["event"]}
_creating, _updating = partial(asking, "createWebhook"), partial(asking, "updateWebhook")
_created, _updated = partial(answering, "createWebhook"), partial(answering, "updateWebhook")
_secret = partial(returning, operations, "_new_secret")


def _showing_the_secret(operation_id: str) -> Patch:
    """Let an operation on one webhook show its secret."""

    def wrap(original: Original) -> Any:
        async def wrapped(call: Call) -> Any:
            answer = await original(call)
            return {**answer, "secret": (await call.get(WEBHOOKS, "webhook")).secret}

        return wrapped

    return serving(operation_id, wrap)


def _types(change: Change) -> Patch:
    """Take the types of event for other ones, in bodies that name them in a list."""
    return hearing(changed(event_types=lambda types: change(types) if isinstance(types, list) else types))


def _type_taken(name: str) -> Patch:
    """Take a type that does not exist for the type event."""
    return _types(each(lambda one: "event" if one == name else one))


def _defaulting(name: str) -> Any:
    """Let a new webhook do without a field."""
    others = (other for other in DEFAULTS if other != name)
    filled = _creating(lambda call: telling(**{name: DEFAULTS[name], **call.body})(call))
    return together(required("CreateWebhook", *others), filled)


def _adding_types(original: Original) -> Any:
    async def wrapped(call: Call) -> Any:
        before = await call.get(WEBHOOKS, "webhook")
        await original(call)
        after = await call.get(WEBHOOKS, "webhook")
        both = replace(after, event_types=tuple({*before.event_types, *after.event_types}))
        await call.tx.put(WEBHOOKS, both)
        return operations._view(both)

    return wrapped


async def _disable(call: Call) -> None:
    await call.tx.put(WEBHOOKS, record(enabled=False)(await call.get(WEBHOOKS, "webhook")))


async def _remove_foreign(call: Call) -> None:
    found = await foreign(call, WEBHOOKS)
    if found:
        await call.tx.remove(WEBHOOKS, found)
        raise Forbidden("Not yours.")


async def _another_secret(call: Call) -> Any:
    webhook = record(secret=operations._new_secret(call))(await call.get(WEBHOOKS, "webhook"))
    return {"id": webhook.id, "secret": webhook.secret}


def _bounds(name: str) -> list[Mutant]:
    """Return the mutants by which a body takes too much, or too little."""
    return [
        *for_each(f"AS-185/{name}-{{}}", (99, 101), lambda most: field(name, "name", maxLength=most)),
        *for_each(f"AS-185/{name}-least-{{}}", (0, 2), lambda least: field(name, "name", minLength=least)),
        *for_each(f"AS-186/{name}-{{}}", (2047, 2049), lambda most: field(name, "url", maxLength=most)),
        *for_each(f"AS-186/{name}-{{}}", LAXER, lambda law: field(name, "url", pattern=LAXER[law])),
    ]


async def _pretended(call: Call) -> Any:
    return {"delivery_id": call.random_source.uuid()}


DEFINITIONS = (
    mutant("WH-01/moved", moved(LIST, "/api/v1/hooks")),
    mutant("WH-01/200", success("createWebhook", 200), "WH-04"),
    mutant("WH-01/not-kept", serving("createWebhook", undone(WEBHOOKS))),
    mutant("WH-01/now-and-then-not-kept", serving("createWebhook", now_and_then(2, undone(WEBHOOKS)))),
    *for_each("WH-01/no-{}", FIELDS, partial(unknown, "CreateWebhook")),
    mutant("WH-01/events", hearing(renamed("event_types", "events"))),
    mutant("WH-01/one-type", _creating(lambda call: telling(event_types=call.body["event_types"][:1])(call)), "WH-07"),
    mutant("WH-01/another-name", _creating(telling(name="Webhook"))),
    mutant("WH-01/no-query", _creating(lambda call: telling(url=call.body["url"].partition("?")[0])(call))),
    mutant("WH-01/always-enabled", _creating(telling(enabled=True)), "AS-183"),
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
    mutant("WH-03/shown", instead(operations, "_SHOWN", (*operations._SHOWN, "secret"))),
    *for_each("WH-03/shown-by-{}", ("getWebhook", "updateWebhook"), _showing_the_secret),
    *for_each("WH-04/{}s-only", ("admin", "owner"), partial(role, "createWebhook")),
    *for_each("WH-04/{}", ("viewer", "public"), partial(role, "createWebhook")),
    mutant("WH-04/made-yet-refused", done_yet_refused("createWebhook", Role.VIEWER)),
    *for_each("WH-05/{}", ("owner", "operator", "viewer"), partial(role, "rotateWebhookSecret")),
    *for_each("WH-06/{}", ADDRESSES, lambda name: schema("WebhookUrl", setting(pattern=ADDRESSES[name]))),
    *for_each("WH-06/{}-http", BODIES, lambda name: field(name, "url", pattern=ADDRESSES["http"])),
    mutant("WH-06/422", status_of(InvalidInput, 422), "WH-08"),
    *for_each("WH-07/no-{}", TYPES,
              lambda name: schema("WebhookEventType", setting(enum=[one for one in TYPES if one != name]))),
    mutant("WH-07/three-at-most", schema("WebhookEventTypes", setting(maxItems=3))),
    mutant("WH-07/one-changed", _updating(lambda call: telling(event_types=call.body["event_types"][:1])(call))),
    mutant("WH-08/ignored", _types(lambda types: [one for one in types if one in TYPES] or ["event"])),
    mutant("WH-08/lower-case", _types(each(lambda one: one.lower() if isinstance(one, str) else one))),
    mutant("WH-08/plural", _types(each(lambda one: "alert" if one == "alerts" else one))),
    *for_each("WH-08/{}", ("*", "all", "motion", "", None), _type_taken),
    *for_each("WH-09/{}", ("event.created", "alert.fired", "clip.exported", "user.invited", "user.role_changed"),
              _type_taken),
    mutant("WH-29/not-kept", serving("rotateWebhookSecret", lambda _: _another_secret)),
    mutant("WH-29/now-and-then-not-kept", serving("rotateWebhookSecret", now_and_then(3, lambda _: _another_secret))),
)  # fmt: skip

DECISIONS = (
    mutant("AS-180/moved", moved(ONE, "/api/v1/hooks/{id}")),
    mutant("AS-180/oldest-first", rows("listWebhooks", backwards)),
    mutant("AS-180/shuffled", rows("listWebhooks", shuffled)),
    mutant("AS-180/enabled-only", finding("listWebhooks", where(enabled=(True,)))),
    mutant("AS-180/total-as-text", envelope("listWebhooks", changed(total=str))),
    mutant("AS-180/one-page", envelope("listWebhooks", having(next_cursor=None))),
    *for_each("AS-180/list-without-{}", operations._SHOWN[1:],
              lambda name: answering("listWebhooks", changed(data=each(lacking(name))))),
    *for_each("AS-180/without-{}", operations._SHOWN, lambda name: answering("getWebhook", lacking(name))),
    mutant("AS-181/not-kept", serving("updateWebhook", undone(WEBHOOKS))),
    mutant("AS-181/now-and-then-not-kept", serving("updateWebhook", now_and_then(2, undone(WEBHOOKS)))),
    mutant("AS-181/as-before", told_as_before("updateWebhook", "getWebhook")),
    *for_each("AS-181/{}-ignored", FIELDS, lambda name: _updating(untold(name))),
    mutant("AS-181/types-added", serving("updateWebhook", _adding_types)),
    *for_each("AS-181/enabled-{}", (True, False),
              lambda on: _updating(lambda call: telling(**{"enabled": on, **call.body})(call))),
    mutant("AS-181/202", success("updateWebhook", 202)),
    mutant("AS-181/whole", schema("UpdateWebhook", setting(required=list(FIELDS)))),
    *for_each("AS-182/{}", (200, 202), partial(success, "deleteWebhook")),
    mutant("AS-182/not-done", serving("deleteWebhook", undone(WEBHOOKS))),
    mutant("AS-182/disabled", serving("deleteWebhook", lambda _: _disable)),
    mutant("AS-182/twice", serving("deleteWebhook", tolerating(NotFound))),
    mutant("AS-182/gone", status_of(NotFound, 410), "AS-188"),
    mutant("AS-183/off", _creating(telling(enabled=False))),
    mutant("AS-183/off-at-first", _creating(lambda call: telling(**{"enabled": False, **call.body})(call))),
    *for_each("AS-184/{}-none", BODIES, lambda name: field(name, "event_types", minItems=0)),
    *for_each("AS-184/{}-twice", BODIES, lambda name: field(name, "event_types", uniqueItems=False)),
    mutant("AS-184/a-text", hearing(changed(event_types=lambda types: [types] if isinstance(types, str) else types))),
    *(found for name in BODIES for found in _bounds(name)),
    *for_each("AS-187/{}", ("listWebhooks", "createWebhook", *CALLS), lambda name: role(name, "viewer")),
    *for_each("AS-187/{}-done-yet-refused", ("updateWebhook", "deleteWebhook"),
              lambda name: done_yet_refused(name, Role.VIEWER)),
    mutant("AS-187/not-found", status_of(Forbidden, 404)),
    *for_each("AS-188/{}", CALLS, lambda name: of_any_org(name, WEBHOOKS)),
    *for_each("AS-188/{}-forbidden", CALLS, lambda name: refusing(name, NotFound, Forbidden("Not yours."))),
    mutant("AS-188/removed-yet-refused", serving("deleteWebhook", before_refusing(NotFound, _remove_foreign))),
    mutant("AS-190/taken", serving("testWebhook", tolerating(InvalidInput, _pretended))),
    mutant("AS-190/conflict", refusing("testWebhook", InvalidInput, Conflict("It is disabled."))),
    mutant("AS-190/another-field", refusing("testWebhook", InvalidInput, InvalidInput({"enabled": ["is false"]}))),
    mutant("AS-190/refused-for-good", failing("testWebhook", InvalidInput({"id": ["is disabled"]}))),
    *for_each("AS-191/{}", (201, 202), partial(success, "rotateWebhookSecret")),
    mutant("AS-191/no-id", answering("rotateWebhookSecret", lacking("id"))),
    mutant("AS-191/no-secret", answering("rotateWebhookSecret", lacking("secret"))),
    mutant("AS-191/more", answering("rotateWebhookSecret", having(name="Webhook"))),
    mutant("AS-191/disabling", serving("rotateWebhookSecret", first(_disable))),
    mutant("AS-191/shown", instead(operations, "_SHOWN", (*operations._SHOWN, "secret"))),
    *for_each("AS-206/{}-open", BODIES, opened),
    *for_each("AS-206/{}", ("id", "secret", "created_at"), lambda name: retyped("UpdateWebhook", name)),
    *for_each("AS-206/{}-ignored", ("id", "secret", "colour"), lambda name: hearing(lacking(name))),
    mutant("AS-206/nothing", schema("UpdateWebhook", setting(minProperties=0))),
    *for_each("AS-207/{}", DEFAULTS, _defaulting),
)  # fmt: skip

MUTANTS = (*DEFINITIONS, *DECISIONS)
