"""The command ``simulate``: usage errors, refusals, and the random parts of the simulator."""

import itertools

import pytest

from mockserver.runtime.random_source import RandomSource
from mockserver.simulator.operator import backoff_seconds
from mockserver.simulator.readings import Readings
from tests.harness import JSON, Running
from tests.mockserver.simulator.test_simulation import simulate, token

INVALID = [
    [],
    ["--gateways", "0"],
    ["--gateways", "100001"],
    ["--gateways", "x"],
    ["--gateways", "1", "--seconds", "0"],
    ["--gateways", "1", "--seconds", "nan"],
    ["--gateways", "1", "--seed", "x"],
    ["--gateways", "1", "--token", "two words"],
    ["--gateways", "1", "ftp://127.0.0.1"],
    ["--gateways", "1", "http://"],
    ["--gateways", "1", "http://127.0.0.1:99999"],
    ["--gateways", "1", "http://127.0.0.1/api/v1"],
    ["--gateways", "1", "http://127.0.0.1?x=1"],
    ["--gateways", "1", "http://[::1"],
    ["--gateways", "1", "http://127.0.0.1\n"],
]
REFUSED = [
    (["--token", "sk_live_nobody"], "answers 401"),
    (["--token", "sk_live_acme_viewer"], "answers 403"),
    (["--site", "e5121482-3929-4d22-a255-accb1a466884"], "is not a site of this org"),
    (["--site", "x"], "answers 400"),
]


@pytest.mark.parametrize("arguments", INVALID, ids=" ".join)
def test_usage_error_is_one_line_and_exit_code_2(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    code, output, errors = simulate(capsys, *arguments)
    assert (code, output, len(errors.splitlines())) == (2, "", 1)
    assert errors.startswith("novavms-mock simulate: ")


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_refusal_is_one_line_and_exit_code_2(
    shared: Running, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    code, output, errors = simulate(capsys, "--gateways", "2", *arguments, shared.base_url)
    assert (code, output, len(errors.splitlines())) == (2, "", 1)
    assert message in errors


def test_org_without_sites_and_servers_of_another_kind_are_refused(
    isolated: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = isolated.org(fixture="empty")
    code, _, errors = simulate(capsys, "--gateways", "2", "--token", token(empty), isolated.base_url)
    assert code == 2
    assert "the org has no site" in errors
    code, _, errors = simulate(capsys, "--gateways", "2", f"{isolated.base_url}/nowhere")
    assert code == 2
    assert "answers 404" in errors
    isolated.control("POST", "/faults", json={"operation": "listSites", "malformed": True})
    code, _, errors = simulate(capsys, "--gateways", "2", isolated.base_url)
    assert code == 2
    assert "does not answer as a NovaVMS" in errors


def test_missing_server_is_one_line_and_exit_code_3(capsys: pytest.CaptureFixture[str]) -> None:
    code, output, errors = simulate(capsys, "--gateways", "1", "http://127.0.0.1:1")
    assert (code, output, len(errors.splitlines())) == (3, "", 1)
    assert "http://127.0.0.1:1 cannot be reached" in errors


def test_backoff_grows_to_a_limit_and_is_spread() -> None:
    assert [backoff_seconds(failures, 1) for failures in (1, 2, 3, 4, 5, 6, 1000)] == [1, 2, 4, 8, 15, 15, 15]
    assert [backoff_seconds(3, fraction) for fraction in (0, 0.25, 0.5)] == [0, 1, 2]


def test_readings_repeat_with_the_seed_and_change_slowly() -> None:
    def readings(seed: int) -> list[JSON]:
        source = Readings(RandomSource(seed).generator("readings"), ["a", "b"])
        return [{**source.next(), "camera_recording_status": None} for _ in range(2000)]

    frames = readings(7)
    assert readings(7) == frames
    assert readings(8) != frames
    for name, low, high, step in (("cpu_percent", 1, 95, 6), ("memory_mb", 400, 3600, 200)):
        values = [frame[name] for frame in frames]
        assert low <= min(values) < max(values) <= high
        assert max(abs(one - other) for one, other in itertools.pairwise(values)) < step
