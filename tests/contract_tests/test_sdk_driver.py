"""``novavms-contract sdk --driver``: the driver of the Python SDK, and drivers that fail."""

import json
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from contract_tests import catalogue, cli, outcomes, runner
from contract_tests.commands import exit_codes
from contract_tests.outcomes import Outcome
from contract_tests.plan import Driver, Plan
from contract_tests.sdk import driver_process
from contract_tests.verdicts import Verdict

PYTHON = (sys.executable, "-m", "contract_tests.python_driver")
#: A driver of an SDK that has nothing, which does something when it is asked to make a client.
EMPTY = """
import json, os, sys, time
HELLO = {"protocol": 1, "language": "none", "name": "nothing", "version": "0.1", "verbs": ["sites.list"],
         "options": ["api_key", "base_url"], "capabilities": ["fake_sleep", "mutants"]}
mutant = None
for line in sys.stdin:
    request = json.loads(line)
    method = request["method"]
    def say(result): print(json.dumps({"id": request["id"], "result": result}), flush=True)
    if method == "hello": say(HELLO)
    elif method == "make_client": MAKE
    elif method == "mutate": mutant = request["mutant"]; say({})
    else: say({})
"""


def of_driver(driver: Driver | None, *rules: str) -> dict[str, Outcome]:
    """Return the outcomes of rules on the SDK of a driver, or on the installed one."""
    found = runner.run(Plan(rules=rules, sdk=True, examples=1, driver=driver), jobs=1)
    assert found.crash is None
    known = catalogue.load().rules
    return {outcome.rule.id: outcome for outcome in outcomes.fold(found.lines, [known[rule] for rule in rules])}


def empty(folder: Path, make: str) -> str:
    """Write a driver that does this when it is asked to make a client, and return its command."""
    path = folder / "driver.py"
    path.write_text(EMPTY.replace("MAKE", make))
    return shlex.join([sys.executable, str(path)])


@pytest.mark.slow
def test_the_verdicts_over_the_driver_are_those_in_process() -> None:
    rules = ("SDK-14", "SDK-16", "SDK-17", "SDK-41", "SDK-42", "SDK-43", "SDK-62", "SDK-74")
    driver = Driver(PYTHON, Path.cwd(), driver_process.introduced(PYTHON, Path.cwd()))
    found, in_process = of_driver(driver, *rules, "SDK-08"), of_driver(None, *rules)
    assert {rule: found[rule].verdict for rule in rules} == {rule: in_process[rule].verdict for rule in rules}
    assert {found[rule].verdict for rule in rules} == {Verdict.PASS}
    assert all(found[rule].expectations_met for rule in rules)
    assert found["SDK-08"].verdict is Verdict.DISABLED
    assert found["SDK-08"].reasons == ("looks at Python itself, and a driver calls the SDK",)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        ("sys.exit(4)", "ended without answering make_client, with exit code 4"),
        ("print('oops', flush=True)", "answered make_client with oops, which is no JSON"),
    ],
)
def test_a_driver_that_fails_is_an_error_of_the_run(
    make: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "out"
    command = ["sdk", "--driver", empty(tmp_path, make), "--rules", "SDK-09", "--report", str(report)]
    assert cli.main(command) == exit_codes.RUN_ERROR
    out = capsys.readouterr().out
    assert "ERROR: the suite or its connection failed" in out
    assert out.startswith("nothing 0.1 (none): profile gate")
    (rule,) = json.loads((report / "report.json").read_text())["rules"]
    assert rule["verdict"] == "error"
    assert message in rule["failure"]["actual"]
    assert "\n" not in rule["failure"]["actual"]


def test_a_client_that_cannot_be_made_is_the_sdks_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make = """say({"raised": {"classes": ["KeyError"], "shown": "no sk_live_abcdefghijkl"}})"""
    command = empty(tmp_path, make)
    assert cli.main(["sdk", "--driver", command, "--rules", "SDK-09"]) == exit_codes.VIOLATIONS
    out = capsys.readouterr().out
    assert f"repeat    novavms-contract sdk --rules SDK-09 --seed 0 --driver {shlex.quote(command)}" in out
    assert "VIOLATED: 1 fail" in out
    assert "actual    KeyError('no sk_l…')" in out


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("no-such-program x", "the driver 'no-such-program x' cannot be started: No such file or directory"),
        ("", "--driver: is empty, and must be a command such as 'node driver.mjs'"),
        ("node 'x", """--driver "node 'x": No closing quotation"""),
        ("true", "the driver 'true' ended without answering hello, with exit code 0"),
        ("echo hi", "the driver 'echo hi' answered hello with hi, which is no JSON"),
    ],
)
def test_a_driver_that_cannot_be_started(command: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["sdk", "--driver", command]) == exit_codes.USAGE_ERROR
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", f"novavms-contract: {message}\n")


def test_a_client_of_one_kind_is_checked_once(tmp_path: Path) -> None:
    command = tuple(shlex.split(empty(tmp_path, 'say({"client": "c"})')))
    hello: dict[str, Any] = driver_process.introduced(command, tmp_path)
    found = of_driver(Driver(command, tmp_path, hello), "SDK-30", "SDK-10", "SDK-18")
    assert found["SDK-30"].verdict is Verdict.FAIL
    assert len(found["SDK-30"].failures) == 1
    assert found["SDK-10"].verdict is Verdict.DISABLED
    assert "the driver has no second kind of client, which is awaited" in found["SDK-10"].reasons
    assert "the client does not show which URL it calls by default" in found["SDK-18"].reasons


def test_an_sdk_is_named_without_secrets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = empty(tmp_path, 'say({"client": "c"})')
    path = tmp_path / "driver.py"
    path.write_text(path.read_text().replace('"0.1"', '"sk_live_abcdefghijkl\\u202e"'))
    cli.main(["sdk", "--driver", command, "--rules", "SDK-16"])
    shown = capsys.readouterr().out
    assert r"\u202e (none): profile gate" in shown
    assert "sk_live_abcdefghijkl" not in shown


def test_mutants_are_activated_by_the_driver(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make = """say({"client": "c"} if mutant == "any" else {"raised": {"classes": ["E"]}})"""
    table = tmp_path / "mutants.toml"
    table.write_text('[[mutant]]\nid = "SDK-16/any"\nmutant = "any"\n')
    command = ["sdk", "--driver", empty(tmp_path, make), "--kill", str(table), "--jobs", "1"]
    assert cli.main(command) == exit_codes.CONFORMS
    assert "1 killed, 0 survived" in capsys.readouterr().out


def test_a_mutant_that_cannot_be_activated_is_an_error_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = empty(tmp_path, 'say({"client": "c"})')
    path = tmp_path / "driver.py"
    path.write_text(path.read_text().replace('mutant = request["mutant"]', 'sys.exit("no line to change")'))
    table = tmp_path / "mutants.toml"
    table.write_text('[[mutant]]\nid = "SDK-16/any"\n')
    assert cli.main(["sdk", "--driver", command, "--kill", str(table), "--jobs", "1"]) == exit_codes.VIOLATIONS
    shown = re.sub(r"the driver '.+' ended", "the driver ended", capsys.readouterr().out)
    assert "ended without answering mutate, with exit code 1; its standard error ends: no line to change" in shown


@pytest.mark.parametrize(
    ("capabilities", "options", "message"),
    [
        ("[]", ["--kill", "x.toml"], "does not have the capability mutants"),
        ('["mutants"]', ["--kill", "x.toml", "--generated"], "--generated cannot be combined with --driver"),
        ('["mutants"]', ["--kill", "x.py"], "with --driver it must be a table of mutants"),
        ('["mutants"]', ["--mutants", "x"], "--mutants, --generated and --sample need --kill"),
    ],
)
def test_options_that_do_not_fit_a_driver(
    capabilities: str, options: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = empty(tmp_path, "say({})")
    path = tmp_path / "driver.py"
    path.write_text(path.read_text().replace('["fake_sleep", "mutants"]', capabilities))
    assert cli.main(["sdk", "--driver", command, *options]) == exit_codes.USAGE_ERROR
    assert message in capsys.readouterr().err


def test_the_driver_of_the_page_is_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "sdk-driver.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```py\n(.+?)^```", page, flags=re.M | re.S)
    path = tmp_path / "driver.py"
    path.write_text(shown, encoding="utf-8")
    rules = [word for rule in ("SDK-09", "SDK-19", "SDK-21") for word in ("--rules", rule)]
    command = ["sdk", "--driver", shlex.join([sys.executable, str(path)]), *rules, "--examples", "1"]
    assert cli.main(command) == exit_codes.CONFORMS
    out = capsys.readouterr().out
    assert out.startswith("small-client 0.1 (python): profile gate")
    assert "the driver does not fake the pauses between tries" in " ".join(out.split())
    assert "nothing is known of SDK-21" in out


@pytest.mark.slow
def test_a_client_by_another_author_is_blamed_for_nothing() -> None:
    command = (sys.executable, str(Path(__file__).parent / "sdk" / "other_client.py"))
    driver = Driver(command, Path.cwd(), driver_process.introduced(command, Path.cwd()))
    own = ("SDK-09", "SDK-24", "SDK-27", "SDK-33", "SDK-55", "SDK-64", "SDK-69", "EV-94", "AL-34")
    found = of_driver(driver, *own)
    assert {rule: found[rule].failures for rule in own} == dict.fromkeys(own, ())
    assert {found[rule].verdict for rule in own} == {Verdict.PASS}
