"""Existing events that the owner permits to change: only what can be changed back, and changed back in the end."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from contract_tests.actors import TargetError
from contract_tests.shared_target import cleanup
from contract_tests.shared_target.own_events import OwnEvents
from contract_tests.shared_target.write_guard import WriteGuard
from contract_tests.verdicts import Unavailable
from tests.contract_tests.shared_target import two_orgs
from tests.contract_tests.shared_target.two_orgs import CONFIG, Run, TwoOrgs, running

EVENTS = "/api/v1/events"
UNSEEN: dict[str, Any] = {
    "acknowledged": False,
    "acknowledged_by": None,
    "acknowledged_at": None,
    "starred": True,
    "notes": None,
}
SEEN = {**UNSEEN, "acknowledged": True, "acknowledged_by": "u1", "acknowledged_at": "2026-04-21T02:14:00Z"}
PERMITTED = replace(CONFIG, events_mutable=True)


@dataclass
class WithEvents(TwoOrgs):
    """A target that serves no cameras and whose events can be changed."""

    #: Whether taking an acknowledgement back leaves who made it.
    remembers: bool = False

    def _answer(self, request: httpx.Request, found: dict[str, dict[str, Any]]) -> httpx.Response:
        path = request.url.path
        if request.method == "PATCH" and path in found:
            changes = json.loads(request.content)
            found[path] |= changes
            if "acknowledged" in changes and not (self.remembers and not changes["acknowledged"]):
                found[path]["acknowledged_by"] = "u2" if changes["acknowledged"] else None
            return httpx.Response(200, json=found[path])
        return httpx.Response(405, json={}) if request.method == "POST" else super()._answer(request, found)


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> WithEvents:
    target = WithEvents()
    for name, fields in {"seen": SEEN, "unseen": UNSEEN, "noted": {**UNSEEN, "notes": "Tom"}}.items():
        target.contents["home"][f"{EVENTS}/{name}"] = {"id": name, **fields}
    monkeypatch.setattr(two_orgs, "TwoOrgs", lambda: target)
    return target


@pytest.fixture
def run(target: WithEvents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    with running(tmp_path, monkeypatch) as begun:
        yield Run(target, WriteGuard(PERMITTED, begun.guard.http, begun.ledger), begun.ledger)


def event_to_change(run: Run, *, existing: bool = True) -> str:
    operator = run.actor("operator")
    events = OwnEvents(run.guard, lambda seconds: None, "home")
    return events.one_to_change(
        operator, lambda: dict(operator.post("/api/v1/cameras", {"name": "c"}).json), existing=existing
    )


def test_without_permission_no_existing_event_is_changed(run: Run, target: WithEvents) -> None:
    with pytest.raises(Unavailable, match='events = "mutable" permits to change an existing one'):
        event_to_change(run, existing=False)
    assert not [call for call in target.calls if "PATCH" in call]


def test_an_event_with_notes_that_nobody_has_acknowledged_is_changed_and_changed_back(
    run: Run, target: WithEvents
) -> None:
    before = str(target.contents)
    assert event_to_change(run) == "noted"
    assert not target.contents["home"][f"{EVENTS}/noted"]["starred"]
    operator = run.actor("operator")
    assert operator.patch(f"{EVENTS}/noted", {"acknowledged": True, "notes": "Ours"}).status == 200
    assert cleanup.remove_all(run.ledger, PERMITTED) == []
    assert str(target.contents) == before
    assert not run.ledger.path.exists()


def test_notes_are_not_written_where_there_were_none(run: Run, target: WithEvents) -> None:
    del target.contents["home"][f"{EVENTS}/noted"]
    assert event_to_change(run) == "unseen"
    with pytest.raises(Unavailable, match="no page says how to remove them again"):
        run.actor("operator").patch(f"{EVENTS}/unseen", {"notes": "Ours"})


@pytest.mark.parametrize("changes", [{"summary": "Ours"}, {"starred": True, "camera_id": "c"}])
def test_only_what_an_update_may_hold_is_changed(run: Run, changes: dict[str, Any]) -> None:
    path = f"{EVENTS}/{event_to_change(run)}"
    for method, body in (("PATCH", changes), ("DELETE", None)):
        with pytest.raises(Unavailable, match="has not created"):
            run.actor("operator").call(method, path, json=body)


def test_an_event_that_somebody_has_acknowledged_is_left_alone(run: Run, target: WithEvents) -> None:
    for name in ("noted", "unseen"):
        del target.contents["home"][f"{EVENTS}/{name}"]
    with pytest.raises(Unavailable, match="needs an event that is not acknowledged"):
        event_to_change(run)


def test_two_processes_change_two_events(run: Run) -> None:
    assert [event_to_change(run), event_to_change(run)] == ["noted", "unseen"]


def test_an_event_that_is_not_as_it_was_is_named(run: Run, target: WithEvents) -> None:
    target.remembers = True
    path = f"{EVENTS}/{event_to_change(run)}"
    run.actor("operator").patch(path, {"acknowledged": True})
    assert cleanup.remove_all(run.ledger, PERMITTED) == [f"{path} as it was"]
    target.fails = lambda request: 0
    with suppress(TargetError):
        assert f"{path} as it was" in cleanup.remove_all(run.ledger, PERMITTED)
    assert run.ledger.path.exists()
