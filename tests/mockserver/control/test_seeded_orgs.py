"""Orgs whose ids repeat."""

from tests.harness import JSON, Running
from tests.mockserver.control.calls import call, refused
from tests.mockserver.http.steps import new_rule, ok


def test_an_org_of_a_seed_has_the_same_ids_whatever_else_happens(shared: Running) -> None:
    asked = {"fixture": "acme", "events": 3, "seed": 1}
    for seed in (-1, "one", 2**32):
        refused(shared, "POST", "/orgs", "seed", json={"seed": seed})
    first = call(shared, "POST", "/orgs", 201, json=asked)
    events = shared.client(first["actors"]["owner"]["token"]).get("/api/v1/events").json()["data"]
    assert first["org_id"] in refused(shared, "POST", "/orgs", "seed", json=asked)["seed"][0]
    call(shared, "DELETE", f"/orgs/{first['org_id']}", 204)
    other = call(shared, "POST", "/orgs", 201, json=asked | {"seed": 2})
    again = call(shared, "POST", "/orgs", 201, json=asked)
    assert _without_times(again) == _without_times(first)
    listed = shared.client(again["actors"]["owner"]["token"]).get("/api/v1/events").json()["data"]
    assert [event["id"] for event in listed] == [event["id"] for event in events]
    assert other["org_id"] != first["org_id"]


def _without_times(described: JSON) -> JSON:
    keys = [key | {"expires_at": None} for key in described["temporary_keys"]]
    return described | {"temporary_keys": keys}


def test_a_seed_repeats_the_order_of_alerts_of_one_instant(shared: Running) -> None:
    instant_of_all = dict.fromkeys(("from", "to"), "2026-01-01T00:00:00Z")
    found = []
    for _ in range(2):
        world = shared.org()
        asked = {"count": 20, "rule_id": new_rule(world)["id"], "seed": 7, **instant_of_all}
        fired = call(shared, "POST", f"/orgs/{world.id}/alerts", 201, json=asked)["data"]
        alerts = ok(world.owner.get("/api/v1/alerts", params={"limit": 100}))["data"]
        found.append([fired.index(alert["id"]) for alert in alerts])
    assert found[0] == found[1]


def test_an_org_without_a_seed_is_created_whatever_seeds_there_are(isolated: Running) -> None:
    first = isolated.org()
    taken = isolated.control("GET", "/snapshot")
    del taken["chance"]["drawn"]["org"]  # so that the same seed is drawn again
    isolated.control("PUT", "/snapshot", json=taken)
    assert isolated.org().id != first.id
