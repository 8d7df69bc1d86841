"""A dry run: how much a run would ask of a target, counted on a stand-in, and what reading finds on the target."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contract_tests import catalogue, cli, dry_run
from contract_tests.commands import exit_codes
from contract_tests.config import TargetConfig
from contract_tests.plan import Plan
from tests.contract_tests.live import TOKENS, served
from tests.contract_tests.test_runner import standin_checks

JSON = dict[str, Any]
CHECKS_TEXT = """
import pytest

from contract_tests.world import EVENTS, GATEWAYS


@pytest.mark.rules("EV-26", "GW-17")
@pytest.mark.parametrize("times", [2, 3])
def test_asks(world, expect, times):
    for _ in range(times):
        answer = world.operator.get(EVENTS)
    expect("EV-26", answer.is_(200), "200", answer)


@pytest.mark.rules("GW-17")
def test_arranges(world, expect):
    for _ in range(2):
        world.register()
    expect("GW-17", True, "it holds")


@pytest.mark.rules("GW-18")
def test_looks_away(world, expect):
    pass


@pytest.mark.rules("EV-27")
@pytest.mark.own_org
def test_takes_an_org_of_its_own(world, expect):
    expect("EV-27", world.operator.get(GATEWAYS).is_(200), "200")

@pytest.mark.rules("EV-26")
@pytest.mark.repeats
def test_repeats(world, expect):
    expect("EV-26", world.operator.get(EVENTS).is_(200), "200")
"""
RULES = ("--rules", "EV-2[67]", "--rules", "GW-1[78]")


@pytest.fixture(autouse=True)
def _standin_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "checks"
    folder.mkdir()
    standin_checks(monkeypatch, folder, CHECKS_TEXT)


@pytest.fixture
def unreachable(tmp_path: Path) -> Callable[..., list[str]]:
    """Write the file of a target at which no server listens, and return the arguments that name it."""

    def write(*lines: str) -> list[str]:
        path = tmp_path / "targets.toml"
        actors = [f'{role} = {{ token = "sk_live_no_such_{role}" }}' for role in TOKENS]
        head = ["[targets.it]", 'base_url = "http://127.0.0.1:1"', *lines, "[targets.it.actors]"]
        path.write_text("\n".join([*head, *actors]))
        return ["it", "--config", str(path)]

    return write


def counted(capsys: pytest.CaptureFixture[str], *arguments: str) -> JSON:
    """Return the counts of a dry run as JSON."""
    assert cli.main(["run", *arguments, "--dry-run", "--json"]) == exit_codes.CONFORMS
    found: JSON = json.loads(capsys.readouterr().out)
    assert found.pop("minutes") >= 0
    return found


def test_checks_and_requests_are_counted_by_family(capsys: pytest.CaptureFixture[str]) -> None:
    assert counted(capsys, *RULES) == {
        "run": {"target": "mock", "profile": "gate", "seed": 0, "examples": 15},
        "families": [
            {"family": "Events", "rules": 2, "checks": 4, "requests": 7},
            {"family": "Gateways", "rules": 1, "checks": 1, "requests": 2},
        ],
        "total": {"rules": 3, "checks": 5, "requests": 9},
        "left_out_checks": 0,
        "not_checked": [{"id": "GW-18", "says": catalogue.load().rules["GW-18"].says, "reasons": []}],
    }


def test_the_same_counts_are_printed_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run", *RULES, "--dry-run", "--seed", "3", "--examples", "2"]) == exit_codes.CONFORMS
    text = capsys.readouterr().out
    assert text.startswith("mock: profile gate, 2 examples a property, seed 3\n")
    rows = [line.split() for line in text.splitlines()]
    assert ["Events", "2", "4", "7"] in rows
    assert ["total", "3", "5", "9"] in rows
    assert re.search(r"^  no check states it \(\d+\)\n    GW-18\b", text, flags=re.M)


def test_a_target_that_cannot_be_read_is_no_obstacle_and_the_calls_of_the_write_guard_count(
    unreachable: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    found = counted(capsys, *unreachable(), *RULES)
    assert found["run"]["target"] == "http://127.0.0.1:1"
    assert "ConnectError" in found["not_read"]
    assert found["not_checked"][0]["id"] == "EV-27"
    assert found["not_checked"][0]["reasons"] == ["needs an org of its own"]
    on_mock = counted(capsys, *RULES)
    assert found["total"]["checks"] == on_mock["total"]["checks"] - 2
    assert found["total"]["requests"] > on_mock["total"]["requests"]


def test_what_the_target_forbids_is_not_counted(
    unreachable: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    found = counted(capsys, *unreachable("writes = false"), "--rules", "GW-17")
    assert (found["total"]["rules"], found["total"]["checks"]) == (0, 0)
    assert "writes" in found["not_checked"][0]["reasons"][0]


def test_the_time_that_the_run_would_take_is_printed_without_waiting(
    unreachable: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    slowly = unreachable("requests_per_minute = 2", "wait_for_expiry = true")
    assert cli.main(["run", *slowly, "--dry-run", "--rules", "EV-26"]) == exit_codes.CONFORMS
    text = capsys.readouterr().out
    conditions = "at most 2 requests a minute, 8 connections, if it answers as fast as the mock"
    assert re.search(rf"^The run will take about [1-9]\d*\.\d minutes: {conditions}\.$", text, flags=re.M)
    assert "\nWaiting adds at most 12 minutes: " in text
    assert "\nThe target could not be read: " in text
    assert "\nNot counted: a call with each token before the checks, and those that " in text


@pytest.mark.parametrize(
    ("settings", "seconds"),
    [
        ({"connections": 1}, 10 + 1000 * 0.2),
        ({"connections": 8}, 10 + 1000 * 0.2 / 8),
        ({"connections": 8, "control": "/_mock"}, 10 + 1000 * 0.2),
        ({"connections": 8, "requests_per_minute": 100}, 605),
        ({"connections": 1, "requests_per_minute": 1000}, 10 + 1000 * 0.2),
    ],
)
def test_the_predicted_time_is_that_of_the_answers_or_of_the_rate(settings: JSON, seconds: float) -> None:
    plan = Plan(rules=(), target=TargetConfig("it", "http://127.0.0.1:1", **settings))
    assert dry_run._predicted_seconds(plan, 1000, 10, 0.2) == pytest.approx(seconds)


def test_a_dry_run_that_fails_is_reported_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    unreadable = 'import nowhere  # for "EV-26"'
    for text, why in ((unreadable, "crashed: "), (CHECKS_TEXT.replace("world.register()", "{}[0]"), "GW-17: Key")):
        standin_checks(monkeypatch, tmp_path / "checks", text)
        assert cli.main(["run", *RULES, "--dry-run"]) == exit_codes.RUN_ERROR
        captured = capsys.readouterr()
        assert why in captured.err
        assert captured.out == ""


def test_the_counted_requests_are_those_that_the_target_gets(tmp_path: Path) -> None:
    with served(tmp_path) as live:
        arguments = ["run", "live", "--config", str(live.file("connections = 1")), "--profile", "live"]
        arguments += [word for pattern in ("RU-1*", "EV-2*", "GW-1*") for word in ("--rules", pattern)]
        process = live.start(*arguments, "--dry-run", "--json")
        out, _ = process.communicate(timeout=120)
        log = live.folder / "access.log"
        assert live.writes() == []
        reads = len(log.read_text().splitlines())
        live.start(*arguments, "--report", str(tmp_path / "out")).communicate(timeout=120)
        requests = len(log.read_text().splitlines()) - reads
        triggers = sum(call.endswith("/trigger") for call in live.writes())
    of_checks = json.loads((tmp_path / "out" / "report.json").read_text())["run"]["requests"]
    assert json.loads(out)["total"]["requests"] == pytest.approx(of_checks, rel=0.05)
    tokens = len(set(TOKENS) - {"expired"})
    lists = ("alert-rules", "webhooks", "cameras", "gateways", "users", "sites")
    assert requests == of_checks + tokens + 2 * len(lists) + triggers


def test_what_the_target_has_is_printed(tmp_path: Path) -> None:
    with served(tmp_path) as live:
        process = live.start("run", "live", "--config", str(live.file()), "--dry-run", "--rules", "EV-26")
        out, _ = process.communicate(timeout=120)
    assert re.search(r"^Found in the org home, by reading:\n  sites +3\n  sites granted +1$", out, flags=re.M)
    assert re.search(r"^  gateways +1 online$", out, flags=re.M)
    assert "Waiting adds" not in out
