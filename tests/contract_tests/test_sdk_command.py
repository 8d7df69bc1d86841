"""``novavms-contract sdk``: on the SDK of this repository, and on small SDKs, each with one defect."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from contract_tests import catalogue, cli, outcomes, runner
from contract_tests.commands import exit_codes
from contract_tests.mutation import kill
from contract_tests.outcomes import Outcome
from contract_tests.plan import Plan
from contract_tests.verdicts import Verdict
from tests.contract_tests.sdk import miniatures

PASS, FAIL = Verdict.PASS, Verdict.FAIL


def outcomes_of(folder: Path, patch: pytest.MonkeyPatch, *rules: str) -> Mapping[str, Outcome]:
    """Return the outcomes of the rules on the SDK in a folder."""
    patch.setenv("PYTHONPATH", str(folder))
    found = runner.run(Plan(rules=rules, sdk=True, examples=3), jobs=1)
    assert found.crash is None
    known = catalogue.load().rules
    return {outcome.rule.id: outcome for outcome in outcomes.fold(found.lines, [known[rule] for rule in rules])}


def verdicts(found: Mapping[str, Outcome]) -> dict[str, Verdict]:
    return {rule: outcome.verdict for rule, outcome in found.items()}


def sdk_command(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command where the SDK is the one in a folder."""
    command = [sys.executable, "-m", "contract_tests", "sdk", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)


def test_a_correct_sdk_passes_without_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    miniatures.write(tmp_path)
    found = outcomes_of(tmp_path, monkeypatch, "SDK-09", "SDK-10", "SDK-16", "SDK-21", "SDK-24")
    assert set(verdicts(found).values()) == {PASS}


def test_an_sdk_with_constant_delays_fails_only_that_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    miniatures.write(tmp_path, miniatures.CORRECT.replace("0.5 * 2**attempt", "0.5"))
    found = outcomes_of(tmp_path, monkeypatch, "SDK-21", "SDK-24")
    assert verdicts(found) == {"SDK-21": PASS, "SDK-24": FAIL}
    made, *calls = (found["SDK-24"].failure or {})["snippet"]
    assert made.startswith('client = NovaVMSClient(api_key=os.environ["NOVAVMS_API_KEY"], base_url=\'http://127.0.0.1:')
    assert calls == ["client.sites.list()"] * 2


def test_an_sdk_without_annotations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    miniatures.write(tmp_path, typed=False)
    found = outcomes_of(tmp_path, monkeypatch, "SDK-09", "SDK-12")
    assert verdicts(found) == {"SDK-09": PASS, "SDK-12": FAIL}
    failure = found["SDK-12"].failure
    assert failure
    assert failure["expected"] == "a file py.typed in the package"


def test_an_sdk_that_swallows_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    miniatures.write(tmp_path, errors=miniatures.ERRORS.replace("raise NovaVMSError(response.text)", "return None"))
    found = outcomes_of(tmp_path, monkeypatch, "SDK-09", "SDK-25", "SDK-56")
    assert verdicts(found) == {"SDK-09": PASS, "SDK-25": FAIL, "SDK-56": FAIL}
    failure = found["SDK-25"].failure
    assert failure
    assert (failure["expected"], failure["actual"]) == ("an error", "None")
    assert failure["exchanges"][-1]["url"].endswith("/api/v1/sites")


def test_an_sdk_without_async_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    miniatures.write(tmp_path, miniatures.CORRECT.partition("class AsyncNovaVMSClient")[0])
    found = outcomes_of(tmp_path, monkeypatch, "SDK-09", "SDK-10", "SDK-16")
    assert verdicts(found) == {"SDK-09": PASS, "SDK-10": FAIL, "SDK-16": FAIL}
    failure = found["SDK-10"].failure
    assert failure
    assert failure["actual"] == "novavms without it"


def test_a_warning_of_an_sdk_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warning = "import warnings\nwarnings.warn('soon', DeprecationWarning)\n"
    block, left_open = (
        "with httpx.Client(headers=self._headers) as http:",
        "if http := httpx.Client(headers=self._headers):",
    )
    miniatures.write(tmp_path, warning + miniatures.CORRECT.replace(block, left_open))
    assert left_open in (tmp_path / "novavms" / "__init__.py").read_text()
    assert verdicts(outcomes_of(tmp_path, monkeypatch, "SDK-09")) == {"SDK-09": PASS}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "raise ModuleNotFoundError(name='novavms')",
            "no SDK is installed here: pip install novavms-sdk, in a checkout ./sdk",
        ),
        ("import nowhere", "the package novavms cannot be imported: No module named 'nowhere'"),
    ],
)
def test_a_missing_sdk_is_reported_in_one_line(tmp_path: Path, text: str, line: str) -> None:
    miniatures.write(tmp_path, text)
    for arguments in ((), ("--kill", "mutants.py")):
        done = sdk_command(tmp_path, *arguments)
        assert (done.returncode, done.stdout) == (exit_codes.USAGE_ERROR, "")
        assert done.stderr == f"novavms-contract: {line}\n"


def test_only_stated_rules_decide_without_strict(tmp_path: Path) -> None:
    miniatures.write(tmp_path)
    wrong = ("--rules", "SDK-14", "--rules", "SDK-09")  # an example shows lists of cameras
    done = sdk_command(tmp_path, *wrong)
    assert done.returncode == exit_codes.CONFORMS, done.stdout + done.stderr
    assert "SDK-14 FAIL" in done.stdout
    done = sdk_command(tmp_path, *wrong, "--strict")
    assert done.returncode == exit_codes.VIOLATIONS


def test_the_report_names_the_sdk_and_its_version(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules: Sequence[str] = ("--rules", "SDK-0[129]", "--rules", "AL-34")
    ending = cli.main(["sdk", *rules, "--examples", "2", "--strict", "--require-complete", "--report", str(tmp_path)])
    assert ending == exit_codes.CONFORMS
    name = f"novavms-sdk {metadata.version('novavms-sdk')}"
    out = capsys.readouterr().out
    assert out.startswith(f"{name}: profile gate, 2 examples a property, seed 0\n\nAlerts (1/1)\n")
    assert out.endswith("Conforms: 4 pass\n")
    report: dict[str, Any] = json.loads((tmp_path / "report.json").read_text())
    assert report["run"]["target"] == name
    assert "sdk" in report["run"]["capabilities"]
    assert [row["id"] for row in report["rules"]] == ["AL-34", "SDK-01", "SDK-02", "SDK-09"]


def test_mutants_are_tried_and_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mutants = Path(__file__).parents[2] / "sdk" / "mutants"
    command = ["sdk", "--kill", str(mutants), "--mutants", "SDK-02", "--report", str(tmp_path)]
    assert cli.main(command) == exit_codes.CONFORMS
    assert "kill rate 100.0 %" in capsys.readouterr().out
    report = json.loads((tmp_path / "report.json").read_text())
    assert {row["breaks"][0] for row in report["mutants"]} == {"SDK-02"}
    found = [kill.Kill("SDK-02/x", ("SDK-02",), (), "survived")] * len(report["mutants"])
    monkeypatch.setattr(kill, "run", lambda *arguments, **options: iter(found))
    assert cli.main(command) == exit_codes.VIOLATIONS
    assert "survived         SDK-02/x" in capsys.readouterr().out
    assert cli.main([*command[:3], "--mutants", "EV-26"]) == exit_codes.USAGE_ERROR
    assert f"no mutant matches 'EV-26'; they are in {mutants}" in capsys.readouterr().err


def test_a_sample_of_the_generated_mutants_is_killed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mutants = Path(__file__).parents[2] / "sdk" / "mutants"
    some = ["--mutants", "SDK-15/*", "--mutants", "SDK-31/*", "--mutants", "SDK-6[37]/*"]
    command = ["sdk", "--kill", str(mutants), "--generated", *some, "--sample", "1", "--seed", "4"]
    assert cli.main([*command, "--report", str(tmp_path)]) == exit_codes.CONFORMS
    assert "kill rate 100.0 %" in capsys.readouterr().out
    report = json.loads((tmp_path / "report.json").read_text())
    assert {row["tried"] for row in report["operators"].values()} == {1}
    assert {"key", "field-lost", "cursor", "walk-end"} <= report["operators"].keys()
    assert report["undocumented"]["SDK/verb:sites.users"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--generated"], "--mutants, --generated and --sample need --kill"),
        (["--sample", "3"], "--mutants, --generated and --sample need --kill"),
        (["--kill", "mutants.py", "--sample", "3"], "--sample needs --generated"),
    ],
)
def test_options_that_need_another_one(options: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["sdk", *options]) == exit_codes.USAGE_ERROR
    assert message in capsys.readouterr().err
