from datetime import datetime
from typing import Any

import pytest

from tests.stranger import support
from tests.stranger.running import Running
from tests.stranger.support import UNKNOWN_ID, body, get, ids, new_rule, post_rule, refused, rows

LIST_FIELDS = {"id", "name", "trigger_type", "scope_type", "schedule_type", "cooldown_sec", "enabled"}
ADDRESS = {"type": "email", "target": "guard@example.com"}
DEFAULTS: dict[str, Any] = {
    "custom_tags": [], "scope_type": "all_cameras", "site_ids": [], "camera_ids": [], "zones_filter": [],
    "schedule_type": "always", "cooldown_sec": 300, "conditions_json": {}, "enabled": True, "min_confidence": None,
}  # fmt: skip
VALID: list[dict[str, Any]] = [
    {"name": "x"},
    {"name": "é" * 100},
    {"trigger_type": "manual"},
    {"trigger_type": "ai_tag", "custom_tags": ["person"]},
    {"trigger_type": "ai_tag", "custom_tags": ["person"], "min_confidence": 0},
    {"trigger_type": "ai_tag", "custom_tags": ["person"], "min_confidence": 1.0},
    {"zones_filter": ["dock"]},
    {"schedule_type": "custom"},
    {"cooldown_sec": 0},
    {"cooldown_sec": 3600},
    {"conditions_json": {"a": {"b": [1]}}},
    {"recipients": [ADDRESS] * 25},
]
INVALID: list[dict[str, Any]] = [
    {"name": None},
    {"name": ""},
    {"name": "x" * 101},
    {"name": 7},
    {"trigger_type": None},
    {"trigger_type": "sound"},
    {"trigger_type": "ai_tag"},
    {"trigger_type": "ai_tag", "custom_tags": ["person"], "min_confidence": 1.1},
    {"trigger_type": "ai_tag", "custom_tags": ["person"], "min_confidence": True},
    {"scope_type": "site"},
    {"scope_type": "specific_sites"},
    {"scope_type": "specific_cameras"},
    {"schedule_type": "never"},
    {"cooldown_sec": -1},
    {"cooldown_sec": 3601},
    {"cooldown_sec": 1.5},
    {"conditions_json": "{}"},
    {"recipients": None},
    {"recipients": []},
    {"recipients": [ADDRESS] * 26},
    {"recipients": [{"type": "email"}]},
    {"recipients": ["guard@example.com"]},
    {"zones_filter": [1]},
    {"site_ids": ["north"]},
]


def shows(found: dict[str, Any], fields: dict[str, Any]) -> bool:
    """Whether a rule has the values, in those of the fields that it shows."""
    return all(found[name] == value for name, value in fields.items() if name in found)


def test_the_list_has_the_fields_of_the_page(server: Running) -> None:
    found = body(get(server, "/alert-rules"))
    assert found.keys() >= {"data", "total"}
    assert found["total"] == len(found["data"]) == len(server.org.rules)
    assert all(row.keys() >= LIST_FIELDS for row in found["data"])


@pytest.mark.parametrize("actor", ["viewer", "operator", "admin", "owner"])
def test_every_role_lists_rules_of_its_org(server: Running, actor: str) -> None:
    assert set(ids(rows(server, "/alert-rules", actor))) <= server.org.rules.keys()
    assert rows(server, "/alert-rules", actor)


@pytest.mark.parametrize("actor", ["operator", "admin", "owner"])
def test_a_new_rule_has_the_defaults_of_the_page(server: Running, actor: str) -> None:
    answer = post_rule(server, actor)
    found = body(answer, 201)
    assert found.keys() >= LIST_FIELDS | {"created_at"}
    assert shows(found, DEFAULTS)
    assert datetime.fromisoformat(found["created_at"]).tzinfo
    assert found["id"] in ids(rows(server, "/alert-rules"))
    support.remove(server, f"/alert-rules/{found['id']}")


@pytest.mark.parametrize("fields", VALID, ids=str)
def test_a_valid_rule_is_created_and_changed(server: Running, fields: dict[str, Any]) -> None:
    created, plain = new_rule(server, **fields), new_rule(server)
    assert shows(created, fields)
    changed = body(server.call("operator", "PATCH", f"/alert-rules/{plain['id']}", json=fields))
    assert shows(changed, fields)
    assert changed.keys() == created.keys()
    for rule in (created, plain):
        support.remove(server, f"/alert-rules/{rule['id']}")


def test_a_rule_is_limited_to_sites_and_cameras(server: Running) -> None:
    for scope, name, known in (
        ("specific_sites", "site_ids", list(server.org.sites)),
        ("specific_cameras", "camera_ids", list(server.org.cameras)[:2]),
    ):
        found = new_rule(server, scope_type=scope, **{name: known})
        assert found[name] == known
        support.remove(server, f"/alert-rules/{found['id']}")


@pytest.mark.parametrize("fields", INVALID, ids=str)
def test_an_invalid_rule_is_400_validation_error(server: Running, fields: dict[str, Any]) -> None:
    path = f"/alert-rules/{next(iter(server.org.rules))}"
    before = server.dump()
    assert refused(post_rule(server, **fields), 400, "validation_error")
    if None not in fields.values():
        assert refused(server.call("operator", "PATCH", path, json=fields), 400, "validation_error")
    assert server.dump() == before


@pytest.mark.parametrize("foreign", [True, False])
def test_what_the_org_does_not_have_is_404_not_found(server: Running, foreign: bool) -> None:
    org, path = server.other_org, f"/alert-rules/{next(iter(server.org.rules))}"
    site, camera, rule = (next(iter(found)) if foreign else UNKNOWN_ID for found in (org.sites, org.cameras, org.rules))
    before = server.dump()
    tried: list[dict[str, Any]] = [
        {"scope_type": "specific_sites", "site_ids": [site]},
        {"scope_type": "specific_cameras", "camera_ids": [camera]},
    ]
    for fields in tried:
        assert refused(post_rule(server, **fields), 404, "not_found")
        assert refused(server.call("operator", "PATCH", path, json=fields), 404, "not_found")
    assert refused(server.call("operator", "PATCH", f"/alert-rules/{rule}", json={"name": "x"}), 404, "not_found")
    assert refused(server.call("operator", "DELETE", f"/alert-rules/{rule}"), 404, "not_found")
    assert server.dump() == before


def test_an_update_leaves_the_rest_as_it_was(server: Running) -> None:
    created = new_rule(server, cooldown_sec=60, zones_filter=["dock"])
    path = f"/alert-rules/{created['id']}"
    assert body(server.call("operator", "PATCH", path, json={"name": "New"})) == {**created, "name": "New"}
    support.remove(server, path)


def test_a_rule_can_be_switched_off_where_enabled_can_be_written(server: Running) -> None:
    created = new_rule(server)
    path = f"/alert-rules/{created['id']}"
    writable = server.choices.rule_enabled == "writable"
    answer = server.call("operator", "PATCH", path, json={"enabled": False, "cooldown_sec": 1})
    assert answer.status_code == 400 or answer.json()["enabled"] is not writable
    support.remove(server, path)


def test_a_viewer_is_403_forbidden(server: Running) -> None:
    path = f"/alert-rules/{next(iter(server.org.rules))}"
    before = server.dump()
    assert refused(post_rule(server, "viewer"), 403, "forbidden")
    assert refused(server.call("viewer", "PATCH", path, json={"name": "x"}), 403, "forbidden")
    assert refused(server.call("viewer", "DELETE", path), 403, "forbidden")
    assert server.dump() == before


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_call_without_a_valid_token_is_401_auth_required(server: Running, method: str) -> None:
    assert refused(server.call(None, method, "/alert-rules"), 401, "auth_required")
    assert refused(server.call("expired", method, "/alert-rules"), 401, "auth_required")


def test_a_deleted_rule_is_gone_and_its_alerts_stay(server: Running) -> None:
    rule_id = support.alert(server, "new", 1).rule_id
    before = ids(rows(server, "/alerts", limit=100))
    answer = server.call("operator", "DELETE", f"/alert-rules/{rule_id}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert rule_id not in ids(rows(server, "/alert-rules"))
    assert ids(rows(server, "/alerts", limit=100)) == before
    assert rows(server, "/alerts", rule_id=rule_id)
