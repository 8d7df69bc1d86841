"""Worker processes are deaf to the user's surroundings: pytest options and plugins, the current folder, proxies."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from contract_tests import cli, dry_run, runner
from contract_tests.catalogue import load
from contract_tests.commands import exit_codes
from contract_tests.config import ActorConfig, TargetConfig
from contract_tests.mutation import kill
from contract_tests.mutation.results import KILLED
from contract_tests.plan import Mutant, Plan
from contract_tests.processes import child_process
from contract_tests.shared_target.ledger import Ledger
from tests.contract_tests.mutation.test_kill import CHECKS_TEXT as KILL_CHECKS_TEXT
from tests.contract_tests.mutation.test_kill import SMALLER
from tests.contract_tests.sdk import miniatures
from tests.contract_tests.test_hostile_targets import listening, says
from tests.contract_tests.test_runner import standin_checks
from tests.contract_tests.test_sdk_command import outcomes_of, verdicts
from tests.harness import Running

CHECKS_TEXT = """
import hypothesis
import pytest


@pytest.mark.rules("EV-10")
def test_holds(world, expect):
    expect("EV-10", world.operator.get("/api/v1/events").is_(200), "200")


@pytest.mark.rules("EV-11")
@pytest.mark.parametrize("number", range(4))
def test_holds_for_each(world, expect, number):
    expect("EV-11", True, "it holds")


@pytest.mark.rules("EV-12")
@hypothesis.given(hypothesis.strategies.integers())
def test_holds_for_any(expect, number):
    settings = hypothesis.settings.default
    expect("EV-12", (settings.max_examples, settings.derandomize) == (7, False), "the run's settings", settings)
"""
PLAN = Plan(rules=("EV-10", "EV-11", "EV-12"), seed=1, examples=7)
CHECK_NAMES = sorted(["test_holds", *(f"test_holds_for_each[{number}]" for number in range(4)), "test_holds_for_any"])
#: Settings of a user's own tests.
SETTINGS = [
    {"PYTEST_ADDOPTS": "-k nothing"},
    {"PYTEST_ADDOPTS": "-m slow"},
    {"PYTEST_ADDOPTS": "--co"},
    {"PYTEST_ADDOPTS": "--deselect test_standins.py::test_holds"},
    {"PYTEST_ADDOPTS": "-n 2 --cov=x"},
    {"PYTEST_ADDOPTS": "--hypothesis-profile=ci", "CI": "true"},
    {"PYTEST_PLUGINS": "no_such_plugin"},
    {"PYTHONWARNINGS": "error", "PYTHONOPTIMIZE": "2"},
]
#: Proxies that do not work, and that httpx cannot even read.
PROXIES = {
    "HTTP_PROXY": "http://127.0.0.1:1",
    "https_proxy": "http://[::1",
    "ALL_PROXY": "socks5://127.0.0.1:1",
    "NO_PROXY": "[::1]",
}


def set_all(patch: pytest.MonkeyPatch, variables: Mapping[str, str]) -> None:
    for name, text in variables.items():
        patch.setenv(name, text)


def assert_all_checks_pass(plan: Plan = PLAN) -> None:
    result = runner.run(plan, jobs=2)
    assert result.crash is None
    assert sorted(line["check"].partition("::")[2] for line in result.lines) == CHECK_NAMES
    assert {finding["verdict"] for line in result.lines for finding in line["findings"]} == {"pass"}


def assert_command_ends(code: int, *arguments: str) -> None:
    assert cli.main(arguments) == code


@pytest.fixture
def _standin_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "checks"
    folder.mkdir()
    standin_checks(monkeypatch, folder, CHECKS_TEXT)


@pytest.mark.usefixtures("_standin_checks")
@pytest.mark.parametrize("variables", SETTINGS, ids=lambda variables: " ".join(variables.values()))
def test_a_run_is_deaf_to_the_settings_of_the_users_tests(
    variables: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_all(monkeypatch, variables)
    assert_all_checks_pass()


@pytest.mark.usefixtures("_standin_checks")
def test_a_run_loads_no_plugin_that_is_installed_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = tmp_path / "site"
    (installed / "shuffle-1.0.dist-info").mkdir(parents=True)
    (installed / "shuffle-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: shuffle\nVersion: 1.0\n"
    )
    (installed / "shuffle-1.0.dist-info" / "entry_points.txt").write_text("[pytest11]\nshuffle = shuffle\n")
    (installed / "shuffle.py").write_text(
        "import os, random, pytest\n"
        "@pytest.hookimpl(tryfirst=True)\n"
        "def pytest_collection_modifyitems(items):\n"
        "    random.Random(os.getpid()).shuffle(items)\n"
        "    del items[3:]\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(installed))
    assert_all_checks_pass()


def test_a_kill_run_is_deaf_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    standin_checks(monkeypatch, tmp_path, KILL_CHECKS_TEXT)
    set_all(monkeypatch, {"PYTEST_ADDOPTS": "-k nothing", "PYTEST_PLUGINS": "no_such_plugin", **PROXIES})
    assert kill.mock_mutants()
    (found,) = kill.run([Mutant(SMALLER, ("EV-26",))], 1, seed=1, examples=5)
    assert found.outcome == KILLED


def test_checking_an_sdk_is_deaf_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    miniatures.write(tmp_path)
    set_all(monkeypatch, {"PYTEST_ADDOPTS": "-k nothing", "PYTEST_PLUGINS": "no_such_plugin", **PROXIES})
    assert {verdict.value for verdict in verdicts(outcomes_of(tmp_path, monkeypatch, "SDK-09", "SDK-16")).values()} == {
        "pass"
    }


@pytest.mark.usefixtures("_standin_checks")
def test_a_dry_run_is_deaf_too(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, {"PYTEST_ADDOPTS": "-k nothing", "PYTEST_PLUGINS": "no_such_plugin", **PROXIES})
    actors = {role: ActorConfig(f"sk_live_no_such_{role}") for role in ("operator", "viewer")}
    target = TargetConfig("it", "http://192.0.2.1", actors=actors)
    rules = [load().rules[rule] for rule in PLAN.rules]
    for plan in (PLAN, Plan(**{**vars(PLAN), "target": target})):
        assert dry_run.run(plan, rules, 1, lambda progress: None).as_json()["total"]["checks"] == len(CHECK_NAMES)


def test_the_users_folder_changes_nothing_and_stays_as_it_is(tmp_path: Path) -> None:
    here = tmp_path / "here"
    packages = ("contract_tests", "mockserver", "novavms_mock", "spec", "fixtures")
    for package in packages:
        (here / package).mkdir(parents=True)
    for name in ("conftest.py", "json.py", "httpx.py", *(f"{package}/__init__.py" for package in packages)):
        (here / name).write_text("raise RuntimeError('the user has not asked for this')\n")
    (here / "pytest.ini").write_text("[pytest]\naddopts = -k nothing\n")
    (here / "tox.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (here / "schemathesis.toml").write_text("no = such\n")
    before = sorted(here.rglob("*"))
    command = [str(Path(sys.executable).with_name("novavms-contract")), "run", "--rules", "EV-26"]
    done = subprocess.run(command, cwd=here, capture_output=True, text=True, check=False)
    assert done.returncode == exit_codes.CONFORMS, done.stdout + done.stderr
    assert done.stdout.endswith("Conforms: 1 pass\n")
    assert sorted(here.rglob("*")) == before


def test_what_hypothesis_computes_is_kept_in_the_users_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    text = """
import pytest
from hypothesis import given, strategies as st

@pytest.mark.rules("EV-10")
@given(text=st.text(st.characters(categories=["Lu"])))
def test_letters(expect, text):
    expect("EV-10", text == text, "it holds")
"""
    standin_checks(monkeypatch, tmp_path, text)
    result = runner.run(Plan(rules=("EV-10",)), jobs=1)
    assert [finding["verdict"] for line in result.lines for finding in line["findings"]] == ["pass"]
    assert list((tmp_path / "cache" / "novavms-contract").rglob("charmap.json.gz"))


@pytest.mark.usefixtures("_standin_checks")
@pytest.mark.parametrize("names", [["HTTP_PROXY"], ["ALL_PROXY"], ["NO_PROXY"], [*PROXIES]], ids=" ".join)
def test_calls_of_this_machine_go_through_no_proxy(
    names: list[str], shared: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_all(monkeypatch, {name: PROXIES[name] for name in names})
    assert_all_checks_pass()
    assert_command_ends(exit_codes.CONFORMS, "run", shared.base_url, "--rules", "EV-10")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    file = tmp_path / "targets.toml"
    actor = '[targets.a.actors]\noperator = { token = "sk_live_no_such_key" }'
    file.write_text(f'[targets.a]\nbase_url = "{shared.base_url}"\n{actor}')
    Ledger.start("ct1", "a", file)
    assert_command_ends(exit_codes.CONFORMS, "clean", "--run", "ct1")


def remote(tmp_path: Path) -> list[str]:
    """Return the arguments that name a target on another machine."""
    file = tmp_path / "targets.toml"
    actor = '[targets.a.actors]\noperator = { token = "sk_live_no_such_key" }'
    file.write_text(f'[targets.a]\nbase_url = "http://192.0.2.1"\n{actor}')
    return ["a", "--config", str(file)]


def test_a_proxy_that_fails_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://somebody:hunter2@127.0.0.1:1")
    for target in (remote(tmp_path), ["http://192.0.2.1"]):
        assert_command_ends(exit_codes.USAGE_ERROR, "run", *target)
        err = capsys.readouterr().err
        assert "ConnectError: through the proxy http://127.0.0.1:1 of HTTP_PROXY: " in err
        assert err.endswith("; start the proxy, or change HTTP_PROXY\n")
        assert err.count("\n") == 1
        assert "hunter2" not in err


def test_an_answer_names_the_proxy_that_may_have_made_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with listening(says("502 Bad Gateway", "text/html", b"<html>")) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy)
        assert_command_ends(exit_codes.RUN_ERROR, "run", *remote(tmp_path))
    assert f" through the proxy {proxy} of HTTP_PROXY: actor operator got 502 " in capsys.readouterr().err


@pytest.mark.parametrize("proxy", ["http://somebody:hunter2@[::1", "socks5://127.0.0.1:1", "ftp://127.0.0.1"])
def test_a_proxy_that_cannot_be_read_is_named(
    proxy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    for target in (remote(tmp_path), ["http://192.0.2.1"]):
        assert_command_ends(exit_codes.USAGE_ERROR, "run", *target)
        err: Any = capsys.readouterr().err
        shown = proxy.replace("somebody:hunter2@", "")
        assert err.startswith(f"novavms-contract: the proxy {shown} of ALL_PROXY cannot be used: ")
        assert err.count("\n") == 1
        assert "hunter2" not in err


def test_a_ledger_is_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", "state")
    assert Ledger.start("ct1", "a", tmp_path / "targets.toml").path.is_relative_to(tmp_path)


def test_relative_paths_of_the_environment_mean_the_same_in_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["/somewhere"])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["sdk", "/opt/x"]))
    monkeypatch.setenv("SSL_CERT_FILE", "ca.pem")
    found = child_process.environment()
    assert found["PYTHONPATH"] == os.pathsep.join([str(tmp_path / "sdk"), "/opt/x"])
    assert found["SSL_CERT_FILE"] == str(tmp_path / "ca.pem")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert child_process.environment()["PYTHONPATH"].startswith(f"{tmp_path}{os.pathsep}{tmp_path / 'sdk'}")


def test_a_command_starts_without_what_only_its_worker_processes_need() -> None:
    code = "import sys, contract_tests.cli\nprint(*{'pytest', 'hypothesis', 'schemathesis'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
