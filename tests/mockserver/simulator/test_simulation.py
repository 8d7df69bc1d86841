"""The simulator against a mock, as a process of its own or in this process."""

import asyncio
import json
import os
import pty
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from websockets.sync.client import connect

from mockserver import resources
from mockserver.cli import main
from mockserver.runtime.call_criteria import CallCriteria
from tests.harness import JSON, Running, World, running
from tests.mockserver.http.steps import done, instant, ok
from tests.process import COMMAND

OWNER, OPERATOR = "sk_live_abc123", "sk_live_acme_operator"
SMALL_OWNER = "sk_live_small_owner"
#: A seed whose backoff delays are short.
SEED = "36961"
ACME = "7c9e6679-7425-40de-944b-e07fc1f90ae7"


class Simulator:
    """A simulator in a process of its own, and what the mock shows of its gateways."""

    def __init__(self, mock: Running, process: subprocess.Popen[str]) -> None:
        self.mock = mock
        self.process = process

    def gateways(self, status: str | None = None) -> list[JSON]:
        found = simulated(self.mock)
        return [gateway for gateway in found if status in (None, gateway["status"])]

    def reporting(self, count: int) -> list[JSON]:
        """Wait until so many are online and have reported, which each does once its first heartbeat was answered."""
        client = self.mock.client(OWNER)

        def found() -> list[JSON]:
            paths = ((gateway, f"/api/v1/gateways/{gateway['id']}/telemetry") for gateway in self.gateways("online"))
            return [gateway for gateway, path in paths if ok(client.get(path))["memory_mb"] is not None]

        wait_until(lambda: len(found()) == count)
        return found()

    def stop(self, number: int = signal.SIGINT) -> JSON:
        self.process.send_signal(number)
        return self.summary()

    def summary(self) -> JSON:
        output, errors = self.process.communicate(timeout=20)
        assert errors == ""
        found: JSON = json.loads(output)
        return found


def simulated(mock: Running, token: str = OWNER) -> list[JSON]:
    found = ok(mock.client(token).get("/api/v1/gateways"))["data"]
    return [gateway for gateway in found if gateway["name"].startswith("Simulated")]


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "the condition did not become true"
        time.sleep(0.05)


@contextmanager
def simulator(mock: Running, *arguments: str, errors: int = subprocess.PIPE) -> Iterator[Simulator]:
    command = [*COMMAND, "simulate", "--json", "--seed", SEED, *arguments, mock.base_url]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    try:
        yield Simulator(mock, process)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def simulate(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run the command in this process and return its exit code, output and errors."""
    try:
        code = main.main(["simulate", "--seed", SEED, *arguments])
    except SystemExit as exit_:
        code = int(exit_.code or 0)
    output, errors = capsys.readouterr()
    return code, output, errors


def test_gateways_report_until_interrupted_and_are_removed(isolated: Running) -> None:
    with simulator(isolated, "--gateways", "5") as five:
        seen = {gateway["id"]: telemetry(isolated, gateway["id"]) for gateway in five.reporting(5)}
        wait_until(
            lambda: all(telemetry(isolated, id_)["memory_mb"] != before["memory_mb"] for id_, before in seen.items())
        )
        summary = five.stop(signal.SIGINT)
        assert five.process.returncode == 0
    assert summary.pop("frames") >= 5 * 3
    assert summary.pop("seconds") > 0
    nothing = dict.fromkeys(("refused", "lost", "reconnects", "left"), 0)
    assert summary == {**dict.fromkeys(("gateways", "paired", "connected", "removed"), 5), **nothing}
    assert simulated(isolated) == []


def telemetry(mock: Running, gateway_id: str) -> JSON:
    """Return the last report of a gateway, after checking that it is plausible and recent."""
    answer = mock.client(OWNER).get(f"/api/v1/gateways/{gateway_id}/telemetry")
    found: JSON = ok(answer)
    assert 0 < found["cpu_percent"] < 100
    assert 1 <= len(found["camera_recording_status"]) <= 4
    assert set(found["camera_recording_status"].values()) <= {"recording", "stopped"}
    assert mock.mock.instance.context.clock.now() - instant(found["last_heartbeat_at"]) < timedelta(seconds=5)
    return found


def test_second_signal_stops_the_removal(isolated: Running) -> None:
    with simulator(isolated, "--gateways", "2") as two:
        two.reporting(2)
        isolated.control("POST", "/faults", json={"operation": "deleteGateway", "delay_ms": 1000})
        two.process.send_signal(signal.SIGINT)
        wait_until(lambda: isolated.control("GET", "/faults")["data"][0]["matched"] >= 1)
        assert two.stop()["left"] >= 1
        assert two.process.returncode == 3


def test_gateways_reconnect_after_a_reset(isolated: Running) -> None:
    with simulator(isolated, "--gateways", "2") as two:
        two.reporting(2)
        isolated.control("POST", "/reset")
        two.reporting(2)
        summary = two.stop(signal.SIGTERM)
        assert two.process.returncode == 0
    assert (summary["paired"], summary["connected"], summary["removed"]) == (2, 2, 2)
    assert summary["lost"] == summary["reconnects"] >= 2
    assert simulated(isolated) == []


def test_deleted_gateway_ends_and_a_disabled_one_reconnects(isolated: Running) -> None:
    operator = isolated.client(OPERATOR)
    with simulator(isolated, "--gateways", "3") as three:
        deleted, disabled, _ = [f"/api/v1/gateways/{gateway['id']}" for gateway in three.reporting(3)]
        done(operator.delete(deleted))
        ok(operator.patch(disabled, json={"status": "disabled"}))
        three.reporting(1)
        ok(operator.patch(disabled, json={"status": "offline"}))
        three.reporting(2)
        assert len(three.gateways()) == 2
        assert three.stop()["removed"] == 2


def test_gateway_whose_key_another_client_uses_is_paired_again(isolated: Running) -> None:
    with simulator(isolated, "--gateways", "1") as one:
        (gateway,) = one.reporting(1)
        stored = isolated.control("GET", "/snapshot")["data"]["gateways"]
        key = next(record["api_key"] for record in stored if record["id"] == gateway["id"])
        url = f"{isolated.base_url.replace('http', 'ws')}/api/v1/gateways/{gateway['id']}/ws"
        with connect(url, additional_headers={"Authorization": f"Bearer {key}"}, proxy=None):
            one.reporting(2)
        assert one.stop()["removed"] == 2


def test_gateways_of_lost_answers_are_removed_too(isolated: Running, capsys: pytest.CaptureFixture[str]) -> None:
    for operation in ("generatePairingCode", "pairGateway"):
        isolated.control("POST", "/faults", json={"operation": operation, "drop": True, "times": 1})
    code, output, _ = simulate(capsys, "--gateways", "2", "--seconds", "0.2", isolated.base_url)
    assert code == 0
    assert "2 paired, 2 connected at the end" in output
    assert "4 removed" in output
    assert simulated(isolated) == []


def test_gateways_that_cannot_be_removed_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    with running() as mock, simulator(mock, "--gateways", "2") as two:
        two.reporting(2)
        mock.control("POST", "/faults", json={"operation": "listGateways", "status": 503})
        assert two.stop()["left"] == 2
        assert two.process.returncode == 3


@pytest.mark.parametrize("token", [None, "its-own"])
def test_rate_limit_is_lifted_by_the_control_plane_and_restored(
    token: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    limits = {"rate_limit_per_minute": 1, "rate_limit_burst": 3}
    control = {"Authorization": f"Bearer {token}"}
    with running(control_token=token) as mock:
        path = f"/orgs/{ACME}/settings"
        before = mock.control("PUT", path, json=limits, headers=control)
        arguments = [
            "--gateways",
            "4",
            "--seconds",
            "0.1",
            *(("--control-token", token) if token else ()),
            mock.base_url,
        ]
        code, output, _ = simulate(capsys, *arguments)
        assert code == 0
        assert "4 paired" in output
        assert "4 removed" in output
        assert mock.control("GET", path, headers=control) == before


def test_simulator_waits_for_the_rate_limit_without_a_control_plane(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = json.loads(resources.path("fixtures", "orgs", "small.json").read_text())
    world["orgs"][0]["settings"] = {"rate_limit_per_minute": 150, "rate_limit_burst": 5}
    (tmp_path / "tight.json").write_text(json.dumps(world))
    with running(control=False, fixture=str(tmp_path / "tight.json")) as mock:
        code, output, _ = simulate(capsys, "--gateways", "5", "--seconds", "0.1", "--token", SMALL_OWNER, mock.base_url)
        assert code == 0
        assert "5 paired" in output
        assert "5 removed" in output
        assert asyncio.run(mock.mock.journal.search(1, CallCriteria(status=429)))[1] >= 1


def test_gateways_are_at_the_sites_asked_for(isolated: Running) -> None:
    world = isolated.org()
    with simulator(
        isolated, "--gateways", "4", *(f"--site={site}" for site in world.sites), "--token", token(world)
    ) as four:
        wait_until(lambda: len(simulated(isolated, token(world))) == 4)
        assert {gateway["site_id"] for gateway in simulated(isolated, token(world))} == set(world.sites)
        assert four.stop()["removed"] == 4


def test_gateways_are_at_all_sites_of_the_org_by_default(isolated: Running) -> None:
    world = isolated.org()
    new = world.admin.post("/api/v1/sites", json={"name": "Without a gateway so far"}).json()["id"]
    with simulator(isolated, "--gateways", "6", "--token", token(world)):
        wait_until(lambda: len(simulated(isolated, token(world))) == 6)
        assert {gateway["site_id"] for gateway in simulated(isolated, token(world))} == {*world.sites, new}


def token(world: World) -> str:
    return str(world.described["actors"]["owner"]["token"])


def test_terminal_shows_one_line_of_progress(isolated: Running) -> None:
    master, slave = pty.openpty()
    with simulator(isolated, "--gateways", "2", "--seconds", "1", errors=slave) as two:
        two.process.communicate(timeout=20)
    os.close(slave)
    shown = os.read(master, 65536).decode()
    os.close(master)
    assert "2 of 2 paired, 2 connected" in shown
    assert "\n" not in shown
    assert shown.endswith("\r\033[K")
