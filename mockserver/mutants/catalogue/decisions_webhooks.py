"""Mutants of decisions (rules AS-…) about webhooks."""

from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.domain.access import Role
from mockserver.domain.errors import Forbidden, NotFound
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
)
from mockserver.mutants.operators.isolation import foreign, of_any_org
from mockserver.mutants.operators.lists import envelope, finding, items, rows
from mockserver.mutants.operators.operations import (
    answered_as_before,
    answering,
    asking,
    done_yet_refused,
    first,
    receiving,
    serving,
    undone,
)
from mockserver.mutants.operators.patches import (
    Mutant,
    Mutants,
    Original,
    Together,
    calling,
    for_each,
    mutant,
    occasionally,
    replaced,
    together,
)
from mockserver.mutants.operators.refusals import before_refusing, refusing, status_of, tolerating
from mockserver.mutants.operators.values import (
    backwards,
    changed,
    having,
    lacking,
    record,
    shuffled,
    where,
    with_fields,
    without_fields,
)
from mockserver.mutants.operators.webhooks import BODIES, FIELDS, HOST, PATH
from mockserver.operations import webhooks as operations
from mockserver.operations.call import Call
from mockserver.store.kinds import WEBHOOKS

MUTANTS = Mutants()
_ON_ONE_WEBHOOK = ("getWebhook", "updateWebhook", "deleteWebhook", "testWebhook", "rotateWebhookSecret")
#: Patterns for an address that accept more, or less, than the documented one.
_ADDRESSES = {
    "user": f"^https://([^@/]+@)?{HOST}{PATH}",
    "fragment": f"^https://{HOST}([/?#][!-~]*)?$",
    "no-ipv6": f"^https://[A-Za-z0-9._-]+(:[0-9]{{1,5}})?{PATH}",
    "no-port": rf"^https://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]){PATH}",
    "no-query": f"^https://{HOST}(/[^?]*)?$",
}
_DEFAULTS = {"name": "Webhook", "url": "https://hooks.example.com/", "event_types": ["event"]}
_creating, _updating = partial(asking, "createWebhook"), partial(asking, "updateWebhook")
_rotated = partial(answering, "rotateWebhookSecret")


def _optional(name: str) -> Together:
    """Let a new webhook do without a field, which gets a default."""
    others = (other for other in _DEFAULTS if other != name)
    completed = _creating(lambda call: with_fields(**{name: _DEFAULTS[name], **call.body})(call))
    return together(required("CreateWebhook", *others), completed)


def _bounds(body: str) -> list[Mutant]:
    """Return the mutants by which a body accepts too much, or too little."""
    return [
        *for_each(f"AS-185/{body}-{{}}", (99, 101), lambda length: field(body, "name", maxLength=length)),
        *for_each(f"AS-185/{body}-least-{{}}", (0, 2), lambda length: field(body, "name", minLength=length)),
        *for_each(f"AS-186/{body}-{{}}", (2047, 2049), lambda length: field(body, "url", maxLength=length)),
        *for_each(f"AS-186/{body}-{{}}", _ADDRESSES, lambda name: field(body, "url", pattern=_ADDRESSES[name])),
    ]


async def _disable(call: Call) -> None:
    """Disable the webhook."""
    await call.tx.put(WEBHOOKS, record(enabled=False)(await call.get(WEBHOOKS, "webhook")))


async def _remove_foreign(call: Call) -> None:
    """Remove a webhook of another org, then refuse it with 403."""
    found = await foreign(call, WEBHOOKS)
    if found:
        await call.tx.remove(WEBHOOKS, found)
        raise Forbidden("Not yours.")


@MUTANTS.defect("AS-181/types-added", of="updateWebhook")
async def _types_added(original: Original, call: Call) -> Any:
    """Add event_types to those that the webhook has."""
    before = await call.get(WEBHOOKS, "webhook")
    await original(call)
    after = await call.get(WEBHOOKS, "webhook")
    changed = replace(after, event_types=tuple({*before.event_types, *after.event_types}))
    await call.tx.put(WEBHOOKS, changed)
    return operations._view(changed)


MUTANTS += (
    mutant("AS-180/moved", moved("/api/v1/webhooks/{id}", "/api/v1/hooks/{id}")),
    mutant("AS-180/oldest-first", rows("listWebhooks", backwards)),
    mutant("AS-180/shuffled", rows("listWebhooks", shuffled)),
    mutant("AS-180/enabled-only", finding("listWebhooks", where(enabled=(True,)))),
    mutant("AS-180/total-as-text", envelope("listWebhooks", changed(total=str))),
    mutant("AS-180/one-page", envelope("listWebhooks", having(next_cursor=None))),
    *for_each("AS-180/list-without-{}", operations._SHOWN[1:], lambda name: items("listWebhooks", lacking(name))),
    *for_each("AS-180/without-{}", operations._SHOWN, lambda name: answering("getWebhook", lacking(name))),
    mutant("AS-181/not-kept", serving("updateWebhook", undone(WEBHOOKS))),
    mutant("AS-181/now-and-then-not-kept", serving("updateWebhook", occasionally(2, undone(WEBHOOKS)))),
    mutant("AS-181/as-before", answered_as_before("updateWebhook", "getWebhook")),
    *for_each("AS-181/{}-ignored", FIELDS, lambda name: _updating(without_fields(name))),
    *for_each(
        "AS-181/enabled-{}",
        (True, False),
        lambda enabled: _updating(lambda call: with_fields(**{"enabled": enabled, **call.body})(call)),
    ),
    mutant("AS-181/202", success("updateWebhook", 202)),
    mutant("AS-181/whole", schema("UpdateWebhook", setting(required=list(FIELDS)))),
    *for_each("AS-182/{}", (200, 202), partial(success, "deleteWebhook")),
    mutant("AS-182/not-done", serving("deleteWebhook", undone(WEBHOOKS))),
    mutant("AS-182/disabled", serving("deleteWebhook", calling(_disable))),
    mutant("AS-182/twice", serving("deleteWebhook", tolerating(NotFound))),
    mutant("AS-182/gone", status_of(NotFound, 410), "AS-188"),
    mutant("AS-183/off", _creating(with_fields(enabled=False))),
    mutant("AS-183/off-at-first", _creating(lambda call: with_fields(**{"enabled": False, **call.body})(call))),
    *for_each("AS-184/{}-none", BODIES, lambda body: field(body, "event_types", minItems=0)),
    *for_each("AS-184/{}-twice", BODIES, lambda body: field(body, "event_types", uniqueItems=False)),
    mutant("AS-184/a-text", receiving(changed(event_types=lambda types: [types] if isinstance(types, str) else types))),
    *(found for body in BODIES for found in _bounds(body)),
    *for_each("AS-187/{}", ("listWebhooks", "createWebhook", *_ON_ONE_WEBHOOK), lambda name: role(name, "viewer")),
    *for_each(
        "AS-187/{}-done-yet-refused",
        ("updateWebhook", "deleteWebhook"),
        lambda name: done_yet_refused(name, Role.VIEWER),
    ),
    mutant("AS-187/not-found", status_of(Forbidden, 404)),
    *for_each("AS-188/{}", _ON_ONE_WEBHOOK, lambda name: of_any_org(name, WEBHOOKS)),
    *for_each("AS-188/{}-forbidden", _ON_ONE_WEBHOOK, lambda name: refusing(name, NotFound, Forbidden("Not yours."))),
    mutant("AS-188/removed-yet-refused", serving("deleteWebhook", before_refusing(NotFound, _remove_foreign))),
    *for_each("AS-191/{}", (201, 202), partial(success, "rotateWebhookSecret")),
    *for_each("AS-191/no-{}", ("id", "secret"), lambda name: _rotated(lacking(name))),
    mutant("AS-191/more", _rotated(having(name="Webhook"))),
    mutant("AS-191/disabling", serving("rotateWebhookSecret", first(_disable))),
    mutant("AS-191/shown", replaced(lambda: operations._SHOWN, (*operations._SHOWN, "secret"))),
    *for_each("AS-206/{}-open", BODIES, opened),
    *for_each("AS-206/{}", ("id", "secret", "created_at"), lambda name: retyped("UpdateWebhook", name)),
    *for_each("AS-206/{}-ignored", ("id", "secret", "colour"), lambda name: receiving(lacking(name))),
    mutant("AS-206/nothing", schema("UpdateWebhook", setting(minProperties=0))),
    *for_each("AS-207/{}", _DEFAULTS, _optional),
)
