"""What leaves the suite holds no secret; an output that cannot be written, or a command that fails, is reported."""

import json
import os
import re
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from contract_tests import cli, preflight, runner
from contract_tests.commands import exit_codes, options
from contract_tests.config import ActorConfig, TargetConfig
from contract_tests.mutation import kill
from contract_tests.plan import Plan
from contract_tests.runner import WorkerProcess
from tests.contract_tests.test_runner import standin_checks

CHECKS_TEXT = """
import os
from pathlib import Path
import pytest

@pytest.fixture(autouse=True)
def _made_while_it_runs():
    if path := os.environ.get("BECOMES_A_FOLDER"):
        Path(path).mkdir(exist_ok=True)

@pytest.mark.rules("EV-26")
def test_holds(expect):
    expect("EV-26", True, "it holds")

@pytest.mark.rules("EV-27")
def test_fails(expect):
    expect("EV-27", False, "it holds")
"""


@pytest.fixture
def passing_and_failing(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    standin_checks(monkeypatch, tmp_path_factory.mktemp("checks"), CHECKS_TEXT)


@pytest.mark.parametrize(("rule", "code"), [("EV-26", exit_codes.RUN_ERROR), ("EV-27", exit_codes.VIOLATIONS)])
def test_a_view_that_cannot_be_written_is_one_line_and_the_findings_are_printed(
    rule: str,
    code: int,
    passing_and_failing: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = f"novavms-contract: {tmp_path}/summary.md could not be written: summary.md is a folder, not a file\n"
    monkeypatch.setenv("BECOMES_A_FOLDER", str(tmp_path / "summary.md"))
    assert cli.main(["run", "--rules", rule, "--report", str(tmp_path)]) == code
    captured = capsys.readouterr()
    assert captured.err == line
    assert "1 pass" in captured.out or "EV-27 FAIL" in captured.out
    found = json.loads((tmp_path / "report.json").read_text())
    assert (found["exit_code"], found["headline"]) == (code, captured.out.splitlines()[-1])
    root = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert [*root.iter("failure"), *root.iter("error")]
    assert cli.main(["report", str(tmp_path)]) == exit_codes.RUN_ERROR
    captured = capsys.readouterr()
    assert captured.err == line
    assert captured.out


@pytest.mark.usefixtures("passing_and_failing")
def test_a_device_in_the_place_of_a_view_costs_that_view_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "summary.md").symlink_to("/dev/full")
    assert cli.main(["run", "--rules", "EV-26", "--report", str(tmp_path)]) == exit_codes.RUN_ERROR
    captured = capsys.readouterr()
    assert "1 pass" in captured.out
    assert captured.err.endswith("summary.md is a device or pipe, not a file\n")
    assert captured.err.count("\n") == 1
    assert (tmp_path / "junit.xml").is_file()
    assert Path("/dev/full").is_char_device()


def test_a_kill_report_that_cannot_be_written_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [kill.Kill("EV-26/ten", ("EV-26",), ("EV-26",), "killed")]
    monkeypatch.setattr(kill, "run", lambda *arguments, **options: iter(found))
    monkeypatch.setattr(kill, "matching", lambda pattern, known: found)
    monkeypatch.setattr(kill, "as_json", _and_a_folder_appears(tmp_path / "report.json"))
    assert cli.main(["kill", "--mutants", "EV-26/*", "--report", str(tmp_path)]) == exit_codes.RUN_ERROR
    captured = capsys.readouterr()
    assert "kill rate 100.0 %" in captured.out
    line = f"novavms-contract: {tmp_path}/report.json could not be written: report.json is a folder, not a file\n"
    assert captured.err == line


def _and_a_folder_appears(path: Path) -> Callable[[Any], dict[str, Any]]:
    as_json = kill.as_json

    def found(kills: Any) -> dict[str, Any]:
        path.mkdir()
        return as_json(kills)

    return found


@pytest.mark.parametrize(
    ("name", "made", "reason"),
    [
        ("junit.xml", lambda path: path.mkdir(), "junit.xml is a folder, not a file"),
        ("report.json", lambda path: path.symlink_to("/dev/full"), "report.json is a device or pipe, not a file"),
        ("journal.jsonl", os.mkfifo, "journal.jsonl is a device or pipe, not a file"),
        ("repro", lambda path: path.touch(), "Not a directory"),
    ],
)
@pytest.mark.parametrize("command", [["run", "--rules", "EV-26"], ["kill", "--mutants", "EV-26/*"], ["sdk"]])
def test_a_report_that_could_not_be_written_is_refused_before_anything_runs(
    command: list[str],
    name: str,
    made: Callable[[Path], None],
    reason: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made(tmp_path / name)
    for module in (runner, kill):
        monkeypatch.setattr(module, "run", lambda *_, **__: pytest.fail("it ran"))
    assert cli.main([*command, "--report", str(tmp_path)]) == exit_codes.USAGE_ERROR
    assert capsys.readouterr().err == f"novavms-contract: --report {tmp_path}: {reason}\n"


def test_a_run_leaves_no_view_or_script_of_an_earlier_one(
    passing_and_failing: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["run", "--report", str(tmp_path), "--jobs", "1", "--rules"]
    assert cli.main([*arguments, "EV-27"]) == exit_codes.VIOLATIONS
    (tmp_path / "repro").mkdir(exist_ok=True)
    (tmp_path / "repro" / "EV-27.sh").touch()
    (tmp_path / "repro" / "notes.sh").touch()
    monkeypatch.setenv("BECOMES_A_FOLDER", str(tmp_path / "junit.xml"))
    assert cli.main([*arguments, "EV-26"]) == exit_codes.RUN_ERROR
    assert (tmp_path / "junit.xml").is_dir()
    assert [file.name for file in (tmp_path / "repro").iterdir()] == ["notes.sh"]
    assert not [*tmp_path.glob("*.part")]


def test_an_error_of_the_command_itself_shows_no_token_of_the_target_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    token, path = "token-of-no-known-form", tmp_path / "targets.toml"
    path.write_text(f'[targets.a]\nbase_url = "http://x"\n[targets.a.actors]\nowner = {{ token = "{token}" }}')

    def fail(*_: object) -> list[str]:
        raise RuntimeError(f"\x1b[31m{token} {token.encode().hex()}")

    monkeypatch.setattr(preflight, "check", fail)
    assert cli.main(["run", "a", "--config", str(path), "--rules", "EV-26"]) == exit_codes.RUN_ERROR
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("novavms-contract: the suite itself failed\nTraceback")
    assert captured.err.endswith("RuntimeError: \\x1b[31mtoke… 746f…\n")


def test_the_address_of_a_target_is_shown_without_its_password() -> None:
    plan = Plan(rules=(), target=TargetConfig("a", "https://ann:s3cret@x/base"))
    assert options.parameters(plan, Namespace(profile="gate"))["target"] == "https://…@x/base"


def test_an_output_that_cannot_be_written_is_one_line() -> None:
    command = f"{sys.executable} -m contract_tests rules > /dev/full"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == "novavms-contract: the output could not be written: No space left on device\n"
    assert done.returncode == exit_codes.RUN_ERROR


#: A secret of no known form.
SECRET = "9d2f61c07ab34e58"
LEAKING_RULES = ("EV-10", "EV-11")
LEAKING_CHECKS = f"""
import pytest

from contract_tests.verdicts import Unavailable


@pytest.mark.rules("EV-10")
def test_shows_a_secret(world, expect):
    world.recorder.secrets.add("{SECRET}")
    expect("EV-10", False, "no secret", "x{SECRET}x {SECRET.encode().hex()} " + "ab " * 1_000_000)


@pytest.mark.rules("EV-11")
def test_shows_it_later(world, expect):
    raise Unavailable("\\x1b[2J{SECRET}\\n::error::x")
"""


def test_what_a_check_found_is_written_without_secrets_visibly_and_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    standin_checks(monkeypatch, tmp_path, LEAKING_CHECKS)
    found = runner.run(Plan(rules=LEAKING_RULES), jobs=1)
    assert not [line for line in found.lines if SECRET in json.dumps(line)]
    first, second = (line["findings"][0]["actual"] for line in found.lines[:2])
    assert first.startswith("x9d2f…x 3964… ab ab")
    assert first.endswith("… 3,000,052 characters in all")
    assert len(first) < 1100
    assert second == "\\x1b[2J9d2f…\n\\::error::x"


def test_the_output_of_a_process_that_crashed_is_shown_without_secrets(tmp_path: Path) -> None:
    token = "configured-token-1"
    target = TargetConfig("a", "http://x", actors={"operator": ActorConfig(token)})
    plan = Plan(rules=LEAKING_RULES, target=target, folder=tmp_path)
    plan.log.write_bytes(b"x" * 2000 + f"\x1b[31m{token} {SECRET} ".encode() + b"\xff" + f"{token}\n".encode() * 200)
    plan.secrets.write_text(json.dumps({"secrets": [SECRET]}) + '\n{"secrets": ["unfinish')
    with subprocess.Popen([sys.executable, "-c", "raise SystemExit(9)"]) as process:
        process.wait()
        crash = runner.first_crash([WorkerProcess(plan, process)])
    assert crash
    assert not re.search(f"[\x1b]|{SECRET}|oken-1", crash)
    assert "conf…" in crash
    assert len(crash) <= 1000
