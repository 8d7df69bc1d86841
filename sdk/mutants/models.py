"""Mutants of typed answers: what is a model, and which fields it declares."""

from collections.abc import Callable
from typing import Any

import pydantic

from mutants.operators import ID, change_answer, updated
from mutants.patches import Function, Mutant, around, for_each, removed, replaced, together
from novavms import models
from novavms._awaiting import AsyncChannel
from novavms._blocking import Channel
from novavms._core.call import Call
from novavms._core.pages import AsyncPage, Page
from novavms._core.values import Model

LISTS = (models.CameraPage, models.EventPage, models.AlertRulePage, models.SitePage, models.UserPage)
DETAILS = (models.CameraDetail, models.EventDetail, models.AlertRuleDetail, models.Webhook)
EXPORTED = (models.Camera, models.Event, models.AlertRule)
#: Fields of a model, each a type and a default, by name.
Fields = dict[str, Any]


def _model(model: type[Model], change: Callable[[Fields], Fields]) -> Mutant:
    """Declare other fields in a model; in that of a page, for both clients."""
    other = getattr(models, f"Async{model.__name__}", None)
    return together(*(replaced(each, _changed(each, change)) for each in (model, other) if each))


def _item(page: type[Model], change: Callable[[Fields], Fields]) -> Mutant:
    """Declare other fields in the model of the items of a list."""

    def with_items(fields: Fields) -> Fields:
        item = fields["data"][0].__args__[0]
        return {**fields, "data": (list[_changed(item, change)], ...)}  # type: ignore[misc]

    return _model(page, with_items)


def _changed(model: type[Model], change: Callable[[Fields], Fields]) -> Any:
    fields = {name: (info.annotation, info) for name, info in model.model_fields.items()}
    base = next(each for each in (Page, AsyncPage, Model) if issubclass(model, each))
    made: Any = pydantic.create_model(model.__name__, __base__=base, **change(fields))
    return made


def _no(name: str) -> Callable[[Fields], Fields]:
    return lambda fields: {field: value for field, value in fields.items() if field != name}


def _optional(name: str) -> Callable[[Fields], Fields]:
    return lambda fields: {**fields, name: (fields[name][0] | None, None)}


def _with_colour(fields: Fields) -> Fields:
    return {**fields, "colour": (str | None, None)}


def _walked_items(change: Callable[[Any], Any]) -> Mutant:
    """Change the items that walks yield."""

    def walk(original: Function, channel: Channel, call: Call[Any]) -> Any:
        return (change(item) for item in original(channel, call))

    def walk_async(original: Function, channel: AsyncChannel, call: Call[Any]) -> Any:
        return (change(item) async for item in original(channel, call))

    return together(around(Channel.walk, walk), around(AsyncChannel.walk, walk_async))


def _items(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a change of each item of a page."""
    return updated(data=lambda items: [change(item) for item in items])


def _dictionary(model: Model) -> dict[str, Any]:
    return model.model_dump()


def _without_name(camera: models.Camera) -> Any:
    return pydantic.create_model("Camera", id=(str, ...), status=(str, ...))(id=camera.id, status=camera.status)


class _PlainEvent:
    """An event that is not a model."""

    def __init__(self, event: models.Event) -> None:
        self.__dict__.update(event.model_dump())


class _StatusByClass:
    """A status whose text names its class."""

    def __init__(self, status: models.CameraStatus) -> None:
        self.status = status

    def __str__(self) -> str:
        return f"CameraStatus.{self.status.name}"


MUTANTS: dict[str, Mutant] = {
    "SDK-57/pages-are-dictionaries": change_answer("GET /sites", _dictionary),
    "SDK-57/items-are-dictionaries": change_answer("GET /events", _items(_dictionary)),
    "SDK-57/items-of-a-class": change_answer("GET /events", _items(_PlainEvent)),
    "SDK-57/what-is-read-is-a-dictionary": change_answer(f"GET /users/{ID}", _dictionary),
    "SDK-57/what-is-made-is-a-dictionary": change_answer("POST /sites", _dictionary),
    "SDK-57/what-is-changed-is-nothing": change_answer("PATCH *", lambda answer: None),
    "SDK-57/what-is-triggered-is-an-id": change_answer("POST */trigger", lambda answer: answer.id),
    "SDK-57/walks-give-dictionaries": _walked_items(_dictionary),
    **for_each("SDK-58/{0.__name__}-without-total", LISTS, lambda model: _model(model, _no("total"))),
    "SDK-58/no-name-of-a-camera": _item(models.CameraPage, _no("name")),
    "SDK-58/no-status-of-a-camera": _item(models.CameraPage, _no("status")),
    "SDK-58/no-tags-of-an-event": _item(models.EventPage, _no("tags")),
    "SDK-58/no-enabled-of-a-rule": _item(models.AlertRulePage, _no("enabled")),
    "SDK-58/no-timezone-of-a-site": _item(models.SitePage, _no("timezone")),
    "SDK-58/no-role-of-a-user": _item(models.UserPage, _no("role")),
    **for_each("SDK-58/{0.__name__}-with-a-colour", DETAILS, lambda model: _model(model, _with_colour)),
    "SDK-58/no-notes-of-an-event": _model(models.EventDetail, _no("notes")),
    "SDK-58/no-recipients-of-a-rule": _model(models.AlertRuleDetail, _no("recipients")),
    "SDK-58/optional-summary": _item(models.EventPage, _optional("summary")),
    "SDK-58/optional-url": _model(models.Webhook, _optional("url")),
    "SDK-58/cursor-optional": _model(models.EventPage, _optional("next_cursor")),
    "SDK-58/summary-in-capitals": change_answer(f"GET /events/{ID}", updated(summary=str.upper)),
    "SDK-58/tags-sorted-away": change_answer("GET /events", _items(updated(tags=lambda _: []))),
    "SDK-58/times-of-today": change_answer(f"GET /sites/{ID}", updated(created_at=lambda at: at.replace(year=1999))),
    **for_each("SDK-58/an-empty-{0.__name__}", EXPORTED, lambda model: replaced(model, Model)),
    "SDK-58/a-camera-of-one's-own": _model(models.Camera, _with_colour),
    **for_each("SDK-61/no-{0.__name__}", EXPORTED, removed),
    "SDK-61/events-are-alerts": replaced(models.Event, models.Alert),
    "SDK-61/a-function": replaced(models.Camera, models.Camera.model_validate),
    "SDK-61/a-class-of-its-own": replaced(models.AlertRule, type("AlertRule", (models.AlertRule,), {})),
    "SDK-62/no-name": change_answer("GET /cameras", _items(_without_name)),
    "SDK-62/status-by-its-class": change_answer("GET /cameras", _items(updated(status=_StatusByClass))),
    "SDK-62/name-cut": change_answer("GET /cameras", _items(updated(name=lambda name: name[:5]))),
    "SDK-62/status-always-on": change_answer("GET /cameras", _items(updated(status=lambda _: "on"))),
}
