"""What the cameras of an org recorded, and recording one by hand."""

import pytest

from tests.harness import JSON, World
from tests.mockserver.console.pages import Page, page, send
from tests.mockserver.http.steps import new_rule, ok


def place(world: World, below: str) -> str:
    return f"/console/orgs/{world.id}{below}"


def test_sites_and_cameras_are_listed(world: World) -> None:
    for kind, listed in (("sites", world.described["sites"]), ("cameras", world.cameras)):
        text = page(world.running, place(world, f"/{kind}")).text
        assert all(one["name"] in text and one["id"] in text for one in listed)
    (camera, *_) = world.cameras
    assert world.owner.delete(f"/api/v1/cameras/{camera['id']}").status_code == 204
    assert "removed" in page(world.running, place(world, "/cameras")).text


def test_an_event_is_recorded_as_the_form_says(world: World) -> None:
    camera = world.cameras[1]
    fields = {"camera_id": camera["id"], "trigger_type": "ai_tag", "tags": "person, a b ,", "confidence": "0.9"}
    found = send(world.running, place(world, "/events"), summary="By hand", count="1", **fields)
    assert f"{camera['name']} ai_tag person, a b By hand" in found.text
    event: JSON = ok(world.owner.get("/api/v1/events"))["data"][0]
    assert (event["summary"], event["tags"], event["camera_id"]) == ("By hand", ["person", "a b"], camera["id"])


@pytest.mark.parametrize("kind", ["events", "alerts"])
@pytest.mark.parametrize("fields", [{"count": "many"}, {"count": "0"}, {"camera_id": "x"}])
def test_what_cannot_be_recorded_is_said_beside_the_form(world: World, kind: str, fields: dict[str, str]) -> None:
    refused = send(world.running, place(world, f"/{kind}"), 400, **fields)
    assert next(iter(fields)) in refused.text
    assert world.running.control("GET", f"/orgs/{world.id}/records/{kind}")["total"] == 0


def test_an_alert_is_recorded_and_acknowledged_by_a_person(world: World) -> None:
    assert "no alert rule yet" in page(world.running, place(world, "/alerts")).text
    rule = new_rule(world, name="Night")
    found = send(world.running, place(world, "/alerts"), rule_id=rule["id"], status="new", count="2")
    (alert, _) = ok(world.owner.get("/api/v1/alerts"))["data"]
    assert {alert["id"]} <= set(found.attributes("button", "value"))
    shown = send(world.running, place(world, "/alerts/acknowledge"), 200, actor="operator", alert=alert["id"])
    assert "200 OK" in shown.text
    assert alert["id"] not in shown.attributes("button", "value")
    person = world.described["actors"]["operator"]["display_name"]
    assert f"acknowledged by {person}" in shown.text
    refused = send(world.running, place(world, "/alerts/acknowledge"), 200, actor="viewer", alert=alert["id"])
    assert "403 Forbidden" in refused.text


def test_events_follow_each_other_page_by_page(world: World) -> None:
    world.record(count=60)
    listed = ok(world.owner.get("/api/v1/events", params={"limit": 100}))["data"]
    first = page(world.running, place(world, "/events"))
    (older,) = [href for href in first.attributes("a", "href") if "after=" in href]
    second = Page(world.running.client().get(older))
    assert [event["id"] in first.text for event in listed] == [True] * 50 + [False] * 10
    assert [event["id"] in second.text for event in listed] == [False] * 50 + [True] * 10
    assert f"/_mock{place(world, '/events')}" in second.attributes("a", "href")


def test_a_page_of_the_longest_texts_stays_below_a_megabyte(world: World) -> None:
    tags = [f"{number:02}" + "&" * 98 for number in range(50)]
    world.record(count=60, summary="&" * 500, narrative="&" * 5000, tags=tags)
    for event in ok(world.owner.get("/api/v1/events", params={"limit": 50}))["data"]:
        ok(world.owner.patch(f"/api/v1/events/{event['id']}", json={"notes": "&" * 2000}))
    assert len(page(world.running, place(world, "/events")).answer.content) < 1_000_000
