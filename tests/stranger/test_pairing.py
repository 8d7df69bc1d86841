import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.stranger import support
from tests.stranger.running import Running
from tests.stranger.support import UNKNOWN_ID, body, get, pair, redeem, refused, register


@pytest.fixture(autouse=True)
def no_codes(server: Running) -> None:
    """Let the codes of the tests before expire."""
    server.advance(601)


def test_a_code_has_the_fields_of_the_page(server: Running) -> None:
    found = body(register(server, name="é" * 100), 201)
    assert found.keys() >= {"id", "pairing_code", "expires_at", "status"}
    assert re.fullmatch("[A-Z0-9]{6}", found["pairing_code"])
    shown = body(get(server, f"/gateways/{found['id']}"))
    assert (found["status"], shown["status"], shown["name"]) == ("registered", "registered", "é" * 100)
    lifetime = datetime.fromisoformat(found["expires_at"]) - datetime.fromisoformat(shown["created_at"])
    assert lifetime == timedelta(minutes=10)


@pytest.mark.parametrize(
    "fields", [{"name": None}, {"name": ""}, {"name": "x" * 101}, {"site_id": None}, {"site_id": 7}]
)
def test_a_wrong_registration_is_400_validation_error(server: Running, fields: dict[str, Any]) -> None:
    before = server.dump()
    assert refused(register(server, **fields), 400, "validation_error")
    assert server.dump() == before


@pytest.mark.parametrize("foreign", [True, False])
def test_a_site_that_the_org_does_not_have_is_refused(server: Running, foreign: bool) -> None:
    site = next(iter(server.other_org.sites)) if foreign else UNKNOWN_ID
    before = server.dump()
    assert register(server, site_id=site).status_code in (400, 404)
    assert server.dump() == before


def test_low_roles_are_refused(server: Running) -> None:
    path, fields = "/gateways/generate-pairing-code", {"name": "x", "site_id": server.site_ids[0]}
    assert refused(server.call("viewer", "POST", path, json=fields), 403, "forbidden")
    assert refused(server.call(None, "POST", path, json=fields), 401, "auth_required")
    for actor in ("operator", "admin", "owner"):
        assert server.call(actor, "POST", path, json=fields).status_code == 201


def test_an_org_has_five_active_codes(server: Running) -> None:
    codes = [body(register(server), 201) for _ in range(5)]
    assert refused(register(server), 429, "rate_limited")
    outside = {"name": "x", "site_id": next(iter(server.other_org.sites))}
    assert server.call("outsider_operator", "POST", "/gateways/generate-pairing-code", json=outside).status_code == 201
    body(redeem(server, codes[0]["pairing_code"]))
    assert register(server).status_code == 201
    assert refused(register(server), 429, "rate_limited")
    support.remove(server, f"/gateways/{codes[1]['id']}")
    assert register(server).status_code == 201
    server.advance(601)
    assert register(server).status_code == 201


def test_redeeming_pairs_the_gateway(server: Running) -> None:
    code = body(register(server), 201)
    found = body(redeem(server, code["pairing_code"], name="Mine", version="2026.1", local_ip="10.0.0.7"))
    assert found.keys() >= {"gateway_id", "api_key", "org_id", "ice_servers"}
    assert (found["gateway_id"], found["org_id"]) == (code["id"], server.org.id)
    assert found["api_key"].startswith("gw_")
    assert all(server_.keys() >= {"urls", "username", "credential"} for server_ in found["ice_servers"])
    shown = body(get(server, f"/gateways/{code['id']}"))
    assert (shown["name"], shown["version"], shown["local_ip"]) == ("Box", "2026.1", "10.0.0.7")
    assert shown["status"] == server.choices.status_after_pairing


@pytest.mark.parametrize("fields", [{}, [], {"pairing_code": None}, {"pairing_code": 123456}, {"name": "x"}])
def test_redeeming_without_a_code_is_400_validation_error(server: Running, fields: object) -> None:
    assert refused(server.call(None, "POST", "/gateways/pair", json=fields), 400, "validation_error")


@pytest.mark.parametrize("code", ["AAAAAA", "000000", "!!!!!!"])
def test_an_unknown_code_is_404_not_found(server: Running, code: str) -> None:
    assert refused(redeem(server, code), 404, "not_found")


def test_a_redeemed_code_is_409_conflict(server: Running) -> None:
    code = body(register(server), 201)["pairing_code"]
    body(redeem(server, code))
    before = server.dump()
    assert refused(redeem(server, code), 409, "conflict")
    assert server.dump() == before


def test_a_code_older_than_ten_minutes_is_410_gone(server: Running) -> None:
    early, late = (body(register(server), 201)["pairing_code"] for _ in range(2))
    server.advance(598)
    assert redeem(server, early).status_code == 200
    server.advance(3)
    before = server.dump()
    assert refused(redeem(server, late), 410, "gone")
    assert server.dump() == before


def test_a_disabled_gateway_stays_so_when_it_is_paired(server: Running) -> None:
    code = body(register(server), 201)
    server.call("operator", "PATCH", f"/gateways/{code['id']}", json={"status": "disabled"})
    body(redeem(server, code["pairing_code"]))
    assert body(get(server, f"/gateways/{code['id']}"))["status"] == "disabled"


def test_a_deleted_gateways_code_is_worth_nothing(server: Running) -> None:
    code = body(register(server), 201)
    support.remove(server, f"/gateways/{code['id']}")
    assert refused(redeem(server, code["pairing_code"]), 404, "not_found")


def test_a_users_token_is_no_hindrance(server: Running) -> None:
    code = body(register(server), 201)["pairing_code"]
    assert server.call("viewer", "POST", "/gateways/pair", json={"pairing_code": code}).status_code == 200
    assert pair(server)["api_key"]
