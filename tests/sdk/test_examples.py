"""All code of the README and of the examples runs on the mock."""

import ast
import asyncio
import json
import re
import runpy
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from novavms import AsyncNovaVMSClient, NovaVMSClient
from novavms.models import Event
from tests.harness import Running, World, running
from tests.sdk.test_webhooks import SECRET, example, signed

SDK = Path(__file__).parents[2] / "sdk"
README = (SDK / "README.md").read_text(encoding="utf-8")
BLOCKS: list[str] = re.findall(r"^```python\n(.+?)\n```", README, flags=re.M | re.S)
MOCK = "http://127.0.0.1:8080"
KEY = "sk_live_abc123"
DOCK = "550e8400-e29b-41d4-a716-446655440000"
WAREHOUSE = "b5e9f3a1-2c4d-4e6f-8a1b-3c5d7e9f1a2b"
EVENT = "c1d2e3f4-5a6b-4c7d-8e9f-0a1b2c3d4e5f"

usage = SimpleNamespace(**runpy.run_path(str(SDK / "examples" / "usage.py")))


def unlimited(mock: Running) -> None:
    """Lift the rate limits of all orgs."""
    for org in mock.control("GET", "/orgs")["data"]:
        limits = {"rate_limit_burst": 1_000_000, "rate_limit_per_minute": 10_000_000}
        mock.control("PUT", f"/orgs/{org['org_id']}/settings", json=limits)


@pytest.fixture(scope="module")
def acme() -> Iterator[Running]:
    """A mock, started as in the README."""
    with running() as mock:
        yield mock


@pytest.fixture
def client(acme: Running) -> Iterator[NovaVMSClient]:
    acme.control("POST", "/reset")
    unlimited(acme)
    with NovaVMSClient(KEY, base_url=acme.base_url, timeout=60) as made:
        yield made


def test_the_readme_runs_from_top_to_bottom(
    client: NovaVMSClient, acme: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    names: dict[str, Any] = {}
    for block in BLOCKS:
        exec(compile(block.replace(MOCK, acme.base_url), "README.md", "exec"), names)
    assert client.events.get(EVENT).notes == "A courier."
    printed = capsys.readouterr().out
    assert "Loading Dock East\n" in printed
    assert "404 not_found req_" in printed


def test_the_tour_has_fifteen_lines_and_walks_ten_thousand_events(capsys: pytest.CaptureFixture[str]) -> None:
    text = (SDK / "examples" / "tour.py").read_text(encoding="utf-8")
    assert len([line for line in text.splitlines() if line.strip()]) <= 15 + 1  # the first line says how to run it
    with running(fixture="busy-week") as mock:
        unlimited(mock)
        exec(compile(text.replace(MOCK, mock.base_url), "tour.py", "exec"), {})
        with NovaVMSClient("sk_live_small_owner", base_url=mock.base_url) as client:
            assert [rule.name for rule in client.rules.iter()] == ["People"]
            assert sum(event.acknowledged for event in client.events.list().data) == 1
    assert "10000 10000 True" in capsys.readouterr().out


def test_every_function_of_the_examples_is_called_here() -> None:
    tree = ast.parse((SDK / "examples" / "usage.py").read_text(encoding="utf-8"))
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    here = Path(__file__).read_text(encoding="utf-8")
    assert {name for name in functions if f"usage.{name}(" not in here} == set()


def test_clients_are_made(acme: Running) -> None:
    with usage.hosted(KEY) as hosted, usage.self_hosted(KEY, acme.base_url) as own:
        assert repr(hosted) == "<NovaVMSClient https://api.novavms.io, timeout=10.0, max_retries=3>"
        assert own.sites.list().total == 3
    assert len(usage.behind_a_proxy(KEY, acme.base_url, httpx.HTTPTransport())) == 3


def test_cameras_are_listed(client: NovaVMSClient, acme: Running) -> None:
    assert usage.render(client.cameras.get(DOCK)) == "Loading Dock East: online"
    assert all(text.endswith("offline") for text in usage.offline_cameras(client, WAREHOUSE))
    assert len(list(usage.every_camera(client))) == len(asyncio.run(usage.camera_states(KEY, acme.base_url)))


def test_events_of_all_pages_are_read(client: NovaVMSClient, acme: Running) -> None:
    seen: list[Event] = []
    usage.every_event_by_hand(client, seen.append)
    assert [event.id for event in seen] == [event.id for event in client.events.iter(limit=100)]

    async def count() -> int:
        async with AsyncNovaVMSClient(KEY, base_url=acme.base_url) as asynchronous:
            counted: int = await usage.count_events(asynchronous)
            return counted

    assert asyncio.run(count()) == len(seen)
    assert isinstance(usage.people_since_yesterday(client, datetime.now(UTC)), list)


def test_lists_are_iterated_and_responses_read(client: NovaVMSClient, acme: Running) -> None:
    assert "person" in usage.every_tag(client)
    assert usage.calls_left(client) > 0

    async def sites() -> list[str]:
        async with AsyncNovaVMSClient(KEY, base_url=acme.base_url) as asynchronous:
            found: list[str] = await usage.every_site(asynchronous)
            return found

    assert len(asyncio.run(sites())) == 3
    payload = json.dumps(example("camera_status")).encode()
    assert (
        usage.camera_that_changed(payload, signed(payload), SECRET) == example("camera_status")["data"]["camera_name"]
    )


def test_events_are_reviewed_and_saved(client: NovaVMSClient, tmp_path: Path) -> None:
    assert usage.review(client, EVENT).notes == "Seen. 30 s of Loading Dock East."
    undone = usage.undo(client, EVENT)
    assert (undone.acknowledged, undone.starred, undone.notes) == (False, False, "")
    assert usage.save_events(client, tmp_path / "april.csv") == (tmp_path / "april.csv").stat().st_size > 0
    picture, token, event = usage.watch(client, DOCK)
    assert picture.startswith(b"\xff\xd8")
    assert token
    assert event.trigger_type == "manual"


def test_rules_and_alerts_are_handled(client: NovaVMSClient) -> None:
    assert usage.notify_the_guard(client, DOCK).enabled is False
    happened = usage.close_new_alerts(client)
    assert happened[0] == "fired by None"
    assert len(happened) == 3


def test_gateways_people_and_webhooks_are_handled(client: NovaVMSClient) -> None:
    assert usage.install_gateway(client, WAREHOUSE).startswith("gw_")
    assert len(usage.manage_access(client, WAREHOUSE)) == 12
    assert usage.receive_messages(client, "https://127.0.0.1:1/hook").startswith("whsec_")


def test_errors_are_handled_by_kind(client: NovaVMSClient, acme: Running, world: World) -> None:
    assert usage.invalid_fields(client) == ["name", "timezone"]
    assert usage.handle_errors(client, EVENT)
    assert usage.handle_errors(client, WAREHOUSE) == "no such event"
    with NovaVMSClient("sk_live_wrong", base_url=acme.base_url) as wrong:
        assert usage.handle_errors(wrong, EVENT) == "no permission: auth_required"
    with NovaVMSClient(KEY, base_url="http://127.0.0.1:1") as lost:
        assert usage.handle_errors(lost, EVENT).startswith("no answer: GET http://127.0.0.1:1/")
