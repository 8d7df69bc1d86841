"""Wrong laws about typed answers."""

from collections.abc import Callable
from typing import Any

import pydantic

from mutants.base import Mutant, Original, for_each, instead, lacking, patch, together
from mutants.parts import answering
from novavms import models
from novavms._awaiting import AsyncChannel
from novavms._blocking import Channel
from novavms._core import cameras, events, rules, sites, users, webhooks
from novavms._core.values import Model

ONE = "*-*-*-*-*"
#: Which module reads answers into a model, under the name of the model.
LISTS = {"CameraList": cameras, "EventList": events, "AlertRuleList": rules, "SiteList": sites, "UserList": users}
DETAILS = {"CameraDetail": cameras, "EventDetail": events, "AlertRuleDetail": rules, "Webhook": webhooks}


def _other(module: Any, name: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Mutant:
    """Read an answer into a model with other fields: ``change`` gets them, each a type and a default, by name."""

    def wrap(model: Any) -> Any:
        fields = {field: (info.annotation, info) for field, info in model.model_fields.items()}
        made: Any = pydantic.create_model(model.__name__, __base__=Model, **change(fields))
        return made

    return patch(module, name, wrap)


def _item(module: Any, name: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Mutant:
    """Read the items of a list into a model with other fields."""

    def page(fields: dict[str, Any]) -> dict[str, Any]:
        item = fields["data"][0].__args__[0]
        known = {field: (info.annotation, info) for field, info in item.model_fields.items()}
        made: Any = pydantic.create_model(item.__name__, __base__=Model, **change(known))
        return {**fields, "data": (list[made], ...)}

    return _other(module, name, page)


def _walking(change: Callable[[Any], Any]) -> Mutant:
    """Let walks give something else."""

    def wrap(original: Original) -> Any:
        return lambda self, call: (change(item) for item in original(self, call))

    def wrap_awaited(original: Original) -> Any:
        return lambda self, call: (change(item) async for item in original(self, call))

    return together(patch(Channel, "walk", wrap), patch(AsyncChannel, "walk", wrap_awaited))


def _no(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda fields: {field: value for field, value in fields.items() if field != name}


def _optional(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda fields: {**fields, name: (fields[name][0] | None, None)}


def _more(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "colour": (str | None, None)}


def _plain(page: Any) -> Any:
    return page.model_copy(update={"data": [item.model_dump(mode="json") for item in page.data]})


class _Event:
    """An event that is no model."""

    def __init__(self, event: Any) -> None:
        self.__dict__.update(event.model_dump())


def _altered(field: str, change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda answer: answer.model_copy(update={field: change(getattr(answer, field))})


def _each(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda page: page.model_copy(update={"data": [change(item) for item in page.data]})


class _Shown:
    def __init__(self, member: Any) -> None:
        self.member = member

    def __str__(self) -> str:
        return f"CameraStatus.{self.member.name}"


def _unnamed(camera: Any) -> Any:
    return pydantic.create_model("Camera", id=(str, ...), status=(str, ...))(id=camera.id, status=camera.status)


MUTANTS: dict[str, Mutant] = {
    "SDK-57/pages-are-dictionaries": answering("GET /sites", lambda page: page.model_dump()),
    "SDK-57/items-are-dictionaries": answering("GET /events", _plain),
    "SDK-57/items-of-a-class": answering("GET /events", _each(_Event)),
    "SDK-57/what-is-read-is-a-dictionary": answering(f"GET /users/{ONE}", lambda answer: answer.model_dump()),
    "SDK-57/what-is-made-is-a-dictionary": answering("POST /sites", lambda answer: answer.model_dump()),
    "SDK-57/what-is-changed-is-nothing": answering("PATCH *", lambda answer: None),
    "SDK-57/what-is-triggered-is-an-id": answering("POST */trigger", lambda answer: answer.id),
    "SDK-57/walks-give-dictionaries": _walking(lambda item: item.model_dump()),
    **for_each("SDK-58/{}-without-total", LISTS, lambda name: _other(LISTS[name], name, _no("total"))),
    "SDK-58/no-name-of-a-camera": _item(cameras, "CameraList", _no("name")),
    "SDK-58/no-status-of-a-camera": _item(cameras, "CameraList", _no("status")),
    "SDK-58/no-tags-of-an-event": _item(events, "EventList", _no("tags")),
    "SDK-58/no-enabled-of-a-rule": _item(rules, "AlertRuleList", _no("enabled")),
    "SDK-58/no-timezone-of-a-site": _item(sites, "SiteList", _no("timezone")),
    "SDK-58/no-role-of-a-user": _item(users, "UserList", _no("role")),
    **for_each("SDK-58/{}-with-a-colour", DETAILS, lambda name: _other(DETAILS[name], name, _more)),
    "SDK-58/no-notes-of-an-event": _other(events, "EventDetail", _no("notes")),
    "SDK-58/no-recipients-of-a-rule": _other(rules, "AlertRuleDetail", _no("recipients")),
    "SDK-58/optional-summary": _item(events, "EventList", _optional("summary")),
    "SDK-58/optional-url": _other(webhooks, "Webhook", _optional("url")),
    "SDK-58/cursor-optional": _other(events, "EventList", _optional("next_cursor")),
    "SDK-58/summary-in-capitals": answering(f"GET /events/{ONE}", _altered("summary", str.upper)),
    "SDK-58/tags-sorted-away": answering("GET /events", _each(_altered("tags", lambda _: []))),
    "SDK-58/times-of-today": answering(f"GET /sites/{ONE}", _altered("created_at", lambda at: at.replace(year=1999))),
    **for_each("SDK-58/an-empty-{}", ("Camera", "Event", "AlertRule"), lambda name: instead(models, name, Model)),
    "SDK-58/a-camera-of-one's-own": _other(models, "Camera", _more),
    **for_each("SDK-61/no-{}", ("Camera", "Event", "AlertRule"), lambda name: lacking((models, name))),
    "SDK-61/events-are-alerts": instead(models, "Event", models.Alert),
    "SDK-61/a-function": instead(models, "Camera", models.Camera.model_validate),
    "SDK-61/a-class-of-its-own": instead(models, "AlertRule", type("AlertRule", (models.AlertRule,), {})),
    "SDK-62/no-name": answering("GET /cameras", _each(_unnamed)),
    "SDK-62/status-by-its-class": answering("GET /cameras", _each(_altered("status", _Shown))),
    "SDK-62/name-cut": answering("GET /cameras", _each(_altered("name", lambda name: name[:5]))),
    "SDK-62/status-always-on": answering("GET /cameras", _each(_altered("status", lambda _: "on"))),
}
