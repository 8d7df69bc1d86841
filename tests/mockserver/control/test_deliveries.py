"""The deliveries to webhooks, as the control plane shows them."""

import pytest

from tests.harness import JSON, Running, World
from tests.mockserver.control.checks import UNKNOWN, call, refused
from tests.mockserver.http.checks import new_webhook, ok


@pytest.fixture
def story(alone: Running) -> World:
    """A world whose clock stands still, with two webhooks to which nothing can be delivered."""
    call(alone, "POST", "/clock", 200, json={"freeze": True})
    return alone.org()


def listed(world: World, **wanted: str | int) -> list[JSON]:
    query = "&".join(f"{name}={value}" for name, value in wanted.items())
    found = call(world.running, "GET", f"/deliveries?{query}", 200)
    assert len(found["data"]) == min(found["total"], wanted.get("limit", 100))
    data: list[JSON] = found["data"]
    return data


def advance(world: World, seconds: float) -> None:
    call(world.running, "POST", "/clock", 200, json={"advance": seconds})


def test_delivery_shows_what_is_sent_and_what_came_of_it(story: World) -> None:
    webhook = new_webhook(story)
    story.record()
    advance(story, 60)
    [delivery] = listed(story)
    assert (delivery["org_id"], delivery["webhook_id"]) == (story.id, webhook["id"])
    assert (delivery["event_type"], delivery["state"], delivery["error"]) == ("event", "pending", None)
    assert f'"webhook_id":"{delivery["id"]}"' in delivery["body"]
    first, second = delivery["attempts"]
    assert first["at"] == delivery["created_at"]
    assert (first["status"], first["response"]) == (None, None)
    assert first["error"] == second["error"]
    assert first["at"] < second["at"] < delivery["next_attempt_at"]


def test_deliveries_are_found_by_org_webhook_and_state(story: World) -> None:
    other = story.running.org()
    one, two = new_webhook(story), new_webhook(story)
    new_webhook(other)
    story.record()
    advance(story, 86_400)
    story.record()
    other.record()
    advance(story, 0)
    assert len(listed(story)) == 5
    assert {delivery["org_id"] for delivery in listed(story, org=other.id)} == {other.id}
    assert [delivery["webhook_id"] for delivery in listed(story, webhook=two["id"])] == [two["id"]] * 2
    assert {delivery["error"] for delivery in listed(story, state="failed")} == {"webhook_delivery_failed"}
    assert len(listed(story, state="pending")) == 3
    assert listed(story, state="succeeded") == listed(story, org=UNKNOWN) == listed(story, webhook=UNKNOWN) == []
    assert len(listed(story, org=story.id, webhook=one["id"], state="failed")) == 1


def test_newest_deliveries_come_first_and_no_more_than_asked_for(story: World) -> None:
    new_webhook(story)
    for _ in range(3):
        story.record()
        advance(story, 10)
    times = [delivery["created_at"] for delivery in listed(story)]
    assert times == sorted(times, reverse=True)
    assert [delivery["created_at"] for delivery in listed(story, limit=2)] == times[:2]


def test_replay_of_what_had_failed_is_one_more_attempt(story: World) -> None:
    new_webhook(story)
    story.record()
    advance(story, 86_400)
    [failed] = listed(story)
    replayed = call(story.running, "POST", f"/deliveries/{failed['id']}/replay", 200)
    assert (replayed["state"], replayed["error"]) == ("pending", None)
    advance(story, 86_400)
    [again] = listed(story)
    assert (again["state"], len(again["attempts"])) == ("failed", len(failed["attempts"]) + 1)


def test_replay_hurries_what_waits_for_its_next_attempt(story: World) -> None:
    new_webhook(story)
    story.record()
    advance(story, 0)
    [waiting] = listed(story)
    call(story.running, "POST", f"/deliveries/{waiting['id']}/replay", 200)
    advance(story, 0)
    assert len(listed(story)[0]["attempts"]) == 2


def test_unknown_delivery_is_not_found(shared: Running) -> None:
    call(shared, "POST", f"/deliveries/{UNKNOWN}/replay", 404)
    refused(shared, "POST", "/deliveries/nonsense/replay", "id")


@pytest.mark.parametrize(
    ("query", "field"), [("org=x", "org"), ("webhook=x", "webhook"), ("state=lost", "state"), ("limit=0", "limit")]
)
def test_bad_filter_is_refused(shared: Running, query: str, field: str) -> None:
    refused(shared, "GET", f"/deliveries?{query}", field)


def test_deliveries_go_with_their_webhook(story: World) -> None:
    webhook = new_webhook(story)
    story.record()
    assert story.operator.delete(f"/api/v1/webhooks/{webhook['id']}").status_code == 204
    assert listed(story) == []
    assert ok(story.operator.get("/api/v1/webhooks"))["total"] == 0
