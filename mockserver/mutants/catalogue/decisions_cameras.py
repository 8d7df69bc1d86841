"""Mutants about decisions about reading, adding, triggering and watching cameras."""

import re
from datetime import timedelta
from functools import partial
from typing import Any

from mockserver.domain import alert_rules, pictures
from mockserver.domain import cameras as domain
from mockserver.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, RateLimited
from mockserver.domain.events import Trigger
from mockserver.mutants.operators.document import field, required, retyped, schema, success
from mockserver.mutants.operators.lists import rows
from mockserver.mutants.operators.operations import answering, asking, serving
from mockserver.mutants.operators.patches import Original, Patch, around, for_each, mutant, nothing, replaced, returning
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
from mockserver.operations import cameras, recording, sites
from mockserver.operations.call import Call
from mockserver.store.kinds import GATEWAYS

_READS = ("getCamera", "getCameraSnapshot", "createLiveViewToken")


_detail = partial(returning, cameras._detail)


_listed = partial(rows, "listCameras")


async def _forbidden_unless_seen(call: Call) -> Any:
    camera = await cameras._existing(call)
    if not call.caller.sees(camera.site_id):
        raise Forbidden("Not granted.")
    return camera


def _scope_unheeded(original: Original, call: Call) -> Any:
    """Wrap ``_where``: a viewer who names a site out of scope gets an empty list."""
    if call.caller.sees(call.params.get("site_id", "")) or "site_id" not in call.params:
        return original(call)
    return {**original(without_parameters("site_id")(call)), "site_id": ()}


def _direct_with_gateway(schema: Any) -> None:
    schema["then"]["properties"].pop("gateway_id")


def _named(name: str) -> Patch:
    """Return a patch by which refused credentials are told under another field."""

    def refuse(camera: Any, now: Any) -> Any:
        if camera.gateway_id and not domain.accepts_credentials(camera):
            raise InvalidInput({name: ["is refused by the camera"]})
        return domain.connect(camera, now)

    return replaced(lambda: domain.register, refuse)


def _after(seconds: int) -> Patch:
    return replaced(lambda: domain.STREAM_STARTUP, timedelta(seconds=seconds))


async def _any_gateway(call: Call, site_id: str, gateway_id: str | None) -> None:
    if gateway_id is not None and await call.tx.get(GATEWAYS, call.org_id, gateway_id) is None:
        raise InvalidInput({"gateway_id": ["is not a gateway of this org"]})


async def _without_rules(original: Original, tx: Any, random_source: Any, event: Any, now: Any) -> Any:
    await recording.store(tx, random_source, event, now)
    return []


def _triggered_as(trigger: Trigger) -> Patch:
    return returning(recording.generate, record(trigger_type=trigger))


def _wait(change: Any) -> Patch:
    """Return a patch of what Retry-After says of a camera."""

    def defect(original: Original, wait: Any, message: Any) -> Any:
        return original(change(wait), message)

    return around(RateLimited, defect, within=cameras)


def _picture(change: Any) -> Patch:
    """Return a patch of what a snapshot is drawn from: id, name and time."""
    return around(pictures.snapshot, lambda original, *given: original(*change(*given)))


def _token(**changes: Any) -> Patch:
    return answering("createLiveViewToken", changed(**changes))


def _as_operator(original: Original, call: Any) -> Any:
    return original(granted(None)(call))


def _admitted(camera: Any) -> bool:
    return True


def _an_hour_ago(event: Any) -> Any:
    return record(triggered_at=event.triggered_at - timedelta(hours=1))(event)


def _lasting(seconds: int) -> Patch:
    return replaced(lambda: domain.LIVE_VIEW_LIFETIME, timedelta(seconds=seconds))


def _not_with(name: str) -> Any:
    """Return a change of a call that forgets a filter where there are others."""

    def change(call: Call) -> Call:
        asked = call.params.keys() - {"limit", "cursor"}
        return without_parameters(name)(call) if len(asked) > 1 else call

    return change


MUTANTS = (
    mutant("AS-100/oldest-first", _listed(backwards)),
    mutant("AS-100/shuffled", _listed(shuffled)),
    mutant("AS-101/empty", around(cameras._where, _scope_unheeded)),
    mutant("AS-101/not-found", refusing("listCameras", Forbidden, NotFound("site"))),
    mutant("AS-103/forbidden", replaced(lambda: cameras._visible, _forbidden_unless_seen)),
    *for_each("AS-103/{}-seen", _READS, lambda read: serving(read, _as_operator)),
    *for_each(
        "AS-104/no-{}",
        ("name", "type", "stream_url"),
        lambda name: required("CreateCamera", *({"site_id", "name", "type", "stream_url"} - {name})),
    ),
    mutant("AS-104/any-type", retyped("CreateCamera", "type", type="string")),
    mutant("AS-104/rtsp-only", retyped("CreateCamera", "type", enum=["rtsp"])),
    mutant("AS-105/taken", schema("CreateCamera", _direct_with_gateway)),
    mutant("AS-106/any-scheme", field("CreateCamera", "stream_url", pattern=r"^\w*://")),
    mutant("AS-106/rtsp-only", field("CreateCamera", "stream_url", pattern="^rtsp://")),
    mutant("AS-106/whatever-case", field("CreateCamera", "stream_url", pattern="^(?i:rtsps?|https?)://")),
    *for_each("AS-106/{}", (2047, 2049), lambda most: field("CreateCamera", "stream_url", maxLength=most)),
    *for_each("AS-107/user-of-{}", (255, 257), lambda most: field("CreateCamera", "username", maxLength=most)),
    *for_each("AS-107/password-of-{}", (255, 257), lambda most: field("CreateCamera", "password", maxLength=most)),
    mutant(
        "AS-107/in-the-address", replaced(lambda: domain.Camera.shown_url, property(lambda camera: camera.stream_url))
    ),
    mutant("AS-107/half-hidden", replaced(lambda: domain._USERINFO, re.compile(r"^(\w+://)[^/?#@]*@"))),
    mutant("AS-107/told", answering("createCamera", having(password=None))),
    *for_each("AS-108/no-{}", ("created_at", "stream_url"), lambda name: _detail(lacking(name))),
    mutant("AS-108/more", _detail(having(settles_at=None))),
    mutant("AS-108/day", _detail(changed(created_at=lambda at: at.date().isoformat()))),
    mutant("AS-109/not-found", around(sites.require_site, refused_as(InvalidInput, NotFound("site"))), "AS-129"),
    mutant("AS-109/unheeded", replaced(lambda: sites.require_site, nothing), "AS-129"),
    mutant("AS-110/not-found", around(cameras._require_gateway, refused_as(InvalidInput, NotFound("x"))), "AS-115"),
    mutant("AS-110/of-any-site", replaced(lambda: cameras._require_gateway, _any_gateway), "AS-115"),
    mutant("AS-111/conflict", refusing("createCamera", InvalidInput, Conflict("Refused."))),
    mutant("AS-111/username", _named("username")),
    mutant("AS-112/online", replaced(lambda: domain.accepts_credentials, _admitted)),
    *for_each("AS-113/{}", (9, 11, 30), _after, "AS-112"),
    *for_each("AS-121/{}", (200, 202), partial(success, "triggerCamera")),
    mutant("AS-121/motion", _triggered_as(Trigger.MOTION), "AS-122"),
    mutant("AS-121/in-brief", answering("triggerCamera", lacking("notes"))),
    mutant("AS-121/of-old", returning(recording.generate, _an_hour_ago)),
    mutant("AS-121/camera-unknown", answering("triggerCamera", having(camera_name=""))),
    mutant("AS-122/no-rules", around(recording.record, _without_rules)),
    mutant("AS-122/all-rules", around(alert_rules.matches, lambda original, *_: True)),
    mutant("AS-123/one-more", _wait(lambda wait: wait + 1)),
    mutant("AS-123/one-less", _wait(lambda wait: max(1, wait - 1))),
    mutant("AS-123/always-five", _wait(lambda wait: 5)),
    mutant("AS-124/of-the-minute", _picture(lambda camera, name, at: (camera, name, at.replace(second=0)))),
    mutant("AS-124/of-nobody", _picture(lambda camera, name, at: ("", "", at))),
    mutant("AS-124/large", returning(pictures.snapshot, lambda picture: picture + bytes(20_000))),
    mutant("AS-124/not-one", returning(pictures.snapshot, lambda picture: b"GIF89a" + picture)),
    mutant("AS-125/200", success("createLiveViewToken", 200)),
    *for_each("AS-125/{}-seconds", (299, 301, 3600), _lasting),
    mutant("AS-125/the-same", _token(token=lambda token: "lv_always")),
    mutant("AS-125/sometimes-the-same", _token(token=sometimes(lambda token: "lv_always", 4))),
    *for_each(
        "AS-128/{}-of-several", ("site_id", "gateway_id", "type"), lambda name: asking("listCameras", _not_with(name))
    ),
)
