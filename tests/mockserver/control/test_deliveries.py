"""The deliveries to webhooks, as the control plane shows them."""

import pytest

from tests.harness import JSON, Running, World
from tests.mockserver.control.calls import UNKNOWN, call, refused
from tests.mockserver.http.steps import new_webhook, ok


@pytest.fixture
def frozen_org(isolated: Running) -> World:
    """An org on a mock whose clock is stopped."""
    call(isolated, "POST", "/clock", 200, json={"freeze": True})
    return isolated.org()


def listed(world: World, **wanted: str | int) -> list[JSON]:
    query = "&".join(f"{name}={value}" for name, value in wanted.items())
    found = call(world.running, "GET", f"/deliveries?{query}", 200)
    assert len(found["data"]) == min(found["total"], wanted.get("limit", 100))
    data: list[JSON] = found["data"]
    return data


def advance(world: World, seconds: float) -> None:
    call(world.running, "POST", "/clock", 200, json={"advance": seconds})


def test_delivery_shows_its_body_and_its_attempts(frozen_org: World) -> None:
    webhook = new_webhook(frozen_org)
    frozen_org.record()
    advance(frozen_org, 60)
    [delivery] = listed(frozen_org)
    assert (delivery["org_id"], delivery["webhook_id"]) == (frozen_org.id, webhook["id"])
    assert (delivery["event_type"], delivery["state"], delivery["error"]) == ("event", "pending", None)
    assert f'"webhook_id":"{delivery["id"]}"' in delivery["body"]
    first, second = delivery["attempts"]
    assert first["at"] == delivery["created_at"]
    assert (first["status"], first["response"]) == (None, None)
    assert first["error"] == second["error"]
    assert first["at"] < second["at"] < delivery["next_attempt_at"]


def test_deliveries_are_found_by_org_webhook_and_state(frozen_org: World) -> None:
    other = frozen_org.running.org()
    one, two = new_webhook(frozen_org), new_webhook(frozen_org)
    new_webhook(other)
    frozen_org.record()
    advance(frozen_org, 86_400)
    frozen_org.record()
    other.record()
    advance(frozen_org, 0)
    assert len(listed(frozen_org)) == 5
    assert {delivery["org_id"] for delivery in listed(frozen_org, org=other.id)} == {other.id}
    assert [delivery["webhook_id"] for delivery in listed(frozen_org, webhook=two["id"])] == [two["id"]] * 2
    assert {delivery["error"] for delivery in listed(frozen_org, state="failed")} == {"webhook_delivery_failed"}
    assert len(listed(frozen_org, state="pending")) == 3
    assert (
        listed(frozen_org, state="succeeded")
        == listed(frozen_org, org=UNKNOWN)
        == listed(frozen_org, webhook=UNKNOWN)
        == []
    )
    assert len(listed(frozen_org, org=frozen_org.id, webhook=one["id"], state="failed")) == 1


def test_newest_deliveries_come_first_and_no_more_than_asked_for(frozen_org: World) -> None:
    new_webhook(frozen_org)
    for _ in range(3):
        frozen_org.record()
        advance(frozen_org, 10)
    times = [delivery["created_at"] for delivery in listed(frozen_org)]
    assert times == sorted(times, reverse=True)
    assert [delivery["created_at"] for delivery in listed(frozen_org, limit=2)] == times[:2]


def test_deliveries_are_read_one_by_one_and_page_by_page(frozen_org: World) -> None:
    new_webhook(frozen_org)
    for _ in range(3):
        frozen_org.record()
    found = listed(frozen_org)
    ids = [delivery["id"] for delivery in found]
    assert call(frozen_org.running, "GET", f"/deliveries/{ids[0]}", 200)["created_at"] == found[0]["created_at"]
    call(frozen_org.running, "GET", f"/deliveries/{UNKNOWN}", 404)
    page = call(frozen_org.running, "GET", f"/deliveries?limit=1&after={ids[0]}", 200)
    assert ([delivery["id"] for delivery in page["data"]], page["total"]) == (ids[1:2], 3)
    refused(frozen_org.running, "GET", f"/deliveries?after={UNKNOWN}", "after")


def test_replay_of_a_failed_delivery_is_one_more_attempt(frozen_org: World) -> None:
    new_webhook(frozen_org)
    frozen_org.record()
    advance(frozen_org, 86_400)
    [failed] = listed(frozen_org)
    replayed = call(frozen_org.running, "POST", f"/deliveries/{failed['id']}/replay", 200)
    assert (replayed["state"], replayed["error"]) == ("pending", None)
    advance(frozen_org, 86_400)
    [again] = listed(frozen_org)
    assert (again["state"], len(again["attempts"])) == ("failed", len(failed["attempts"]) + 1)


def test_replay_of_a_pending_delivery_makes_the_next_attempt_now(frozen_org: World) -> None:
    new_webhook(frozen_org)
    frozen_org.record()
    advance(frozen_org, 0)
    [waiting] = listed(frozen_org)
    call(frozen_org.running, "POST", f"/deliveries/{waiting['id']}/replay", 200)
    advance(frozen_org, 0)
    assert len(listed(frozen_org)[0]["attempts"]) == 2


def test_unknown_delivery_is_not_found(shared: Running) -> None:
    call(shared, "POST", f"/deliveries/{UNKNOWN}/replay", 404)
    refused(shared, "POST", "/deliveries/nonsense/replay", "id")


@pytest.mark.parametrize(
    ("query", "field"), [("org=x", "org"), ("webhook=x", "webhook"), ("state=lost", "state"), ("limit=0", "limit")]
)
def test_bad_filter_is_refused(shared: Running, query: str, field: str) -> None:
    refused(shared, "GET", f"/deliveries?{query}", field)


def test_deliveries_are_deleted_with_their_webhook(frozen_org: World) -> None:
    webhook = new_webhook(frozen_org)
    frozen_org.record()
    assert frozen_org.operator.delete(f"/api/v1/webhooks/{webhook['id']}").status_code == 204
    assert listed(frozen_org) == []
    assert ok(frozen_org.operator.get("/api/v1/webhooks"))["total"] == 0
