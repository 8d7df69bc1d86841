"""An org: its clock, its people, its pairing codes; making, resetting and removing one."""

import json
import re
import subprocess
from html import unescape
from urllib.parse import unquote

import pytest

from tests.harness import JSON, Running, World, running
from tests.mockserver.console.pages import MARKUP, Page, page, send
from tests.mockserver.control.calls import UNKNOWN
from tests.mockserver.http.steps import instant, new_code, new_rule, pair

TEXT = " ".join(MARKUP.split())


def place(world: World, below: str = "") -> str:
    return f"/console/orgs/{world.id}{below}"


def answered(world: World, below: str, **fields: str) -> Page:
    """Send a form that makes a call of the API, whose answer the page shows."""
    return send(world.running, place(world, below), 200, **fields)


def journal(world: World) -> list[JSON]:
    calls: list[JSON] = world.running.control("GET", "/requests", params={"limit": 10})["data"]
    return calls


def test_everybody_is_shown_with_a_token_and_a_curl_that_works(world: World) -> None:
    found = page(world.running, place(world))
    for role, actor in world.described["actors"].items():
        for text in (role, actor["display_name"], actor["email"], actor["password"], actor["token"]):
            assert text in found.text
        assert {f"token-{role}", f"curl-{role}"} <= set(found.attributes("button", "data-copy"))
    (token, url) = re.findall(r'curl -H "Authorization: Bearer (\S+)" "(\S+)"', found.text)[0]
    assert world.running.client(token).get(url).status_code == 200
    for key in world.described["temporary_keys"]:
        assert key["token"] in found.text


def test_a_token_of_a_snapshot_is_no_command(isolated: Running) -> None:
    org, *_ = isolated.control("GET", "/orgs")["data"]
    known, planted = org["actors"]["owner"]["token"], "sk_live_\"$(id)`id`'"
    restored = json.dumps(isolated.control("GET", "/snapshot")).replace(known, json.dumps(planted)[1:-1])
    isolated.control("PUT", "/snapshot", json=json.loads(restored))
    html = page(isolated, f"/console/orgs/{org['org_id']}").answer.text
    (command,) = re.findall(r'<pre id="curl-owner">(.*?)</pre>', html)
    printed = subprocess.run(["sh", "-c", f'curl() {{ printf %s "$2"; }}; {unescape(command)}'], capture_output=True)
    assert printed.stdout.decode() == f"Authorization: Bearer {planted}"


def test_a_code_is_made_as_the_person_chosen_and_counts_down(frozen: World) -> None:
    asked = {"name": "North", "site_id": frozen.sites[0]}
    found = answered(frozen, "/codes", actor="operator", **asked)
    assert "as operator" in found.text
    assert "201 Created" in found.text
    (made,) = [call for call in journal(frozen) if call["operation"] == "generatePairingCode"]
    assert made["actor"] == frozen.described["actors"]["operator"]["display_name"]
    assert made["request_id"] in found.text
    assert any(made["request_id"] in href for href in found.attributes("a", "href"))
    (code,) = frozen.running.control("GET", f"/orgs/{frozen.id}/records/pairing_codes")["data"]
    assert found.attributes("span", "data-expires") == [code["expires_at"]]
    assert f"{code['code']} Copy 10:00 North" in found.text
    assert "the clock stands still" in found.text
    send(frozen.running, place(frozen, "/clock"), advance="61")
    assert f"{code['code']} Copy 8:59" in page(frozen.running, place(frozen)).text


@pytest.mark.parametrize(("role", "status"), [("viewer", "403 Forbidden"), ("nobody", "401 Unauthorized")])
def test_what_a_person_may_not_do_is_shown_as_it_was_answered(world: World, role: str, status: str) -> None:
    found = answered(world, "/codes", actor=role, name="x", site_id=world.sites[0])
    assert status in found.text
    assert "request_id" in found.text


def test_a_refused_body_is_shown_as_it_was_answered(world: World) -> None:
    assert "400 Bad Request" in answered(world, "/codes", actor="operator", name="", site_id="x").text
    assert "404 Not Found" in answered(world, "/pair", pairing_code="XXXXXX").text
    assert "400 Bad Request" in answered(world, "/pair").text


def test_a_code_is_redeemed_once_and_not_after_its_expiry(frozen: World) -> None:
    first, second = new_code(frozen, name="A"), new_code(frozen, name="B")
    found = answered(frozen, "/pair", pairing_code=first["pairing_code"], version="1.2")
    assert "200 OK" in found.text
    assert "redeemed" in found.text
    assert "409 Conflict" in answered(frozen, "/pair", pairing_code=first["pairing_code"]).text
    send(frozen.running, place(frozen, "/clock"), advance="660")
    assert "expired" in page(frozen.running, place(frozen)).text
    assert "410 Gone" in answered(frozen, "/pair", pairing_code=second["pairing_code"]).text


def test_a_connection_that_a_fault_closes_is_said_beside_the_form(isolated: Running) -> None:
    world = isolated.org()
    isolated.control("POST", "/faults", json={"match": {"operation": "pairGateway"}, "drop": True})
    found = send(isolated, place(world, "/pair"), 502, pairing_code="ABCDEF")
    assert "a fault closed the connection" in found.text


def test_its_clock_moves_alone(frozen: World) -> None:
    mock = frozen.running
    before = mock.control("GET", "/clock")["now"]
    found = send(mock, place(frozen, "/clock"), advance="60")
    assert "A clock of its own" in found.text
    assert mock.control("GET", "/clock")["now"] == before
    now = mock.control("GET", f"/orgs/{frozen.id}/clock")["now"]
    assert (instant(now) - instant(before)).total_seconds() == 60
    assert now in found.attributes("time", "data-now")
    assert "A clock of its own" not in send(mock, place(frozen, "/clock"), own="false").text
    assert "advance" in send(mock, place(frozen, "/clock"), 400, advance="-1").text


def test_the_next_expiry_is_one_step_away(frozen: World) -> None:
    mock, code = frozen.running, new_code(frozen)
    shown = f"{code['expires_at'][:19].replace('T', ' ')}Z"
    assert f"Next to expire: a pairing code, {shown}" in page(mock, place(frozen)).text
    send(mock, place(frozen, "/clock"), expiry="next")
    assert mock.control("GET", f"/orgs/{frozen.id}/clock")["now"] == code["expires_at"]
    mock.control("POST", f"/orgs/{frozen.id}/clock", json={"own": False})
    before = mock.control("GET", "/expiries?limit=1")["data"][0]
    send(mock, "/console/clock", expiry="next")
    assert mock.control("GET", "/clock")["now"] == before["expires_at"]


def test_the_mocks_clock_passes_an_expiry_that_it_cannot_reach(frozen: World) -> None:
    mock = frozen.running
    (next_code, *_) = mock.control("GET", "/expiries?limit=1")["data"]
    mock.control("POST", f"/orgs/{next_code['org_id']}/clock", json={"freeze": True})
    send(mock, "/console/clock", expiry="next")
    assert mock.control("GET", f"/orgs/{next_code['org_id']}/clock")["now"] < next_code["expires_at"]
    assert mock.control("GET", "/clock")["now"] > next_code["expires_at"]


def test_that_nothing_expires_is_said(shared: Running) -> None:
    empty = shared.org(fixture="empty")
    assert "Nothing expires" in page(shared, place(empty)).text
    assert "Nothing expires" in send(shared, place(empty, "/clock"), 409, expiry="next").text


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"origin": "fixture:small", "name": "Run 42", "events": "3"}, "Run 42"),
        ({"origin": "scenario:five-codes-active"}, None),
    ],
)
def test_an_org_is_made_and_shown(shared: Running, fields: dict[str, str], name: str | None) -> None:
    found = send(shared, "/console/orgs", **fields)
    assert re.search(r"/orgs/([0-9a-f-]{36})$", str(found.answer.url))
    assert name is None or name in found.text


@pytest.mark.parametrize("fields", [{"origin": "fixture:nowhere"}, {"origin": "fixture:small", "events": "many"}])
def test_an_org_that_cannot_be_made_is_said_beside_the_form(shared: Running, fields: dict[str, str]) -> None:
    found = send(shared, "/console/orgs", 400, **fields)
    assert "Overview" in found.text
    assert ("div", {"class": "error", "role": "alert"}) in found.tags


def test_the_overview_leads_to_every_org_and_offers_every_origin(isolated: Running) -> None:
    found = page(isolated, "/")
    listed = isolated.control("GET", "/scenarios")
    assert {f"scenario:{one['name']}" for one in listed["scenarios"]} <= set(found.attributes("option", "value"))
    for org in isolated.control("GET", "/orgs")["data"]:
        assert f"/_mock/console/orgs/{org['org_id']}" in found.attributes("a", "href")
    first = isolated.control("GET", "/orgs?limit=1")["data"][0]["org_id"]
    assert f"/_mock/console/orgs/{first}" not in page(isolated, f"/?after={first}").attributes("a", "href")


def test_an_org_is_reset_and_removed(shared: Running) -> None:
    world = shared.org()
    pair(shared, new_code(world))
    made_again = send(shared, place(world, "/reset")).text
    assert "paired" not in made_again
    assert "The organisation is as it was made." in made_again
    assert shared.control("GET", f"/orgs/{world.id}/records/pairing_codes")["total"] == 0
    left = send(shared, place(world, "/remove")).text
    assert world.id not in left
    assert "The organisation is removed." in left
    assert page(shared, place(world), 404)


def test_an_org_of_a_snapshot_cannot_be_reset(isolated: Running) -> None:
    world = isolated.org()
    snapshot = isolated.control("GET", "/snapshot")
    for org in snapshot["data"]["orgs"]:
        org["origin"] = None
    isolated.control("PUT", "/snapshot", json=snapshot)
    assert "of a snapshot" in send(isolated, place(world, "/reset"), 400).text


@pytest.mark.parametrize("below", ["", "/sites", "/cameras", "/events", "/alerts"])
def test_an_unknown_org_is_not_found(shared: Running, below: str) -> None:
    assert page(shared, f"/console/orgs/{UNKNOWN}{below}", 404)
    assert page(shared, f"/console/orgs/nonsense{below}", 400)
    for other in (f"{UNKNOWN}%2F..%2Fclock", "%2e%2e", "%00", "%0D%0A", "a%3Fb"):
        assert page(shared, f"/console/orgs/{other}{below}", 404 if "/" in unquote(other) else 400)


def test_a_page_of_a_list_that_is_gone_is_said(world: World) -> None:
    assert "after" in page(world.running, place(world, f"/events?after={UNKNOWN}"), 400).text


def test_reading_the_pages_is_in_no_journal(isolated: Running) -> None:
    world = isolated.org()
    for below in ("", "/sites", "/cameras", "/events", "/alerts"):
        page(isolated, place(world, below))
    assert journal(world) == []


def test_markup_in_every_text_is_text(isolated: Running) -> None:
    snapshot = isolated.control("GET", "/snapshot")
    planted = 0
    for kind in ("orgs", "sites", "cameras", "gateways", "users", "events", "alert_rules", "alerts"):
        for record in snapshot["data"][kind]:
            for field in ("name", "display_name", "summary", "narrative", "notes", "rule_name"):
                if field in record:
                    record[field], planted = MARKUP, planted + 1
            if "tags" in record:
                record["tags"] = [MARKUP]
            for entry in record.get("timeline", []):
                entry["actor"] = MARKUP
    isolated.control("PUT", "/snapshot", json=snapshot)
    assert planted > 100
    (org_id, *_) = (org["org_id"] for org in isolated.control("GET", "/orgs")["data"])
    for below in ("", "/sites", "/cameras", "/events", "/alerts"):
        found = page(isolated, f"/console/orgs/{org_id}{below}")
        assert TEXT in found.text
        assert not found.planted


def test_markup_in_an_answer_is_text(isolated: Running) -> None:
    world = isolated.org()
    answer = {"status": 418, "content_type": "text/html", "body": MARKUP, "headers": {"X-Request-ID": MARKUP[:20]}}
    isolated.control("POST", "/faults", json={"match": {"operation": "pairGateway"}, "answer": answer})
    found = answered(world, "/pair", pairing_code="ABCDEF")
    assert TEXT in found.text
    assert not found.planted


def test_a_long_answer_is_cut(isolated: Running) -> None:
    world = isolated.org()
    answer = {"status": 299, "body": "x" * 100_000}
    isolated.control("POST", "/faults", json={"match": {"operation": "pairGateway"}, "answer": answer})
    found = answered(world, "/pair", pairing_code="ABCDEF")
    assert 4000 < len(re.findall("x+…", found.text)[0]) < 5000


def test_codes_follow_each_other_page_by_page(isolated: Running) -> None:
    world = isolated.org()
    snapshot = isolated.control("GET", "/snapshot")
    new_code(world)
    (code,) = isolated.control("GET", f"/orgs/{world.id}/records/pairing_codes")["data"]
    more = [{**code, "id": f"00000000-0000-4000-8000-{number:012}", "code": f"K{number:05}"} for number in range(60)]
    gateway = next(
        g
        for g in isolated.control("GET", f"/orgs/{world.id}/records/gateways")["data"]
        if g["id"] == code["gateway_id"]
    )
    snapshot["data"]["gateways"].append(gateway)
    snapshot["data"]["pairing_codes"] += [{**one, "redeemed_at": one["created_at"]} for one in more]
    isolated.control("PUT", "/snapshot", json=snapshot)
    first = page(isolated, place(world))
    (older,) = [href for href in first.attributes("a", "href") if "after=" in href]
    second = Page(isolated.client().get(older))
    shown = [set(re.findall(r"K\d{5}", one.text)) for one in (first, second)]
    assert [len(one) for one in shown] == [50, 10]


@pytest.mark.slow
def test_the_pages_show_what_a_database_holds(database: str) -> None:
    with running(store=database, fixture="empty") as mock:
        world = mock.org(events=60)
        new_rule(world)
        world.record("alerts")
        assert "postgresql" in page(mock, "/").text
        assert "201 Created" in answered(world, "/codes", actor="operator", name="N", site_id=world.sites[0]).text
        send(mock, place(world, "/clock"), expiry="next")
        assert "expired" in page(mock, place(world)).text
        for below in ("/sites", "/cameras", "/events", "/alerts"):
            assert page(mock, place(world, below))
        (older,) = [href for href in page(mock, place(world, "/events")).attributes("a", "href") if "after=" in href]
        assert mock.client().get(older).status_code == 200
