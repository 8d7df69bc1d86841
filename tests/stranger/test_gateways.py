from typing import Any

import pytest

from tests.stranger import support
from tests.stranger.running import Running
from tests.stranger.support import UNKNOWN_ID, body, get, ids, pair, refused, register, rows

LIST_FIELDS = {"id", "name", "site_id", "status", "version", "local_ip", "last_heartbeat_at"}
ALLOWED = {("registered", "disabled"), ("offline", "disabled"), ("disabled", "offline")}
REPORT_FIELDS = {"cpu_percent", "memory_mb", "camera_recording_status", "network_throughput"}


def path_to(gateway: dict[str, Any]) -> str:
    return f"/gateways/{gateway['id']}"


def with_status(server: Running, status: str) -> str:
    """Return the path of a new gateway with the status."""
    path = path_to(body(register(server), 201))
    wanted = {"registered": [], "disabled": ["disabled"], "offline": ["disabled", "offline"]}[status]
    for step in wanted:
        body(server.call("operator", "PATCH", path, json={"status": step}))
    return path


def test_the_list_has_the_fields_of_the_page(server: Running) -> None:
    found = body(get(server, "/gateways"))
    assert found.keys() >= {"data", "total"}
    assert found["total"] == len(found["data"]) == len(server.org.gateways)
    assert all(row.keys() >= LIST_FIELDS and "created_at" not in row for row in found["data"])
    assert {row["status"] for row in found["data"]} == {"online", "offline", "disabled", "registered"}


@pytest.mark.parametrize("actor", ["operator", "admin", "owner"])
def test_higher_roles_read_every_gateway(server: Running, actor: str) -> None:
    for row in rows(server, "/gateways", actor):
        found = body(get(server, path_to(row), actor))
        assert found.keys() >= LIST_FIELDS | {"created_at"}
        assert {name: found[name] for name in LIST_FIELDS} == {name: row[name] for name in LIST_FIELDS}


def test_a_viewer_reads_gateways_of_granted_sites(server: Running) -> None:
    found = rows(server, "/gateways", "viewer")
    assert {row["site_id"] for row in found} == set(server.site_ids)
    assert all(get(server, path_to(row), "viewer").status_code == 200 for row in found)
    for gateway in server.org.gateways.values():
        if gateway.site_id not in server.site_ids:
            for part in ("", "/telemetry"):
                assert get(server, f"/gateways/{gateway.id}{part}", "viewer").status_code in (403, 404)


def test_telemetry_has_the_fields_of_the_page(server: Running) -> None:
    for gateway in server.org.gateways.values():
        if gateway.telemetry:
            found = body(get(server, f"/gateways/{gateway.id}/telemetry"))
            assert found.keys() >= REPORT_FIELDS | {"gateway_id", "last_heartbeat_at"}
            assert found["gateway_id"] == gateway.id
            assert set(found["camera_recording_status"].values()) == {"recording"}
            assert found["network_throughput"].keys() == {"upstream_mbps", "downstream_mbps"}


@pytest.mark.parametrize("foreign", [True, False])
def test_a_gateway_that_the_org_does_not_have_is_404_not_found(server: Running, foreign: bool) -> None:
    path = f"/gateways/{next(iter(server.other_org.gateways)) if foreign else UNKNOWN_ID}"
    before = server.dump()
    assert refused(get(server, path), 404, "not_found")
    assert refused(get(server, f"{path}/telemetry"), 404, "not_found")
    assert refused(server.call("operator", "PATCH", path, json={"name": "x"}), 404, "not_found")
    assert refused(server.call("operator", "DELETE", path), 404, "not_found")
    assert server.dump() == before


@pytest.mark.parametrize("path", ["/gateways", f"/gateways/{UNKNOWN_ID}", f"/gateways/{UNKNOWN_ID}/telemetry"])
def test_a_call_without_a_valid_token_is_401_auth_required(server: Running, path: str) -> None:
    assert refused(get(server, path, None), 401, "auth_required")
    assert refused(get(server, path, "expired"), 401, "auth_required")


def test_a_gateways_key_has_no_role(server: Running) -> None:
    paired = pair(server)
    answer = server.call(None, "GET", "/gateways", token=paired["api_key"])
    assert refused(answer, 403, "forbidden") or refused(answer, 401, "auth_required")
    support.remove(server, f"/gateways/{paired['gateway_id']}")
    assert refused(server.call(None, "GET", "/gateways", token=paired["api_key"]), 401, "auth_required")


def test_name_and_site_can_be_changed(server: Running) -> None:
    made = body(register(server), 201)
    for change in ({"name": "é" * 100}, {"site_id": list(server.org.sites)[2]}, {"name": "x"}):
        answer = body(server.call("operator", "PATCH", path_to(made), json=change))
        assert answer == body(get(server, path_to(made)))
        assert answer.items() >= change.items()
    support.remove(server, path_to(made))


@pytest.mark.parametrize(
    ("status", "wanted", "allowed"),
    [
        (
            status,
            wanted,
            (status, wanted) in {("registered", "disabled"), ("offline", "disabled"), ("disabled", "offline")},
        )
        for status in ("registered", "offline", "disabled")
        for wanted in ("registered", "online", "offline", "disabled", "Disabled", None, 1)
    ],
)
def test_a_status_changes_along_the_page_alone(server: Running, status: str, wanted: object, allowed: bool) -> None:
    path = with_status(server, status)
    answer = server.call("operator", "PATCH", path, json={"status": wanted})
    assert answer.status_code == 200 if allowed else refused(answer, 400, "validation_error")
    assert body(get(server, path))["status"] == (wanted if allowed else status)
    support.remove(server, path)


def test_an_online_gateway_can_be_disabled_alone(server: Running) -> None:
    path = next(path_to(row) for row in rows(server, "/gateways") if row["status"] == "online")
    assert refused(server.call("operator", "PATCH", path, json={"status": "offline"}), 400, "validation_error")
    assert body(server.call("operator", "PATCH", path, json={"status": "disabled"}))["status"] == "disabled"


@pytest.mark.parametrize("change", [{}, [], {"version": "1"}, {"name": ""}, {"name": "x" * 101}, {"name": None}])
def test_a_wrong_update_is_400_validation_error(server: Running, change: object) -> None:
    path = f"/gateways/{next(iter(server.org.gateways))}"
    before = server.dump()
    assert refused(server.call("operator", "PATCH", path, json=change), 400, "validation_error")
    assert server.dump() == before


def test_a_site_of_another_org_is_refused(server: Running) -> None:
    path, site = f"/gateways/{next(iter(server.org.gateways))}", next(iter(server.other_org.sites))
    before = server.dump()
    for site_id in (site, UNKNOWN_ID, 7, None):
        assert server.call("operator", "PATCH", path, json={"site_id": site_id}).status_code in (400, 404)
    assert server.dump() == before


def test_a_viewer_is_403_forbidden(server: Running) -> None:
    path = f"/gateways/{next(iter(server.org.gateways))}"
    before = server.dump()
    assert refused(server.call("viewer", "PATCH", path, json={"name": "x"}), 403, "forbidden")
    assert refused(server.call("viewer", "DELETE", path), 403, "forbidden")
    assert server.dump() == before


def test_a_gateway_with_cameras_cannot_be_deleted(server: Running) -> None:
    bound = next(camera.gateway_id for camera in server.org.cameras.values() if camera.gateway_id)
    before = server.dump()
    assert refused(server.call("owner", "DELETE", f"/gateways/{bound}"), 400, "validation_error")
    assert server.dump() == before


def test_a_deleted_gateway_leaves_nothing(server: Running) -> None:
    before = server.dump()
    made = body(register(server), 201)
    answer = server.call("operator", "DELETE", path_to(made))
    assert (answer.status_code, answer.content) == (204, b"")
    assert made["id"] not in ids(rows(server, "/gateways"))
    assert refused(get(server, path_to(made)), 404, "not_found")
    assert server.dump() == before


@pytest.mark.parametrize("part", ["heartbeat", "heartbeats", "telemetry"])
def test_no_rest_route_takes_a_heartbeat(server: Running, part: str) -> None:
    paired = pair(server)
    for method in ("POST", "PUT"):
        path = f"/gateways/{paired['gateway_id']}/{part}"
        assert server.call(None, method, path, token=paired["api_key"], json={}).status_code in (404, 405)
    support.remove(server, f"/gateways/{paired['gateway_id']}")
