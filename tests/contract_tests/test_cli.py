"""The command line: what it lists, what it refuses, and how it ends."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract_tests import catalogue, cli
from contract_tests.commands import exit_codes
from contract_tests.mutation import kill
from contract_tests.shared_target.ledger import Ledger
from tests.contract_tests import factories
from tests.contract_tests.test_runner import standin_checks
from tests.harness import Running

OWN = ("run", "sdk", "rules", "kill", "report", "docs", "clean")
CHECKS_TEXT = """
import pytest

from contract_tests.verdicts import Unavailable

@pytest.mark.rules("EV-26")
def test_holds(world, expect):
    expect("EV-26", world.anonymous.get("/healthz").is_(200), "200")

@pytest.mark.rules("EV-27")
def test_fails(world, expect):
    expect("EV-27", world.anonymous.get("/healthz").is_(418), "418")

@pytest.mark.rules("EV-28")
def test_is_wrong_itself(expect):
    {}["data"]

@pytest.mark.rules("EV-29")
def test_holds_too(expect):
    expect("EV-29", True, "it holds")

@pytest.mark.rules("EV-29")
def test_takes_the_moon(expect):
    raise Unavailable("there is no moon")

@pytest.mark.rules("AS-01")
def test_holds_where_it_is_decided_so(expect):
    expect("AS-01", True, "it holds")
"""


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Checks of which some pass, one fails, one is an error and one cannot run."""
    folder = tmp_path / "checks"
    folder.mkdir()
    standin_checks(monkeypatch, folder, CHECKS_TEXT)
    return folder


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return the one line that reports a mistake in usage."""
    try:
        code = cli.main(arguments)
    except SystemExit as ending:
        code = int(str(ending.code))
    captured = capsys.readouterr()
    assert code == exit_codes.USAGE_ERROR
    assert captured.out == ""
    assert re.fullmatch(r"novavms-contract.*\n", captured.err), captured.err
    return captured.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "required: COMMAND"),
        (["walk"], "invalid choice: 'walk'"),
        (["run", "nowhere"], "'nowhere' is neither a URL nor one of mock"),
        (["run", "mok"], "'mok' is neither a URL nor one of mock; did you mean mock?"),
        (["run", "http://127.0.0.1:1/api/v1"], "must be 'http://127.0.0.1:1'; leave out /api/v1"),
        (["run", "http://127.0.0.1:1/?x=1"], "must be an http or https URL without query and fragment"),
        (["run", "--rules", "XX-*"], "no rule of the API matches"),
        (["run", "--rules", "GW-94"], "`novavms-contract sdk` for the SDK"),
        (["sdk", "--rules", "GW-93"], "`novavms-contract run` for the API"),
        (["sdk", "--mutants", "SDK-*"], "--mutants, --generated and --sample need --kill"),
        (["sdk", "--kill", "no.py"], "no.py: FileNotFoundError"),
        (["sdk", "--kill", "x.py", "--rules", "SDK-01"], "--kill cannot be combined with --rules"),
        (["sdk", "--kill", "x.py", "--strict"], "--kill cannot be combined with --rules, --strict"),
        (["sdk", "--jobs", "0"], "'0' is not a whole number from 1 up"),
        (["run", "--seed", "seven"], "invalid int value: 'seven'"),
        (["run", "--jobs", "0"], "'0' is not a whole number from 1 up"),
        (["run", "--jobs", "-1"], "'-1' is not a whole number from 1 up"),
        (["run", "--examples", "many"], "'many' is not a whole number from 1 up"),
        (["run", "--profile", "slow"], "invalid choice: 'slow'"),
        (["run", "--only-strength", "certain"], "invalid choice: 'certain'"),
        (["run", "--config", "no.toml"], "no.toml"),
        (["run", "--json"], "--json needs --dry-run"),
        (["run", "--speed", "9"], "unrecognized arguments: --speed"),
        (["kill", "--mutants", "XX-*"], "no mutant matches 'XX-*'"),
        (["kill", "--mutants", "XX-*", "--mutants", "YY"], "no mutant matches 'XX-*' or 'YY'"),
        (["kill", "--jobs", "1.5"], "'1.5' is not a whole number from 1 up"),
        (["report", "no-such-folder"], "no-such-folder/journal.jsonl: No such file or directory"),
        (["clean", "--run", "ct1"], "run 'ct1' left nothing behind"),
        (["clean"], "required: --run"),
    ],
)
def test_a_mistake_in_usage_is_one_line(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert message in refusal(capsys, *arguments)


@pytest.mark.parametrize("command", [["run"], ["kill"], ["sdk"], ["sdk", "--kill", "x.py"]])
def test_a_report_folder_that_cannot_be_created_is_reported_before_the_run(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert "file: " in refusal(capsys, *command, "--report", str(tmp_path / "file"))


def test_a_mistake_in_the_target_file_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "targets.toml"
    path.write_text('[targets.a]\nbase_url = "http://127.0.0.1:1"\nwrite = false')
    assert "targets.a.write: is not one of" in refusal(capsys, "run", "a", "--config", str(path))


def test_rules_lists_every_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rules"]) == exit_codes.CONFORMS
    out = capsys.readouterr().out
    known = catalogue.load()
    assert {*re.findall(r"^([A-Z]+-\d+) ", out, flags=re.M)} == known.rules.keys()
    checked = [len(list(known.testable(sdk=sdk))) for sdk in (False, True)]
    assert f"{checked[0]} of the API" in out
    assert f"{checked[1]} of an SDK" in out
    assert sum(checked) + len(known.untested) == len(known.rules)


def test_rules_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rules", "--json"]) == exit_codes.CONFORMS
    rows = json.loads(capsys.readouterr().out)
    keys = ["id", "says", "source", "strength", "operation", "needs", "untested"]
    assert {tuple(row) for row in rows} == {tuple(keys)}
    assert [row["id"] for row in rows] == list(catalogue.load().rules)
    assert {row["id"] for row in rows if row["untested"]} == catalogue.load().untested.keys()


def test_a_run_of_the_mock_conforms_or_not(mixed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "out" / "deep"
    assert cli.main(["run", "--rules", "EV-26", "--report", str(folder)]) == exit_codes.CONFORMS
    assert "Conforms: 1 pass" in capsys.readouterr().out
    assert sorted(file.name for file in folder.iterdir()) == [
        *("ctrf.json", "journal.jsonl", "junit.xml", "report.html", "report.json", "summary.md")
    ]
    assert cli.main(["run", "--rules", "EV-2[67]", "--seed", "-4", "--jobs", "1"]) == exit_codes.VIOLATIONS
    out = capsys.readouterr().out
    assert out.startswith("mock: profile gate, 15 examples a property, seed -4\n\nEvents (1/2)\n")
    assert "EV-27 FAIL" in out
    assert "expected  418" in out
    assert "/healthz" in out


def test_an_error_of_the_suite_is_not_a_violation(mixed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run", "--rules", "EV-2[678]"]) == exit_codes.RUN_ERROR
    assert "ERROR: the suite or its connection failed" in capsys.readouterr().out


def test_what_was_not_tested_fails_a_run_that_must_be_complete(mixed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run", "--rules", "EV-26", "--rules", "EV-30"]) == exit_codes.CONFORMS
    assert "Not fully verified: 1 untested, 1 pass; nothing is known of EV-30" in capsys.readouterr().out
    assert cli.main(["run", "--rules", "EV-26", "--rules", "EV-30", "--require-complete"]) == exit_codes.VIOLATIONS


def test_a_check_that_our_own_mock_disables_fails_a_run_that_must_be_complete(
    mixed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["run", "--rules", "EV-2[69]"]) == exit_codes.CONFORMS
    assert "1 check could not run: there is no moon (1)\nConforms: 2 pass" in capsys.readouterr().out
    assert cli.main(["run", "--rules", "EV-2[69]", "--require-complete"]) == exit_codes.VIOLATIONS


def test_a_url_of_a_mock_of_ours_is_checked_through_its_control_plane(
    mixed: Path, shared: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    orgs = shared.control("GET", "/orgs")["total"]
    assert cli.main(["run", f"{shared.base_url}/", "--rules", "EV-26"]) == exit_codes.CONFORMS
    capitals = shared.base_url.replace("http://", "HTTP://")
    assert cli.main(["run", capitals, "--rules", "EV-26"]) == exit_codes.CONFORMS
    assert cli.main(["run", shared.base_url, "--rules", "EV-27"]) == exit_codes.VIOLATIONS
    assert shared.control("GET", "/orgs")["total"] == orgs


def test_decisions_of_this_project_are_checked_on_a_mock_of_ours_by_its_url_too(
    mixed: Path, shared: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["run", shared.base_url, "--rules", "AS-01", "--rules", "EV-26"]) == exit_codes.CONFORMS
    out = capsys.readouterr().out
    assert out.endswith("\nConforms: 2 pass\n")
    assert "decision" not in out


def test_decisions_of_this_project_are_not_checked_on_a_target_of_the_file(
    mixed: Path, shared: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "targets.toml"
    path.write_text(f'[targets.a]\nbase_url = "{shared.base_url}"\ncontrol = true')
    target = ["run", "a", "--config", str(path)]
    assert cli.main([*target, "--rules", "AS-01", "--rules", "EV-26", "--report", str(tmp_path)]) == exit_codes.CONFORMS
    assert (
        "1 decision of this project (strength assumed) not checked: they apply to our own mock only"
        in capsys.readouterr().out
    )
    assert json.loads((tmp_path / "report.json").read_text())["run"]["left_out"] == ["AS-01"]
    assert "only decisions of this project match" in refusal(capsys, *target, "--rules", "AS-*")


def test_a_report_is_printed_and_written_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    factories.write_journal(tmp_path, factories.run(), factories.lines(), complete=False)
    assert cli.main(["report", str(tmp_path)]) == exit_codes.CONFORMS
    assert "INCOMPLETE: " in capsys.readouterr().out
    assert json.loads((tmp_path / "report.json").read_text())["run"]["complete"] is False


def test_kill_reports_every_mutant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [kill.Kill("EV-26/ten", ("EV-26",), ("EV-26",), "killed")]
    monkeypatch.setattr(kill, "run", lambda *arguments, **options: iter(found))
    monkeypatch.setattr(kill, "matching", lambda pattern, known: found)
    assert cli.main(["kill", "--mutants", "EV-26/*", "--report", str(tmp_path)]) == exit_codes.CONFORMS
    assert "kill rate 100.0 %" in capsys.readouterr().out
    assert json.loads((tmp_path / "report.json").read_text())["totals"]["killed"] == 1
    assert "<h1>Every mutant is killed</h1>" in (tmp_path / "report.html").read_text()
    found.append(kill.Kill("EV-27/x", ("EV-27",), (), "survived"))
    assert cli.main(["kill", "--mutants", "EV-26/*"]) == exit_codes.VIOLATIONS
    out = capsys.readouterr().out
    assert re.search(r"^survived +EV-27/x", out, flags=re.M)
    assert "kill rate 50.0 %" in out


def test_a_kill_rate_is_rounded_down(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    found = [kill.Kill("EV-26/ten", ("EV-26",), ("EV-26",), "killed")] * 1999
    found.append(kill.Kill("EV-27/x", ("EV-27",), (), "survived"))
    monkeypatch.setattr(kill, "run", lambda *arguments, **options: iter(found))
    monkeypatch.setattr(kill, "matching", lambda pattern, known: found)
    assert cli.main(["kill", "--mutants", "EV-26/*"]) == exit_codes.VIOLATIONS
    assert "kill rate 99.9 %" in capsys.readouterr().out


def test_an_interrupted_kill_run_reports_what_it_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **options: object) -> Iterator[kill.Kill]:
        yield kill.Kill("EV-26/ten", ("EV-26",), ("EV-26",), "killed")
        raise KeyboardInterrupt

    monkeypatch.setattr(kill, "run", interrupted)
    assert cli.main(["kill", "--mutants", "EV-26/*", "--report", str(tmp_path)]) == exit_codes.RUN_ERROR
    captured = capsys.readouterr()
    assert captured.out.startswith("1 killed")
    assert "interrupted: 1 of " in captured.err
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["complete"] is False
    assert report["totals"]["killed"] == 1
    assert "exit code <b>3</b>" in (tmp_path / "report.html").read_text()


def test_a_reader_that_stops_reading_is_no_error() -> None:
    command = f"{sys.executable} -m contract_tests rules --json | head -c 10"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.returncode == 0


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    out = capsys.readouterr().out
    assert all(f"\n    {command} " in out for command in OWN)
    assert "exit codes: 0 conforms, 1 violations" in out


def test_a_file_that_is_not_a_ledger_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = Ledger.start("ct1", "a", tmp_path / "targets.toml")
    ledger.path.write_text("{}\n")
    assert "is not a ledger" in refusal(capsys, "clean", "--run", "ct1")
