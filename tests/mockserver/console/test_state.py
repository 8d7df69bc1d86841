"""The page of the state: orgs from scenarios, snapshots down and up, resets."""

import json

import pytest

from mockserver.console.app import COOKIE
from tests.harness import Running, running
from tests.mockserver.console.pages import Page, page, send

PATH = "/console/state"


def test_an_org_is_made_from_a_scenario(isolated: Running) -> None:
    offered = page(isolated, PATH).attributes("button", "value")
    assert {"acme", "small", "busy-week", "viewer-without-sites"} <= set(offered)
    answer = isolated.client().post(f"/_mock{PATH}/orgs", data={"scenario": "viewer-without-sites"})
    org = answer.headers["location"].rpartition("/")[2]
    assert isolated.control("GET", f"/orgs/{org}")["actors"]["viewer"]["site_ids"] == []
    assert "is not one of" in send(isolated, f"{PATH}/orgs", 400, scenario="none").text


def test_a_snapshot_goes_down_and_up(isolated: Running) -> None:
    isolated.org(name="Kept")
    saved = isolated.client().get(f"/_mock{PATH}/snapshot")
    assert "attachment" in saved.headers["content-disposition"]
    assert saved.headers["cache-control"] == "no-store"
    isolated.control("POST", "/reset")
    answer = isolated.client().post(
        f"/_mock{PATH}/snapshot", content=saved.content, headers={"Content-Type": "application/json"}
    )
    assert answer.json().keys() == {"now"}
    assert "Kept" in {org["name"] for org in isolated.control("GET", "/orgs")["data"]}


def test_a_wrong_snapshot_is_answered_as_by_the_control_plane(shared: Running) -> None:
    headers = {"Content-Type": "application/json"}
    answer = shared.client().post(f"/_mock{PATH}/snapshot", content=b'{"version": 2}', headers=headers)
    assert answer.status_code == 400
    assert answer.json()["field_errors"]
    assert "content-disposition" not in answer.headers


def test_a_snapshot_needs_the_control_token() -> None:
    with running(control_token="secret", fixture="empty") as mock:
        assert mock.client().get(f"/_mock{PATH}/snapshot").status_code == 401
        entered = mock.client().post("/_mock/console/login", data={"token": "secret"})
        cookie = {"Cookie": entered.headers["set-cookie"].partition(";")[0]}
        assert COOKIE in cookie["Cookie"]
        assert json.loads(mock.client().get(f"/_mock{PATH}/snapshot", headers=cookie).content)["version"] == 1


def test_the_mock_or_one_org_is_reset(isolated: Running) -> None:
    one, other = isolated.org(), isolated.org()
    for org in (one, other):
        org.record(count=3)
    before = {org.id: org.owner.get("/api/v1/events").json()["total"] for org in (one, other)}
    assert "The state is that of the start again." in send(isolated, f"{PATH}/reset", org=one.id).text
    assert one.owner.get("/api/v1/events").json()["total"] == before[one.id] - 3
    assert other.owner.get("/api/v1/events").json()["total"] == before[other.id]
    send(isolated, f"{PATH}/reset")
    assert one.owner.get("/api/v1/events").status_code == 401


@pytest.mark.parametrize("org", ["none", "../..", "..%2f..", "x/../../reset?y="])
def test_a_reset_of_no_org_resets_nothing(isolated: Running, org: str) -> None:
    kept = isolated.org()
    answer = isolated.client().post(f"/_mock{PATH}/reset", data={"org": org})
    assert answer.status_code in (400, 404)
    assert Page(answer).text
    assert kept.owner.get("/api/v1/events").status_code == 200
