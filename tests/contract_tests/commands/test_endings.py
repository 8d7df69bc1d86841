"""How the command ``run`` ends, from each of its causes: the exit code, and the headline or the line on stderr."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

import contract_tests
from contract_tests import catalogue, cli, runner
from contract_tests.commands import options
from contract_tests.commands.exit_codes import CONFORMS, RUN_ERROR, USAGE_ERROR, VIOLATIONS
from contract_tests.gate import waivers
from contract_tests.runner import Progress
from contract_tests.shared_target import cleanup
from tests.contract_tests.test_runner import standin_checks
from tests.harness import Running

ROOT = Path(__file__).parents[3]
CHECKS_TEXT = """
import os
from pathlib import Path
import pytest

from contract_tests.actors import NotReached, Outage

@pytest.mark.rules("EV-26")
def test_holds(world, expect):
    expect("EV-26", True, "it holds")

@pytest.mark.rules("EV-27")
def test_fails(world, expect):
    expect("EV-27", world.anonymous.get("/healthz").is_(418), "418")

@pytest.mark.rules("EV-33")
def test_fails_once(request, expect):
    tries = request.config.__dict__
    tries["count"] = tries.get("count", 0) + 1
    expect("EV-33", tries["count"] > 1, "it holds")

@pytest.mark.rules("EV-28")
def test_is_wrong_itself(expect):
    {}["data"]

@pytest.mark.rules("EV-29")
def test_ends_its_process(expect):
    os._exit(9)

@pytest.mark.rules("EV-34")
def test_is_in_the_way_of_the_report(expect):
    (Path(os.environ["XDG_STATE_HOME"]).parent / "full" / "summary.md").mkdir()
    expect("EV-34", True, "it holds")

@pytest.mark.rules("EV-31")
def test_is_not_reached():
    raise NotReached("the connection was lost")

@pytest.mark.rules("EV-32")
def test_meets_an_outage():
    raise Outage("the target no longer answers")
"""
TARGETS = """
[targets.mock-of-ours]
base_url = "{url}"
control = true
[targets.refused]
base_url = "{url}"
actors.owner.token = "sk_live_no_such_key"
[targets.shared]
base_url = "{url}"
actors.owner.token = "{token}"
[targets.no-actors]
base_url = "{url}"
[targets.behind-a-proxy]
base_url = "http://192.0.2.1"
proxy = "http://127.0.0.1:1"
actors.owner.token = "sk_live_no_such_key"
[targets.down]
base_url = "http://127.0.0.1:1"
actors.owner.token = "sk_live_no_such_key"
[targets.elsewhere]
base_url = "{url}/elsewhere"
actors.owner.token = "sk_live_no_such_key"
"""
WAIVERS = """
[[waiver]]
rule = "EV-26"
check = "test_standins.py::test_holds"
signature = "0f1e2d3c4b5a"
owner = "media"
reason = "fixed in 1.2"
until = 2999-01-01
"""
FILE = ("--config", "{folder}/targets.toml")
HOLDS, FAILS, IS_WRONG, CRASHES, HAS_NO_CHECK, IS_LOST, IS_DOWN, IS_FLAKY, IS_IN_THE_WAY = (
    ("--rules", f"EV-{number}") for number in (26, 27, 28, 29, 30, 31, 32, 33, 34)
)
#: Arguments, exit code, beginning of the headline.
HEADLINES = [
    (HOLDS, CONFORMS, "Conforms: 1 pass"),
    (("{URL}", *HOLDS), CONFORMS, "Conforms: 1 pass"),
    (("mock-of-ours", "--config", "{folder}/bom.toml", *HOLDS), CONFORMS, "Conforms: 1 pass"),
    (
        ("mock-of-ours", *FILE, *HOLDS, *FAILS),
        CONFORMS,
        "Conforms: 1 pass; 1 rule that does not decide fails: EV-27",
    ),
    (
        ("mock-of-ours", *FILE, *HOLDS, *FAILS, "--fail-fast"),
        CONFORMS,
        "Conforms: 1 pass; 1 rule that does not decide fails: EV-27",
    ),
    (
        (*HOLDS, *HAS_NO_CHECK, "--budget", "0.0001"),
        CONFORMS,
        "Not fully verified: 1 untested, 1 disabled; nothing is known of EV-26, EV-30",
    ),
    ((*HOLDS, "--budget", "5"), CONFORMS, "Conforms: 1 pass"),
    (
        (*HOLDS, "--budget", "0.0001", "--require-complete"),
        VIOLATIONS,
        "Not complete, which --require-complete demands: 1 disabled; nothing is known of EV-26",
    ),
    ((*HOLDS, *HAS_NO_CHECK), CONFORMS, "Not fully verified: 1 untested, 1 pass; nothing is known of EV-30"),
    (("mock-of-ours", *FILE, *FAILS), CONFORMS, "Nothing verified: 0 pass; 1 rule that does not decide fails: EV-27"),
    ((*HOLDS, *FAILS), VIOLATIONS, "VIOLATED: 1 pass, 1 fail"),
    ((*FAILS, "--fail-fast"), VIOLATIONS, "VIOLATED: 1 fail; stopped at the first violation"),
    (("mock-of-ours", *FILE, *HOLDS, *FAILS, "--strict"), VIOLATIONS, "VIOLATED: 1 pass, 1 fail"),
    (
        (*HOLDS, *IS_FLAKY),
        CONFORMS,
        "Conforms: 1 pass, 1 flaky; failed once and held when tried again: EV-33",
    ),
    (
        (*HOLDS, *IS_FLAKY, "--strict"),
        VIOLATIONS,
        "FLAKY, which decides with --strict: 1 pass, 1 flaky; failed once and held when tried again: EV-33",
    ),
    ((*IS_FLAKY, "--fail-fast"), CONFORMS, "Nothing verified: 1 flaky; failed once and held when tried again: EV-33"),
    (
        (*HAS_NO_CHECK, "--require-complete"),
        VIOLATIONS,
        "Not complete, which --require-complete demands: 1 untested; nothing is known of EV-30",
    ),
    (
        (*HOLDS, "--waivers", "{folder}/waivers.toml"),
        VIOLATIONS,
        "WAIVERS OUT OF DATE: 1 pass; the waiver of EV-26 is stale, as its check holds",
    ),
    ((*HOLDS, "--waivers", "{folder}/waivers.toml", "--allow-stale-waivers"), CONFORMS, "Conforms: 1 pass"),
    (
        (*HOLDS, *HAS_NO_CHECK, "--min-decided", "60%"),
        VIOLATIONS,
        "TOO LITTLE DECIDED: 1 untested, 1 pass; 1 of 2 stated rules (50.0 %) decided, 60 % demanded",
    ),
    (
        (*HAS_NO_CHECK, "--decided-like", "{folder}/report.json"),
        VIOLATIONS,
        "TOO LITTLE DECIDED: 1 untested; decided before and not now: EV-30",
    ),
    ((*FAILS, *IS_WRONG), RUN_ERROR, "ERROR: the suite or its connection failed; 1 fail, 1 error"),
    (
        (*HOLDS, *IS_LOST),
        RUN_ERROR,
        "NOT REACHED, because of the network: 1 not reached, 1 pass; 1 check could not run",
    ),
    (IS_DOWN, RUN_ERROR, "UNREACHABLE: the target stopped answering; so far 1 not reached"),
    (
        ("shared", *FILE, *HOLDS, "--strict"),
        RUN_ERROR,
        "NOT REMOVED: the run has left something on the target; 1 disabled; 1 object of run ct1 not removed",
    ),
    (
        (*IS_IN_THE_WAY, "--report", "{folder}/full"),
        RUN_ERROR,
        "NOT WRITTEN: a part of the report is missing; 1 pass",
    ),
    (CRASHES, RUN_ERROR, "INCOMPLETE: the run was stopped; so far 1 untested"),
]
#: Arguments, exit code, a part of the one line on stderr.
LINES = [
    (("--speed", "9"), USAGE_ERROR, "unrecognized arguments: --speed"),
    (("--budget", "0"), USAGE_ERROR, "'0' is not a number of minutes, such as 5 or 0.5"),
    (("--budget", "soon"), USAGE_ERROR, "'soon' is not a number of minutes, such as 5 or 0.5"),
    (("--budget", "5", "--dry-run"), USAGE_ERROR, "leave out one of them"),
    (("mok",), USAGE_ERROR, "'mok' is neither a URL nor one of mock; did you mean mock?"),
    (("--rules", "XX-*"), USAGE_ERROR, "no rule of the API matches"),
    (("{url}/api/v1",), USAGE_ERROR, "leave out /api/v1"),
    (("a", "--config", "{folder}/misspelt.toml"), USAGE_ERROR, "targets.a.write: is not one of "),
    (("a", "--config", "{folder}/no.toml"), USAGE_ERROR, "no.toml"),
    (("--waivers", "{folder}/no.toml"), USAGE_ERROR, "no.toml: No such file or directory"),
    (("--decided-like", "{folder}/targets.toml"), USAGE_ERROR, "not the report.json of a run"),
    (("--since", "{folder}/targets.toml"), USAGE_ERROR, "targets.toml: not the report.json of a run"),
    (("refused", *FILE), USAGE_ERROR, "the token of actor owner was refused with 401; give a valid one"),
    (("no-actors", *FILE), USAGE_ERROR, "no actors; name their tokens in [targets.NAME.actors]"),
    (("behind-a-proxy", *FILE), USAGE_ERROR, "; start the proxy, or change the target file"),
    (("down", *FILE), RUN_ERROR, "http://127.0.0.1:1/api/v1/events?limit=1: ConnectError: "),
    (("elsewhere", *FILE), RUN_ERROR, "actor owner got 404 "),
    ((*IS_IN_THE_WAY, "--report", "{folder}/full"), RUN_ERROR, "summary.md could not be written: summary.md is a"),
    (("--report", "{folder}/device"), USAGE_ERROR, "device: report.json is a device or pipe, not a file"),
]


@pytest.fixture
def filled(tmp_path: Path, shared: Running, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the arguments of a run can name, in a catalogue in which EV-27 is derived: it does not decide.

    What a run creates on a target without a control plane is not removed.
    """
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "checks").mkdir()
    standin_checks(monkeypatch, tmp_path / "checks", CHECKS_TEXT)
    monkeypatch.setattr(waivers, "_known_checks", lambda: {"test_standins.py::test_holds"})
    rules = cast("dict[str, catalogue.Rule]", catalogue.load().rules)
    monkeypatch.setitem(rules, "EV-27", replace(rules["EV-27"], strength="derived"))
    monkeypatch.setattr(options, "new_run_id", lambda: "ct1")
    monkeypatch.setattr(cleanup, "remove_all", lambda *_: ["/api/v1/alert-rules/1"])
    token = shared.org().described["actors"]["owner"]["token"]
    targets = TARGETS.replace("{url}", shared.base_url).replace("{token}", token)
    (tmp_path / "targets.toml").write_text(targets)
    (tmp_path / "bom.toml").write_text(targets, encoding="utf-8-sig")
    (tmp_path / "misspelt.toml").write_text(f'[targets.a]\nbase_url = "{shared.base_url}"\nwrite = false')
    (tmp_path / "waivers.toml").write_text(WAIVERS)
    facts = {"started_at": "2026-01-01T00:00:00Z", "target": "x", "versions": {"suite": contract_tests.__version__}}
    decided = {"id": "EV-30", "verdict": "pass", "decides": True}
    (tmp_path / "report.json").write_text(json.dumps({"run": facts, "rules": [decided]}))
    (tmp_path / "device").mkdir()
    (tmp_path / "device" / "report.json").symlink_to("/dev/full")
    return {"folder": str(tmp_path), "url": shared.base_url, "URL": shared.base_url.replace("http:", "HTTP:")}


def ended(arguments: tuple[str, ...], filled: dict[str, str]) -> int:
    try:
        return cli.main(["run", *(argument.format(**filled) for argument in arguments)])
    except SystemExit as ending:
        return int(str(ending.code))


@pytest.mark.parametrize(("arguments", "code", "headline"), HEADLINES, ids=lambda value: str(value)[:40])
def test_a_run_ends_with_a_headline_and_its_exit_code(
    arguments: tuple[str, ...],
    code: int,
    headline: str,
    filled: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert ended(arguments, filled) == code
    assert capsys.readouterr().out.splitlines()[-1] == headline


def test_a_run_that_is_interrupted_ends_with_a_headline(
    filled: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> Iterator[Progress]:
        raise KeyboardInterrupt

    monkeypatch.setattr(runner, "_progress", interrupted)
    assert ended(HOLDS, filled) == RUN_ERROR
    assert capsys.readouterr().out.splitlines()[-1] == "INCOMPLETE: the run was stopped; so far 1 untested"


@pytest.mark.parametrize(("arguments", "code", "part"), LINES, ids=lambda value: str(value)[:40])
def test_what_keeps_a_run_from_its_end_is_one_line(
    arguments: tuple[str, ...], code: int, part: str, filled: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(arguments, filled) == code
    assert re.fullmatch(rf"novavms-contract\b[^\n]*{re.escape(part)}[^\n]*\n", capsys.readouterr().err)


def test_every_row_of_the_page_is_tried() -> None:
    table = re.findall(
        r"^\| (\d) \| (?:`(.+?) …`)? ?\|",
        (ROOT / "docs" / "how-to" / "checking-a-server.md").read_text(encoding="utf-8"),
        flags=re.M,
    )
    tried = [(code, headline) for _, code, headline in HEADLINES] + [(code, "") for _, code, _ in LINES]
    assert len(table) == 16
    for code, begins in table:
        assert [one for one in tried if one[0] == int(code) and one[1].startswith(begins)], (code, begins)
        assert not [one for one in tried if begins and one[0] != int(code) and one[1].startswith(begins)]
