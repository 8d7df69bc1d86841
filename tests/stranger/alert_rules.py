"""Alert rules: the list, creating, changing and deleting one."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from starlette.responses import Response

from tests.stranger import paging, queries, rule_bodies
from tests.stranger.answers import json_answer, listing, no_content, shown
from tests.stranger.breaks import Break
from tests.stranger.calls import Call, nothing
from tests.stranger.problems import forbidden, invalid, not_found
from tests.stranger.records import Rule
from tests.stranger.state import new_id

_LIST_FIELDS = ("id", "name", "trigger_type", "scope_type", "schedule_type", "cooldown_sec", "enabled")
_SCOPE_FIELDS = {"specific_sites": ("site_ids",), "specific_cameras": ("camera_ids",)}


def list_rules(call: Call) -> Response:
    """GET /alert-rules."""
    rules = [rule for rule in call.org.rules.values() if _visible(call, rule)]
    if call.broken(Break.FOREIGN_RULE_LISTED):
        rules += list(call.other_org.rules.values())[:1]
    answer = list_of_all(call, "rules", rules, _created_at, _list_item)
    if call.broken(Break.RULES_WITHOUT_TOTAL):
        return json_answer(call.choices, {"data": [_list_item(call, rule) for rule in rules]})
    return answer


def list_of_all(call: Call, kind: str, records: list[Any], time_of: Any, show: Any) -> Response:
    """Return a list that the pages show without pages, on some servers with them."""
    paged = call.choices.rules_and_gateways == "paged"
    queries.refuse_unknown(call, queries.PAGING if paged else ())
    if paged:
        page = paging.page(call, kind, records, time_of, queries.limit(call))
        return listing(call.choices, [show(call, row) for row in page.rows], page.total, next_cursor=page.next_cursor)
    rows = [show(call, row) for row in paging.ordered(call, records, time_of)]
    null_cursor = {"next_cursor": None} if call.choices.rules_and_gateways == "null_cursor" else {}
    return listing(call.choices, rows, len(rows), **null_cursor)


def create_rule(call: Call) -> Response:
    """POST /alert-rules."""
    role = "viewer" if call.broken(Break.VIEWER_CREATES_RULE) else "operator"
    fields, _ = call.checked(role, lambda: rule_bodies.complete(call, rule_bodies.read(call)), nothing)
    _check_references(call, fields)
    rule = Rule(id=new_id(), created_at=call.now, **fields)
    call.org.rules[rule.id] = rule
    return json_answer(call.choices, _answer(call, rule), 201)


def get_rule(call: Call) -> Response:
    """GET /alert-rules/{id}, which the pages do not have."""
    visible = {rule.id: rule for rule in call.org.rules.values() if _visible(call, rule)}
    return json_answer(call.choices, _answer(call, call.find(visible, "alert rule")))


def update_rule(call: Call) -> Response:
    """PATCH /alert-rules/{id}."""
    _refuse_foreign(call)
    body, rule = call.checked("operator", lambda: rule_bodies.read(call), lambda: _existing(call))
    if not body and call.choices.empty_rule_patch == "refused":
        invalid("The body holds nothing to change.")
    kept = {name: value for name, value in _fields(rule).items() if name not in ("id", "created_at")}
    if call.broken(Break.RULE_PATCH_RESETS):
        kept["cooldown_sec"] = 300
    fields = rule_bodies.complete(call, body, kept)
    _check_references(call, body)
    changed = replace(rule, **fields)
    if not call.broken(Break.RULE_PATCH_NOT_KEPT):
        call.org.rules[rule.id] = changed
    return json_answer(call.choices, _answer(call, changed))


def delete_rule(call: Call) -> Response:
    """DELETE /alert-rules/{id}."""
    if call.forgotten():
        call.require_role("operator")
        return no_content()
    _, rule = call.checked("operator", nothing, lambda: _existing(call))
    del call.org.rules[rule.id]
    call.state.deleted[rule.id] = call.org.id
    return json_answer(call.choices, _answer(call, rule)) if call.broken(Break.RULE_DELETE_200) else no_content()


def _created_at(rule: Rule) -> datetime:
    return rule.created_at


def _visible(call: Call, rule: Rule) -> bool:
    """Whether the caller is shown a rule: all of the org, or those that concern a granted site."""
    if call.choices.viewer_rules == "org" or rule.scope_type == "all_cameras":
        return True
    if rule.scope_type == "specific_sites":
        return any(map(call.member.sees, rule.site_ids))
    cameras = (call.org.cameras.get(camera_id) for camera_id in rule.camera_ids)
    return any(camera is not None and call.member.sees(camera.site_id) for camera in cameras)


def _existing(call: Call) -> Rule:
    return call.find(call.org.rules, "alert rule")


def _refuse_foreign(call: Call) -> None:
    if call.broken(Break.FOREIGN_RULE_403) and call.path_id in call.other_org.rules:
        forbidden("This alert rule belongs to another org.")


def _check_references(call: Call, fields: dict[str, Any]) -> None:
    """Refuse sites and cameras that the org does not have."""
    cameras = {camera.id for camera in call.org.cameras.values() if not camera.deleted}
    if call.broken(Break.FOREIGN_CAMERA_ACCEPTED):
        cameras |= call.other_org.cameras.keys()
    if not call.org.sites.keys() >= set(fields.get("site_ids", ())):
        not_found("site")
    if not cameras >= set(fields.get("camera_ids", ())):
        not_found("camera")


def _fields(rule: Rule) -> dict[str, Any]:
    return {**asdict(rule), "created_at": rule.created_at}


def _list_item(call: Call, rule: Rule) -> dict[str, Any]:
    return shown(call.choices, "alert_rule", {name: getattr(rule, name) for name in _LIST_FIELDS})


def _answer(call: Call, rule: Rule) -> dict[str, Any]:
    """Return a rule as creating and changing one shows it: in every field, or in those of the page's example."""
    names = (*_LIST_FIELDS, *_SCOPE_FIELDS.get(rule.scope_type, ()), "created_at")
    fields = _fields(rule)
    if call.choices.rule_answer == "example":
        fields = {name: fields[name] for name in names}
    return shown(call.choices, "alert_rule", fields)
