"""The gateways in the console: their status, and a line of what they reported."""

from tests.harness import World
from tests.mockserver.console.pages import MARKUP, page
from tests.mockserver.http.sockets import TELEMETRY, Gateway, exchange
from tests.mockserver.http.steps import new_code, pair

GATEWAYS = "/console/gateways"


def test_page_has_status_and_a_line_of_the_readings(world: World) -> None:
    gateway = Gateway(world)
    with gateway.connected() as socket:
        exchange(socket, TELEMETRY | {"cpu_percent": 0})
        assert (
            page(world.running, f"{GATEWAYS}?org={world.id}").attributes("polyline", "points")[0] == "0,24.0 120,24.0"
        )
        for load in (50, 100):
            exchange(socket, TELEMETRY | {"cpu_percent": load})
        found = page(world.running, f"{GATEWAYS}?org={world.id}&status=online")
    assert f"{gateway.id} online" in found.text
    assert "100.0 % 2048 4.2 / 0" in found.text
    assert "0,24.0 60,12.0 120,0.0" in found.attributes("polyline", "points")
    assert "Load of the last 3 reports: 0.0 to 100.0 %" in " ".join(found.attributes("svg", "aria-label"))
    again = found.attributes("tbody", "hx-get")[0]
    assert "online" not in page(world.running, again.removeprefix("/_mock")).text.partition(gateway.id)[2][:20]


def test_gateways_are_paged(world: World) -> None:
    before = len(world.gateways)
    for number in range(55):
        new_code(world, name=f"Gateway {number}")
        world.running.control("POST", f"/orgs/{world.id}/clock", json={"advance": 700})
    first = page(world.running, f"{GATEWAYS}?org={world.id}")
    (following,) = [path for path in first.attributes("a", "href") if "after=" in path]
    second = page(world.running, following.removeprefix("/_mock"))
    assert (len(first.attributes("th", "scope")), len(second.attributes("th", "scope"))) == (59, 14 + before)
    assert "after=" in second.attributes("tbody", "hx-get")[0]


def test_a_refused_filter_is_said(world: World) -> None:
    found = page(world.running, f"{GATEWAYS}?org=x", 400)
    assert "org" in found.text
    assert found.attributes("tbody", "hx-get") == []


def test_markup_is_text_wherever_a_gateway_may_put_it(world: World) -> None:
    paired = pair(world.running, new_code(world, name=MARKUP), version=MARKUP[:50], local_ip="10.0.0.1")
    with Gateway(world, paired).connected() as socket:
        exchange(socket, TELEMETRY | {"camera_recording_status": {}})
        found = page(world.running, f"{GATEWAYS}?org={world.id}")
    assert not found.planted
    assert MARKUP in " ".join(found.text.split())
