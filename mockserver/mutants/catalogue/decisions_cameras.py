"""Mutants of decisions (rules AS-…) about reading, adding, triggering and watching cameras."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from mockserver.domain import alert_rules, pictures
from mockserver.domain import cameras as domain
from mockserver.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, RateLimited
from mockserver.domain.events import Trigger
from mockserver.mutants.operators.document import field, required, retyped, schema, success
from mockserver.mutants.operators.lists import rows
from mockserver.mutants.operators.operations import answering, asking
from mockserver.mutants.operators.patches import (
    Mutants,
    Original,
    Patch,
    around,
    for_each,
    mutant,
    nothing,
    replaced,
    returning,
)
from mockserver.mutants.operators.refusals import refused_as, refusing
from mockserver.mutants.operators.values import (
    backwards,
    changed,
    granted,
    having,
    lacking,
    record,
    shuffled,
    sometimes,
    without_parameters,
)
from mockserver.openapi import validation
from mockserver.operations import cameras as operations
from mockserver.operations import recording, sites
from mockserver.operations.call import Call
from mockserver.store.kinds import GATEWAYS

MUTANTS = Mutants()
_REQUIRED = ("site_id", "name", "type", "stream_url")
#: Changes the answer with one camera.
_detail = partial(returning, operations._detail)
#: Sets keys of a field of a new camera.
_field = partial(field, "CreateCamera")
#: Changes the event that a trigger records.
_recorded = partial(returning, recording.generate)
#: Changes the answer with a token for the live view.
_token = partial(answering, "createLiveViewToken")


def _refused_field(name: str) -> Patch:
    """Report refused credentials under another field."""

    def register(camera: domain.Camera, now: Any) -> Any:
        if camera.gateway_id and not domain.accepts_credentials(camera):
            raise InvalidInput({name: ["is refused by the camera"]})
        return domain.connect(camera, now)

    return replaced(lambda: domain.register, register)


def _retry_after(change: Callable[[int], int]) -> Patch:
    """Change the seconds in Retry-After of a camera that was just triggered."""
    return around(RateLimited, lambda original, seconds, message: original(change(seconds), message), within=operations)


def _snapshot_of(change: Callable[..., tuple[Any, ...]]) -> Patch:
    """Change what a snapshot is drawn from: the id and name of the camera, and the time."""
    return around(pictures.snapshot, lambda original, *args: original(*change(*args)))


def _unless_alone(name: str) -> Callable[[Call], Call]:
    """Return a change of a call that drops a filter if there are others."""

    def change(call: Call) -> Call:
        filters = call.params.keys() - {"limit", "cursor"}
        return without_parameters(name)(call) if len(filters) > 1 else call

    return change


@MUTANTS.defect("AS-101/empty", of=operations._where)
def _empty_outside_scope(original: Original, call: Call) -> Any:
    """List nothing to a viewer who names a site that is not granted."""
    if call.caller.sees(call.params.get("site_id", "")) or "site_id" not in call.params:
        return original(call)
    return {**original(without_parameters("site_id")(call)), "site_id": ()}


@MUTANTS.defect("AS-103/forbidden", of=operations._visible)
async def _forbidden_unless_granted(original: Original, call: Call) -> Any:
    """Refuse a camera at a site that is not granted with 403."""
    camera = await operations._existing(call)
    if not call.caller.sees(camera.site_id):
        raise Forbidden("Not granted.")
    return camera


@MUTANTS.defect("AS-110/of-any-site", "AS-115", of=operations._require_gateway)
async def _gateway_of_any_site(original: Original, call: Call, site_id: str, gateway_id: str | None) -> None:
    """Accept a gateway of another site of the org."""
    if gateway_id is not None and await call.tx.get(GATEWAYS, call.org_id, gateway_id) is None:
        raise InvalidInput({"gateway_id": ["is not a gateway of this org"]})


@MUTANTS.defect("AS-122/no-rules", of=recording.record)
async def _without_rules(original: Original, tx: Any, random_source: Any, event: Any, now: Any) -> Any:
    """Store the event without firing alert rules."""
    await recording.store(tx, random_source, event, now)
    return []


MUTANTS += (
    mutant("AS-100/oldest-first", rows("listCameras", backwards)),
    mutant("AS-100/shuffled", rows("listCameras", shuffled)),
    mutant("AS-101/not-found", refusing("listCameras", Forbidden, NotFound("site"))),
    *for_each(
        "AS-103/{}-seen",
        ("getCamera", "getCameraSnapshot", "createLiveViewToken"),
        lambda name: asking(name, granted(None)),
    ),
    *for_each(
        "AS-104/no-{}",
        _REQUIRED[1:],
        lambda name: required("CreateCamera", *(other for other in _REQUIRED if other != name)),
    ),
    mutant("AS-104/any-type", retyped("CreateCamera", "type", type="string")),
    mutant("AS-104/rtsp-only", retyped("CreateCamera", "type", enum=["rtsp"])),
    mutant("AS-105/taken", schema("CreateCamera", lambda node: node["then"]["properties"].pop("gateway_id"))),
    mutant("AS-106/any-scheme", _field("stream_url", pattern=r"^\w*://")),
    mutant("AS-106/rtsp-only", _field("stream_url", pattern="^rtsp://")),
    mutant("AS-106/lower-case-only", around(validation.with_lower_case_scheme, lambda original, value: value)),
    *for_each("AS-106/{}", (2047, 2049), lambda length: _field("stream_url", maxLength=length)),
    *for_each("AS-107/user-of-{}", (255, 257), lambda length: _field("username", maxLength=length)),
    *for_each("AS-107/password-of-{}", (255, 257), lambda length: _field("password", maxLength=length)),
    mutant("AS-107/in-the-address", around(domain.Camera.shown_url, lambda original, camera: camera.stream_url)),
    mutant("AS-107/half-hidden", replaced(lambda: domain._USERINFO, re.compile(r"^(\w+://)[^/?#@]*@"))),
    mutant("AS-107/shown", answering("createCamera", having(password=None))),
    *for_each("AS-108/no-{}", ("created_at", "stream_url"), lambda name: _detail(lacking(name))),
    mutant("AS-108/more", _detail(having(settles_at=None))),
    mutant("AS-108/day", _detail(changed(created_at=lambda at: at.date().isoformat()))),
    mutant("AS-109/not-found", around(sites.require_site, refused_as(InvalidInput, NotFound("site"))), "AS-129"),
    mutant("AS-109/unheeded", replaced(lambda: sites.require_site, nothing), "AS-129"),
    mutant("AS-110/not-found", around(operations._require_gateway, refused_as(InvalidInput, NotFound("x"))), "AS-115"),
    mutant("AS-111/conflict", refusing("createCamera", InvalidInput, Conflict("Refused."))),
    mutant("AS-111/username", _refused_field("username")),
    mutant("AS-112/online", replaced(lambda: domain.accepts_credentials, lambda camera: True)),
    *for_each(
        "AS-113/{}",
        (9, 11, 30),
        lambda seconds: replaced(lambda: domain.STREAM_STARTUP, timedelta(seconds=seconds)),
        "AS-112",
    ),
    *for_each("AS-121/{}", (200, 202), partial(success, "triggerCamera")),
    mutant("AS-121/motion", _recorded(record(trigger_type=Trigger.MOTION)), "AS-122"),
    mutant("AS-121/in-brief", answering("triggerCamera", lacking("notes"))),
    mutant(
        "AS-121/of-old", _recorded(lambda event: record(triggered_at=event.triggered_at - timedelta(hours=1))(event))
    ),
    mutant("AS-121/camera-unknown", answering("triggerCamera", having(camera_name=""))),
    mutant("AS-122/all-rules", around(alert_rules.matches, lambda original, *_: True)),
    mutant("AS-123/one-more", _retry_after(lambda seconds: seconds + 1)),
    mutant("AS-123/one-less", _retry_after(lambda seconds: max(1, seconds - 1))),
    mutant("AS-123/always-five", _retry_after(lambda seconds: 5)),
    mutant("AS-124/of-the-minute", _snapshot_of(lambda camera, name, at: (camera, name, at.replace(second=0)))),
    mutant("AS-124/of-nobody", _snapshot_of(lambda camera, name, at: ("", "", at))),
    mutant("AS-124/large", returning(pictures.snapshot, lambda picture: picture + bytes(20_000))),
    mutant("AS-124/not-one", returning(pictures.snapshot, lambda picture: b"GIF89a" + picture)),
    mutant("AS-125/200", success("createLiveViewToken", 200)),
    *for_each(
        "AS-125/{}-seconds",
        (299, 301, 3600),
        lambda seconds: replaced(lambda: domain.LIVE_VIEW_LIFETIME, timedelta(seconds=seconds)),
    ),
    mutant("AS-125/the-same", _token(having(token="lv_always"))),
    mutant("AS-125/sometimes-the-same", _token(sometimes(having(token="lv_always"), 4))),
    *for_each(
        "AS-128/{}-of-several",
        ("site_id", "gateway_id", "type"),
        lambda name: asking("listCameras", _unless_alone(name)),
    ),
)
