"""Adding, deleting and triggering cameras, which only other pages name: what a client needs to make an event."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from tests.stranger import events
from tests.stranger.answers import json_answer, no_content, shown
from tests.stranger.calls import Call, nothing
from tests.stranger.problems import Problem, invalid
from tests.stranger.records import Alert, Camera, Entry, Event, Org, Rule
from tests.stranger.state import State, new_id

_PAUSE, _ANALYSIS = timedelta(seconds=5), timedelta(seconds=1)
_MAX_NAME_CHARS = 100


def add_camera(call: Call) -> Response:
    """POST /cameras."""
    fields, _ = call.checked("operator", lambda: _fields(call), nothing)
    camera = Camera(id=new_id(), name=fields["name"], site_id=fields["site_id"])
    call.org.cameras[camera.id] = camera
    body = {"id": camera.id, "name": camera.name, "site_id": camera.site_id, "created_at": call.now}
    return json_answer(call.choices, shown(call.choices, "cameras", body), 201)


def delete_camera(call: Call) -> Response:
    """DELETE /cameras/{id}: its events stay."""
    _, camera = call.checked("operator", nothing, lambda: _existing(call))
    del call.org.cameras[camera.id]
    for event in call.org.events.values():
        if event.camera.id == camera.id:
            call.org.events[event.id] = replace(event, camera=replace(event.camera, deleted=True))
    return no_content()


def trigger_camera(call: Call) -> Response:
    """POST /cameras/{id}/trigger: the answer shows the event, or says only that there will be one."""
    _, camera = call.checked("operator", nothing, lambda: _existing(call))
    if any(event.camera.id == camera.id and call.now - event.at < _PAUSE for event in call.org.events.values()):
        raise Problem(429, "rate_limited", "This camera was triggered just now.", headers={"Retry-After": "5"})
    event = Event(
        id=new_id(),
        camera=camera,
        trigger_type="manual",
        ai_status="pending",
        at=call.now,
        duration_sec=30,
        summary="Started by hand",
        narrative="Somebody started this recording.",
        tags=(),
        starred=False,
    )
    call.org.events[event.id] = event
    for rule in call.org.rules.values():
        if _fires(rule, event):
            _raise_alert(call, rule, event)
    if call.own_events == "accepted":
        return json_answer(call.choices, {"id": new_id(), "state": "queued"}, 202)
    return json_answer(call.choices, events.detail(call, event), 201)


def analyse(state: State) -> None:
    """Complete the analysis of the events that were triggered by hand some time ago."""
    for org in state.orgs:
        for event in [*org.events.values()]:
            if event.ai_status == "pending" and event.summary == "Started by hand":
                _complete(org, event, state)


def _complete(org: Org, event: Event, state: State) -> None:
    if state.clock.now() - event.at >= _ANALYSIS:
        org.events[event.id] = replace(event, ai_status="completed", tags=("person",), summary="A person waits")


def _fires(rule: Rule, event: Event) -> bool:
    scopes = {
        "all_cameras": True,
        "specific_sites": event.camera.site_id in rule.site_ids,
        "specific_cameras": event.camera.id in rule.camera_ids,
    }
    return rule.enabled and rule.trigger_type == "manual" and scopes[rule.scope_type]


def _raise_alert(call: Call, rule: Rule, event: Event) -> None:
    alert = Alert(
        id=new_id(),
        rule_id=rule.id,
        rule_name=rule.name,
        event_id=event.id,
        camera=event.camera,
        status="new",
        fired_at=call.now,
        entries=(Entry(at=call.now, action="fired"),),
    )
    call.org.alerts[alert.id] = alert


def _existing(call: Call) -> Camera:
    return call.find({camera.id: camera for camera in call.org.cameras.values() if not camera.deleted}, "camera")


def _fields(call: Call) -> dict[str, Any]:
    """Return the body of a new camera. Raises Problem."""
    body = call.json_body()
    if not isinstance(body.get("name"), str) or not 1 <= len(body["name"]) <= _MAX_NAME_CHARS:
        invalid(f"has to have 1 to {_MAX_NAME_CHARS} characters", "name")
    if body.get("site_id") not in call.org.sites:
        invalid("is not a site of this org", "site_id")
    if body.get("type") not in ("rtsp", "onvif") or body.get("connection_mode") != "direct":
        invalid("is not one that this server knows", "connection_mode")
    return body
