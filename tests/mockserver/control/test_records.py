"""What an org holds, kind by kind, and what of it expires next."""

from collections.abc import Iterator

import pytest

from mockserver.store import kinds
from tests.harness import JSON, Running, World, running
from tests.mockserver.control.calls import UNKNOWN, call, refused, state
from tests.mockserver.http.steps import instant, log_in, new_code, ok, pair

#: Records of orgs that nobody is shown: the orgs themselves, rate limits, and attempts to log in, which have no org.
LEFT_OUT = {"orgs", "buckets", "login_attempts"}


def records(mock: Running, org_id: str, kind: str, **query: object) -> JSON:
    listed: JSON = call(mock, "GET", f"/orgs/{org_id}/records/{kind}", 200, params=query)
    return listed


def expiries(mock: Running, **query: object) -> list[JSON]:
    listed: list[JSON] = call(mock, "GET", "/expiries", 200, params=query)["data"]
    return listed


def test_every_kind_is_listed_as_a_snapshot_has_it(isolated: Running) -> None:
    world = isolated.org(scenario="busy-week")
    new_code(world)
    log_in(isolated, world.described["actors"]["owner"])
    snapshot, seen = isolated.control("GET", "/snapshot")["data"], 0
    for kind in snapshot.keys() - LEFT_OUT:
        own = [record for record in snapshot[kind] if record["org_id"] == world.id]
        listed = records(isolated, world.id, kind, limit=1000)
        assert listed["total"] == len(own)
        assert {record["id"]: record for record in listed["data"]} == {one["id"]: one for one in own[-1000:]}
        seen += bool(own)
    assert seen > 6
    assert snapshot.keys() == kinds.ALL.keys()


@pytest.fixture(params=["memory", pytest.param("postgresql", marks=pytest.mark.slow)])
def stored(request: pytest.FixtureRequest) -> Iterator[World]:
    """An org with 25 events, in either store."""
    store = "memory" if request.param == "memory" else request.getfixturevalue("database")
    with running(store=store, fixture="empty") as mock:
        yield mock.org(events=25)


def test_pages_follow_each_other_from_the_newest(stored: World) -> None:
    after: dict[str, str] = {}
    mock, ids = stored.running, list[str]()
    while True:
        page = records(mock, stored.id, "events", limit=10, **after)
        ids += [record["id"] for record in page["data"]]
        assert page["total"] == 25
        if not page["more"]:
            break
        after = {"after": ids[-1]}
    listed = ok(stored.owner.get("/api/v1/events", params={"limit": 100}))["data"]
    assert ids == [event["id"] for event in listed]
    dismissed = stored.owner.request("DELETE", f"/api/v1/events/{ids[0]}")
    assert dismissed.status_code == 204
    assert records(mock, stored.id, "events", limit=1)["data"][0]["deleted_at"]


def test_reading_changes_nothing(isolated: Running) -> None:
    world = isolated.org()
    before = state(isolated)
    records(isolated, world.id, "gateways")
    expiries(isolated, org=world.id)
    assert state(isolated) == before


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("/orgs/{id}/records/buckets", {}, "kind"),
        ("/orgs/{id}/records/events", {"limit": 0}, "limit"),
        ("/orgs/{id}/records/events", {"limit": 1001}, "limit"),
        ("/orgs/{id}/records/events", {"after": UNKNOWN}, "after"),
        ("/orgs/{id}/records/events", {"after": "x"}, "after"),
        ("/expiries", {"org": "x"}, "org"),
        ("/expiries", {"limit": 0}, "limit"),
        ("/orgs", {"limit": 0}, "limit"),
        ("/orgs", {"after": "x"}, "after"),
    ],
)
def test_bad_input_is_refused_by_name(world: World, path: str, query: JSON, field: str) -> None:
    refused(world.running, "GET", path.replace("{id}", world.id), field, params=query)


def test_an_unknown_org_is_not_found(shared: Running) -> None:
    call(shared, "GET", f"/orgs/{UNKNOWN}/records/events", 404)
    call(shared, "GET", f"/expiries?org={UNKNOWN}", 404)


def test_orgs_are_listed_page_by_page(isolated: Running) -> None:
    for number in range(3):
        isolated.org(fixture="empty", name=f"W{number}")
    every_org = call(isolated, "GET", "/orgs", 200)
    ids = [org["org_id"] for org in every_org["data"]]
    assert ids == sorted(ids)
    first = call(isolated, "GET", "/orgs?limit=2", 200)
    assert (first["data"], first["total"]) == (every_org["data"][:2], len(ids))
    assert call(isolated, "GET", f"/orgs?after={ids[1]}", 200)["data"] == every_org["data"][2:]


def test_what_expires_next_is_named_and_expired_so_many_seconds_later(frozen: World) -> None:
    mock = frozen.running
    assert [one["kind"] for one in expiries(mock, org=frozen.id)] == ["api_keys"]
    log_in(mock, frozen.described["actors"]["owner"])
    mock.control("POST", "/clock", json={"advance": 7})
    code = new_code(frozen)
    found = expiries(mock, org=frozen.id)
    assert [one["seconds"] for one in found] == sorted(one["seconds"] for one in found)
    assert {one["kind"] for one in found} == {"pairing_codes", "sessions", "api_keys"}
    assert found[0] == {
        "kind": "pairing_codes",
        "id": records(mock, frozen.id, "pairing_codes")["data"][0]["id"],
        "org_id": frozen.id,
        "expires_at": code["expires_at"],
        "seconds": 600,
        "stopped": False,
    }
    assert expiries(mock, org=frozen.id, limit=1) == found[:1]
    assert found[0] in expiries(mock)
    mock.control("POST", "/clock", json={"advance": found[0]["seconds"]})
    asked = {"pairing_code": code["pairing_code"]}
    assert mock.client().post("/api/v1/gateways/pair", json=asked).status_code == 410
    assert expiries(mock, org=frozen.id)[0]["kind"] != "pairing_codes"


def test_a_redeemed_code_does_not_expire(frozen: World) -> None:
    pair(frozen.running, new_code(frozen))
    assert "pairing_codes" not in [one["kind"] for one in expiries(frozen.running, org=frozen.id)]


def test_an_org_with_a_clock_of_its_own_goes_by_it(frozen: World) -> None:
    mock = frozen.running
    new_code(frozen)
    assert call(mock, "POST", f"/orgs/{frozen.id}/clock", 200, json={"advance": 590})["own"]
    (code, *_) = expiries(mock, org=frozen.id)
    assert (code["seconds"], code["stopped"]) == (10, False)
    call(mock, "POST", f"/orgs/{frozen.id}/clock", 200, json={"freeze": True})
    (code, *_) = expiries(mock, org=frozen.id)
    assert code["stopped"]
    now = instant(call(mock, "GET", f"/orgs/{frozen.id}/clock", 200)["now"])
    assert (instant(code["expires_at"]) - now).total_seconds() == code["seconds"]
