"""The helpers that tests of others use, on a mock that runs."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from mockserver.openapi.document import Document
from novavms_mock import MockError, NovaVMSMock, Org
from novavms_mock.events import AlertFields, EventFields
from novavms_mock.faults import FaultFields
from novavms_mock.mock import OrgFields
from novavms_mock.org import OrgSettings
from tests.harness import Running, running
from tests.test_readme import ROOT

EVENTS = "/api/v1/events"


@pytest.fixture(scope="module")
def served() -> Iterator[Running]:
    with running(fixture="small") as mock:
        yield mock


@pytest.fixture
def mock(served: Running) -> Iterator[NovaVMSMock]:
    with NovaVMSMock(url=f"{served.base_url}/") as attached:
        yield attached


@pytest.fixture
def org(mock: NovaVMSMock) -> Iterator[Org]:
    with mock.new_org() as org:
        yield org


@pytest.mark.parametrize(
    ("fields", "schema", "apart"),
    [
        (FaultFields, "NewFault", {"operation"}),
        (EventFields, "NewEvents", {"count", "from", "to"}),
        (AlertFields, "NewAlerts", {"count", "from", "to"}),
        (OrgFields, "NewOrg", set()),
        (OrgSettings, "OrgSettingsChange", set()),
    ],
)
def test_the_typed_fields_are_those_of_the_control_plane(fields: Any, schema: str, apart: set[str]) -> None:
    document = Document.load(ROOT / "spec" / "control.yaml").raw
    assert fields.__annotations__.keys() | apart == document["components"]["schemas"][schema]["properties"].keys()


def test_the_clock_moves_stops_and_runs(mock: NovaVMSMock) -> None:
    with mock.clock.frozen() as start:
        assert mock.clock.advance(seconds=1, minutes=2, hours=3, days=4) - start == timedelta(
            seconds=1, minutes=2, hours=3, days=4
        )
        later = start + timedelta(days=5)
        assert mock.clock.set(later) == mock.clock.now() == later
    assert mock.clock.now() > later
    with pytest.raises(MockError, match=r"^POST /_mock/clock: set "):
        mock.clock.set(datetime(2020, 1, 1, tzinfo=UTC))
    with pytest.raises(ValueError, match="no time zone"):
        mock.clock.set(later.replace(tzinfo=None))


def test_the_clock_of_an_org_moves_apart_from_all_others(mock: NovaVMSMock, org: Org) -> None:
    with mock.new_org() as other:
        before = other.clock.freeze(), mock.clock.now()
        assert org.clock.advance(hours=1) - before[1] >= timedelta(hours=1)
        assert org.client().get(EVENTS).status_code == 200
        assert other.clock.now() == before[0]
        assert mock.clock.now() - before[1] < timedelta(minutes=30)


def test_an_unknown_actor_is_named_with_those_there_are(org: Org) -> None:
    with pytest.raises(MockError, match="no actor 'chief'; the org has owner, "):
        org.client("chief")


def test_a_fault_is_of_its_org_and_ends_with_its_block(mock: NovaVMSMock, org: Org) -> None:
    with mock.new_org() as other, org.faults.add("listEvents", status=503, times=5) as fault:
        assert org.client().get(EVENTS).status_code == 503
        assert other.client().get(EVENTS).status_code == 200
        assert fault.matched == 1
        other.faults.clear()
        assert [each.id for each in org.faults.all()] == [fault.id]
    assert org.client().get(EVENTS).status_code == 200
    with mock.new_org() as other, org.faults.add("listEvents", match={"actor": "Olive Owner"}, status=503):
        statuses = [each.client(role).get(EVENTS).status_code for each in (org, other) for role in ("owner", "viewer")]
        assert statuses == [503, 200, 200, 200]
    with org.faults.add(method="GET", path=EVENTS, drop=True):
        org.faults.clear()
    assert org.client().get(EVENTS).status_code == 200
    with pytest.raises(MockError, match=r"^POST /_mock/faults: status "):
        org.faults.add("listEvents", status=99)


def test_calls_are_found_by_what_was_sent(org: Org) -> None:
    client, site = org.client("admin"), org.sites[0]["id"]
    client.get(EVENTS, params={"limit": 3, "starred": "true"})
    client.patch(f"/api/v1/sites/{site}", json={"name": "North"}, headers={"X-Reason": "a test"})
    calls = org.requests
    assert [call.operation for call in calls] == ["listEvents", "updateSite"]
    assert len(calls.where(method="get", path=EVENTS, status=200, query={"limit": "3"})) == 1
    assert len(calls.where(header="x-reason").where(body="North")) == 1
    assert len(calls.where(query={"limit": "3"}).where(query={"starred": "true"})) == 1
    assert len(calls.where(query={"limit": "4"}).where(query={"starred": "true"})) == 0
    assert len(calls.where(header=("X-Reason", "a test"), since=calls.last().at)) == 1
    assert str(calls.all()[0]) == f"GET {EVENTS}?limit=3&starred=true -> 200 (Adam Admin)"
    assert len(calls.where(path="/api/v1/sites/{id}", actor="Adam Admin")) == 1
    calls.assert_called(2)
    calls.where(operation="deleteSite").assert_not_called()


def test_a_call_that_is_missing_is_explained_by_the_closest(org: Org) -> None:
    org.client().get(EVENTS)
    wanted = org.requests.where(operation="listEvents", header=("X-Reason", "a test"))
    closest = rf"The closest is GET {EVENTS}, .*x-reason is missing, expected 'a test'"
    for times in (None, 2):
        with pytest.raises(AssertionError, match=closest):
            wanted.assert_called(times)
    for check in (wanted.last, lambda: wanted.wait(timeout=0.01)):
        with pytest.raises(AssertionError, match=closest):
            check()
    with pytest.raises(AssertionError, match=r"^Expected .* 0 calls"):
        org.requests.assert_not_called()


def test_events_and_alerts_happen_on_request(mock: NovaVMSMock, org: Org) -> None:
    at = datetime(2026, 4, 21, 14, 20, tzinfo=UTC)
    first, _ = org.events.record(2, start=at, end=at, trigger_type="ai_tag", tags=["person"])
    event = org.client().get(f"{EVENTS}/{first}").json()
    assert (event["triggered_at"], event["tags"]) == ("2026-04-21T14:20:00Z", ["person"])
    with mock.new_org(fixture="acme") as with_rules:
        assert len(with_rules.events.record_alerts(3)) == 3
    with pytest.raises(MockError, match="camera_id "):
        org.events.record(camera_id="none")


def test_an_org_has_actors_and_settings_and_is_removed(mock: NovaVMSMock) -> None:
    with mock.new_org(name="Mine", settings={"rate_limit_burst": 1, "rate_limit_per_minute": 1}) as org:
        assert {org.name} == {each.name for each in mock.orgs() if each.id == org.id}
        assert [org.actors[role] for role in ("owner", "admin", "operator", "viewer")] == [
            org.owner, org.admin, org.operator, org.viewer,
        ]  # fmt: skip
        assert org.owner.token not in repr(org.owner)
        assert [org.client().get(EVENTS).status_code for _ in range(2)] == [200, 429]
        org.settings(rate_limit_burst=100)
    assert org.id not in {each.id for each in mock.orgs()}


def test_an_org_is_made_again_as_it_was_created(mock: NovaVMSMock, org: Org) -> None:
    org.events.record(2)
    org.faults.add("listEvents", status=503)
    org.clock.advance(days=1)
    org.reset()
    assert org.client().get(EVENTS).json()["total"] == 0
    assert org.clock.now() - mock.clock.now() < timedelta(minutes=1)


def test_a_snapshot_is_restored_and_a_reset_begins_again(mock: NovaVMSMock) -> None:
    mock.reset()
    (seeded,) = mock.orgs()
    seeded.events.record(2)
    taken = mock.snapshot()
    with mock.new_org() as gone, seeded.client() as client:
        mock.restore(taken)
        assert [org.id for org in mock.orgs()] == [seeded.id] != [gone.id]
        assert client.get(EVENTS).json()["total"] == 2
        mock.reset()
        assert client.get(EVENTS).json()["total"] == 0


def test_the_awaited_helpers_leave_the_loop_free(mock: NovaVMSMock) -> None:
    async def main() -> None:
        org = await mock.aio.new_org()
        clock = await org.aio.clock.freeze()
        call = asyncio.create_task(org.aio.requests.where(operation="listEvents").wait(timeout=10))
        async with httpx.AsyncClient(
            base_url=org.base_url, headers={"Authorization": f"Bearer {org.owner.token}"}
        ) as api:
            await api.get(EVENTS)
        assert len(await call) == 1
        assert await org.aio.clock.advance(hours=1) == clock + timedelta(hours=1)
        await org.aio.clock.resume()
        await org.aio.remove()

    asyncio.run(main())


def test_a_mock_that_is_elsewhere_or_guarded_is_named() -> None:
    with (
        NovaVMSMock(url="http://127.0.0.1:1") as nowhere,
        pytest.raises(MockError, match=r"127\.0\.0\.1:1.* not answer"),
    ):
        nowhere.orgs()
    with pytest.raises(ValueError, match="runs already: it takes no --seed"):
        NovaVMSMock(url="http://127.0.0.1:1", seed=3)
    with running(fixture="empty", control_token="let me in") as guarded:
        with NovaVMSMock(url=guarded.base_url) as stranger, pytest.raises(MockError, match="bearer token is required"):
            stranger.orgs()
        with NovaVMSMock(url=guarded.base_url, control_token="let me in") as known:
            assert len(known.orgs()) == 1


def test_a_mock_below_a_path_over_https_is_called_as_any_other() -> None:
    with NovaVMSMock("--tls", "--base-path", "/vms", fixture="empty") as mock, mock.new_org() as org:
        assert (mock.base_url[:8], mock.base_url[-4:]) == ("https://", "/vms")
        assert org.client().get(EVENTS).status_code == 200
        org.remove()
    mock.stop()


def test_a_mock_that_does_not_start_says_why() -> None:
    with pytest.raises(MockError, match=r"^the mock did not start: (?!novavms-mock).*nowhere"):
        NovaVMSMock(fixture="nowhere")
    with pytest.raises(MockError, match="unrecognized arguments: --colour"):
        NovaVMSMock("--colour")
