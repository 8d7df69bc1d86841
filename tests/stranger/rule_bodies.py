"""The bodies of alert rules: which fields they may have, with which values, and what one demands of another."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from tests.stranger.breaks import Break
from tests.stranger.calls import Call, is_uuid
from tests.stranger.problems import invalid
from tests.stranger.records import TRIGGERS, Rule

SCOPES, SCHEDULES = ("all_cameras", "specific_sites", "specific_cameras"), ("always", "custom")
_MAX_NAME_CHARS, _MAX_COOLDOWN_SECONDS, _MAX_RECIPIENTS = 100, 3600, 25
_DEFAULTS = {
    field.name: getattr(Rule, field.name, None) for field in fields(Rule) if field.name not in ("id", "created_at")
} | {"conditions_json": {}}


def read(call: Call) -> dict[str, Any]:
    """Return the valid fields of the body; unknown ones are refused or left out. Raises Problem."""
    body, validators = call.json_body(), _validators(call)
    for name in body.keys() - validators.keys():
        if call.choices.unknown_body_field == "refused":
            invalid("is not a field of an alert rule", name)
    found = {name: value for name, value in body.items() if name in validators}
    for name, value in found.items():
        if not validators[name](value):
            invalid("has a value that it cannot have", name)
    return {name: _stored(call, value, name) for name, value in found.items()}


def complete(call: Call, body: Mapping[str, Any], kept: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the fields of a whole rule: those of the body, else those kept, else the defaults. Raises Problem."""
    rule = {**_DEFAULTS, **(kept or {}), **body}
    for name in ("name", "trigger_type"):
        if rule[name] is None and not (name == "name" and call.broken(Break.RULE_WITHOUT_NAME)):
            invalid("is missing", name)
    rule["name"] = rule["name"] or ""
    if not rule["recipients"] and not call.broken(Break.NO_RECIPIENTS):
        invalid("has to have 1 to 25 items", "recipients")
    _check_tags(call, rule, body)
    for scope, name in (("specific_sites", "site_ids"), ("specific_cameras", "camera_ids")):
        if rule["scope_type"] == scope and not rule[name]:
            invalid(f"is required with {scope}", name)
    return rule


def _check_tags(call: Call, rule: dict[str, Any], body: Mapping[str, Any]) -> None:
    """Check, or drop, what belongs to rules of ai_tag; what a rule kept from before is dropped. Raises Problem."""
    if rule["trigger_type"] == "ai_tag":
        if not rule["custom_tags"]:
            invalid("is required with ai_tag", "custom_tags")
        return
    if "min_confidence" in body and call.choices.min_confidence_elsewhere == "refused":
        invalid("belongs to rules of ai_tag", "min_confidence")
    if body.get("custom_tags") and call.choices.custom_tags_elsewhere == "refused":
        invalid("belongs to rules of ai_tag", "custom_tags")
    rule["min_confidence"] = None
    if call.choices.custom_tags_elsewhere != "kept":
        rule["custom_tags"] = ()


def _validators(call: Call) -> dict[str, Callable[[Any], bool]]:
    """Return the fields that a body may have, and what their values have to be."""
    highest = _MAX_NAME_CHARS - call.broken(Break.RULE_NAME_OF_99)
    triggers = _is_text if call.broken(Break.ANY_TRIGGER) else _one_of(TRIGGERS)
    validators: dict[str, Callable[[Any], bool]] = {
        "name": lambda value: _is_text(value) and 1 <= len(value) <= highest,
        "trigger_type": triggers,
        "custom_tags": _list_of(_is_text),
        "min_confidence": lambda value: type(value) in (int, float) and 0 <= value <= 1,
        "scope_type": _one_of(SCOPES),
        "site_ids": _list_of(is_uuid),
        "camera_ids": _list_of(is_uuid),
        "zones_filter": _list_of(_is_text),
        "schedule_type": _one_of(SCHEDULES),
        "cooldown_sec": lambda value: _is_whole(value) and 0 <= value <= _MAX_COOLDOWN_SECONDS,
        "conditions_json": lambda value: isinstance(value, dict),
        "recipients": lambda value: _list_of(_recipient(call))(value) and len(value) <= _MAX_RECIPIENTS,
        "enabled": lambda value: isinstance(value, bool),
    }
    if call.choices.rule_enabled == "read_only":
        del validators["enabled"]
    return validators


def _stored(call: Call, value: Any, name: str) -> Any:
    """Return a value as a rule keeps it."""
    if name == "cooldown_sec":
        return 300 if value == 0 and call.broken(Break.COOLDOWN_ZERO_LOST) else int(value)
    if name in ("site_ids", "camera_ids"):
        return tuple(text.lower() for text in value)
    return tuple(value) if isinstance(value, list) else value


def _recipient(call: Call) -> Callable[[Any], bool]:
    """Return a predicate: whether a value is a recipient that the server takes."""
    mode = call.choices.recipients

    def takes(value: Any) -> bool:
        if not isinstance(value, dict) or not all(_is_text(value.get(name)) for name in ("type", "target")):
            return False
        kind, target = value["type"], value["target"]
        address = "@" in target[1:-1]
        if mode == "email_only":
            return kind == "email" and address
        return mode == "any_text" or bool(kind and target and (kind != "email" or address))

    return takes


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_whole(value: Any) -> bool:
    return type(value) is int or (isinstance(value, float) and value.is_integer())


def _one_of(known: tuple[str, ...]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in known


def _list_of(valid: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(map(valid, value))
