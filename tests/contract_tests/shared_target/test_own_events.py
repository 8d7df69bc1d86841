"""Events of the run's own: made by triggering a camera of the run, found by that camera, and never left behind."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from contract_tests.actors import Actor, TargetError
from contract_tests.shared_target import cleanup
from contract_tests.shared_target.own_events import OwnEvents
from contract_tests.verdicts import Unavailable
from tests.contract_tests.shared_target import two_orgs
from tests.contract_tests.shared_target.two_orgs import CONFIG, RULES, Run, TwoOrgs, running

CAMERAS, EVENTS, USERS = "/api/v1/cameras", "/api/v1/events", "/api/v1/users"
THEIRS = {"id": "theirs", "camera_id": "another"}


@dataclass
class WithCameras(TwoOrgs):
    """A target with cameras: triggering one makes an event, which the answer shows or not."""

    shows_event: bool = True
    waits: list[float] = field(default_factory=list)
    #: How often the list is read before an event appears in it.
    delay: int = 0

    def _answer(self, request: httpx.Request, found: dict[str, dict[str, Any]]) -> httpx.Response:
        path = request.url.path
        if path.endswith("/trigger"):
            event = {"id": "e", "camera_id": path.split("/")[4], "starred": False}
            found[f"{EVENTS}/e"] = event
            return httpx.Response(201, json=event) if self.shows_event else httpx.Response(202, json={"id": "job"})
        if request.method == "PATCH":
            return httpx.Response(200 if path in found else 404, json={})
        if path == EVENTS and self.delay:
            self.delay -= 1
            return httpx.Response(200, json={"data": []})
        return super()._answer(request, found)


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> WithCameras:
    found = WithCameras()
    found.contents["home"][f"{EVENTS}/theirs"] = THEIRS
    monkeypatch.setattr(two_orgs, "TwoOrgs", lambda: found)
    return found


@pytest.fixture
def run(target: WithCameras, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    with running(tmp_path, monkeypatch) as begun:
        yield begun


@pytest.fixture
def events(run: Run, target: WithCameras) -> OwnEvents:
    return OwnEvents(run.guard, target.waits.append, "home")


def new_camera(actor: Actor) -> dict[str, Any]:
    return dict(actor.post(CAMERAS, {"name": "ct1-0 camera"}).json)


def new_event(run: Run, events: OwnEvents, org: str = "home") -> str:
    operator = run.actor("operator" if org == "home" else "outsider", org=org)
    return events.new(operator, lambda: new_camera(operator))


@pytest.mark.parametrize("shows_event", [True, False])
def test_an_event_is_found_by_its_camera_and_removed_with_it(
    run: Run, events: OwnEvents, target: WithCameras, shows_event: bool
) -> None:
    target.shows_event, target.delay = shows_event, 1 if not shows_event else 0
    assert new_event(run, events) == "e"
    assert target.waits == ([] if shows_event else [0.0, 1.0])
    run.guard.remove_created()
    assert target.contents["home"] == {f"{EVENTS}/theirs": THEIRS}
    assert run.ledger.left() == []
    assert cleanup.remove_all(run.ledger, CONFIG) == []


def test_an_event_that_no_answer_has_shown_is_removed_with_its_camera(run: Run, target: WithCameras) -> None:
    operator = run.actor("operator")
    target.shows_event = False
    operator.call("POST", f"{CAMERAS}/{new_camera(operator)['id']}/trigger")
    run.guard.remove_created()
    assert target.contents["home"] == {f"{EVENTS}/theirs": THEIRS}


def test_the_event_of_a_run_that_was_killed_is_removed_though_its_answer_was_lost(
    run: Run, target: WithCameras
) -> None:
    operator = run.actor("operator")
    camera = new_camera(operator)["id"]
    target.fails = lambda request: 0 if request.url.path.endswith("/trigger") else None
    with suppress(TargetError):
        operator.call("POST", f"{CAMERAS}/{camera}/trigger")
    assert f"{EVENTS}/e" in target.contents["home"]
    target.fails = lambda request: None
    assert cleanup.remove_all(run.ledger, CONFIG) == []
    assert target.contents["home"] == {f"{EVENTS}/theirs": THEIRS}


def test_an_event_that_cannot_be_deleted_is_named(run: Run, target: WithCameras) -> None:
    operator = run.actor("operator")
    operator.call("POST", f"{CAMERAS}/{new_camera(operator)['id']}/trigger")
    target.fails = lambda request: 403 if (request.method, request.url.path) == ("DELETE", f"{EVENTS}/e") else None
    assert cleanup.remove_all(run.ledger, CONFIG) == [f"{EVENTS}/e"]


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        ({"trigger_type": "manual", "scope_type": "all_cameras"}, False),
        ({"trigger_type": "manual", "scope_type": "specific_sites", "enabled": True}, False),
        ({"trigger_type": "manual", "scope_type": "all_cameras", "enabled": False}, True),
        ({"trigger_type": "manual", "scope_type": "specific_cameras"}, True),
        ({"trigger_type": "motion", "scope_type": "all_cameras"}, True),
    ],
)
def test_no_camera_is_triggered_where_an_alert_rule_could_fire(
    run: Run, events: OwnEvents, target: WithCameras, rule: dict[str, Any], allowed: bool
) -> None:
    target.contents["home"][f"{RULES}/r"] = {"id": "r", **rule}
    if allowed:
        assert new_event(run, events) == "e"
        return
    with pytest.raises(Unavailable, match="would make the alert rule r fire, and alerts stay for ever"):
        new_event(run, events)
    assert not [call for call in target.calls if call.endswith("/trigger")]


@pytest.mark.parametrize(("status", "allowed"), [(200, True), (403, False), (404, False)])
def test_an_event_in_the_other_org_takes_an_actor_who_may_delete_it(
    run: Run, target: WithCameras, status: int, allowed: bool
) -> None:
    target.fails = lambda request: status if request.url.path == USERS and status != 200 else None
    events = OwnEvents(run.guard, target.waits.append, "outsider")
    if allowed:
        assert new_event(run, events, "outsider") == "e"
        run.guard.remove_created()
        assert target.contents["outsider"] == {}
        return
    with pytest.raises(Unavailable, match="no actor of its org in the target file is known to be able to delete"):
        new_event(run, events, "outsider")
    assert not [call for call in target.calls if "POST" in call]


def test_the_event_that_checks_change_lasts_until_the_end_of_the_run(
    run: Run, events: OwnEvents, target: WithCameras
) -> None:
    operator = run.actor("operator")
    for _ in range(2):
        assert events.one_to_change(operator, lambda: new_camera(operator), existing=False) == "e"
        run.guard.remove_created()
    assert f"{EVENTS}/e" in target.contents["home"]
    del target.contents["home"][f"{EVENTS}/e"]
    assert events.one_to_change(operator, lambda: new_camera(operator), existing=False) == "e"
    assert len([call for call in target.calls if call.endswith("/trigger")]) == 2
    run.guard.remove_all()
    assert target.contents["home"] == {f"{EVENTS}/theirs": THEIRS}


def test_a_target_that_has_no_trigger_is_asked_once(run: Run, events: OwnEvents, target: WithCameras) -> None:
    target.fails = lambda request: 405 if request.method == "POST" else None
    for _ in range(2):
        with pytest.raises(Unavailable, match="needs an event of the run's own; POST /api/v1/cameras: not served here"):
            new_event(run, events)
    assert len([call for call in target.calls if "POST" in call]) == 1


def test_the_star_of_any_event_may_be_set_to_what_it_is(run: Run, target: WithCameras) -> None:
    target.contents["outsider"][f"{EVENTS}/x"] = {"id": "x", "starred": True}
    for changes in ({"starred": False}, {"starred": True, "notes": "mine"}, {"notes": "mine"}, {}):
        with pytest.raises(Unavailable, match="has not created"):
            run.actor("operator").patch(f"{EVENTS}/x", changes)
    with pytest.raises(Unavailable, match="has not created"):
        run.actor("operator").call("DELETE", f"{EVENTS}/x", json={"starred": True})
    assert run.actor("operator").patch(f"{EVENTS}/x", {"starred": True}).status == 404
