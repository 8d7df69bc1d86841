"""The org of a shared target as checks find it: what cannot be read is a violation, or the target cannot be tested."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from contract_tests.actors import Recorder, TargetError
from contract_tests.config import ActorConfig, TargetConfig
from contract_tests.shared_target.ledger import Ledger
from contract_tests.shared_target.world import SharedSession, SharedWorld
from contract_tests.shared_target.write_guard import WriteGuard
from contract_tests.target import Target
from contract_tests.verdicts import Unavailable, Violation
from contract_tests.world import ALERTS, EVENTS, GATEWAYS

CONFIG = TargetConfig("it", "http://target", actors={"owner": ActorConfig("sk_live_o", ("s1",))})
REFUSED = httpx.Response(400, json={"error": "validation_error", "field_errors": {"limit": ["is too high"]}})
CAMERAS = httpx.Response(200, json={"data": [{"camera_id": "c1", "camera_deleted": False}]})
NOTHING = httpx.Response(200, json={"data": []})
Handle = Callable[[httpx.Request], httpx.Response]


def session(folder: Path, handle: Handle, config: TargetConfig = CONFIG) -> SharedSession:
    http = httpx.Client(base_url=config.base_url, transport=httpx.MockTransport(handle))
    return SharedSession(Target(config), "ct1-0", http, guard=WriteGuard(config, http, Ledger(folder / "ledger")))


@pytest.mark.parametrize("body", [{"items": []}, [], {"data": [1]}])
def test_a_200_without_a_list_violates_the_rule_about_the_list(tmp_path: Path, body: object) -> None:
    with pytest.raises(Violation) as caught:
        _ = session(tmp_path, lambda request: httpx.Response(200, json=body)).described
    assert caught.value.rule == "GW-10"


def test_a_list_that_is_refused_leaves_nothing_to_test(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=f"{GATEWAYS}: the list cannot be read: 503"):
        _ = session(tmp_path, lambda request: httpx.Response(503, json={"error": "busy"})).described


def test_cameras_are_found_where_a_limit_of_100_is_refused(tmp_path: Path) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path == GATEWAYS:
            return NOTHING
        return REFUSED if "limit" in request.url.params else CAMERAS

    assert session(tmp_path, handle).described["cameras"] == [{"id": "c1", "site_id": "s1"}]


def test_the_other_org_is_read_as_its_actor_sees_it(tmp_path: Path) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        outside = request.headers["authorization"] == "Bearer sk_live_x"
        if request.url.path == GATEWAYS:
            return httpx.Response(200, json={"data": [{"site_id": "s2"}]}) if outside else NOTHING
        if request.url.path != EVENTS:
            return NOTHING
        return CAMERAS if outside == (request.url.params["site_id"] == "s2") else NOTHING

    actors = {**CONFIG.actors, "outsider": ActorConfig("sk_live_x", ())}
    outside = SharedWorld(session(tmp_path, handle, replace(CONFIG, actors=actors)), Recorder()).outside
    assert (outside.sites, outside.cameras()) == (["s2"], ["c1"])


@pytest.mark.parametrize(("path", "rule"), [(EVENTS, "EV-02"), (ALERTS, "AL-02")])
def test_an_object_that_both_orgs_list_violates_the_rule_about_orgs(tmp_path: Path, path: str, rule: str) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        outside = request.headers["authorization"] == "Bearer sk_live_x"
        found = [{"id": "theirs"}, {"id": "both"}] if outside else [{"id": "both"}, {"id": "ours"}]
        return httpx.Response(200, json={"data": found[: int(request.url.params.get("limit", 20))]})

    actors = {**CONFIG.actors, "outsider": ActorConfig("sk_live_x", ())}
    world = SharedWorld(session(tmp_path, handle, replace(CONFIG, actors=actors)), Recorder())
    read = world.record if path == EVENTS else world.raise_alerts
    with pytest.raises(Violation, match="both") as caught:
        read()
    assert caught.value.rule == rule


def test_without_an_outsider_there_is_no_other_org(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="the target file has no actor outsider"):
        _ = SharedWorld(session(tmp_path, lambda _: NOTHING), Recorder()).outside


def test_a_refused_limit_is_a_violation_of_the_rule_about_it(tmp_path: Path) -> None:
    found = session(tmp_path, lambda request: REFUSED if request.url.path == ALERTS else NOTHING)
    with pytest.raises(Violation) as caught:
        SharedWorld(found, Recorder()).raise_alerts()
    assert caught.value.rule == "AL-14"


@pytest.mark.parametrize(("seconds", "waited"), [(1.1, [1.1]), (2.0, [])])
def test_a_moment_is_waited_without_being_asked_for(tmp_path: Path, seconds: float, waited: list[float]) -> None:
    waits: list[float] = []
    found = session(tmp_path, lambda _: NOTHING)
    found.wait = waits.append
    with suppress(Unavailable):
        SharedWorld(found, Recorder()).advance(seconds)
    assert waits == waited
