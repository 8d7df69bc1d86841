"""How the command ``sdk`` ends: its exit code and the headline that it prints say the same, whatever was found."""

import pytest

from contract_tests import cli, runner
from contract_tests.commands.exit_codes import CONFORMS, RUN_ERROR, VIOLATIONS
from contract_tests.runner import RunResult
from tests.contract_tests import factories

#: A stated rule, an example.
STATED, EXAMPLE = "SDK-09", "SDK-41"


def found(*verdicts: str) -> RunResult:
    """Return what a run has found of the stated rule, and then of the example."""
    pairs = zip((STATED, EXAMPLE), verdicts, strict=True)
    findings = [factories.finding(rule, verdict, actual="why") for rule, verdict in pairs]
    lines = [factories.line(each, check=each["rule"]) for each in findings]
    return RunResult(lines, complete=True)


@pytest.mark.parametrize(
    ("result", "options", "code", "headline"),
    [
        (found("pass", "pass"), [], CONFORMS, "Conforms: 2 pass"),
        (found("pass", "fail"), [], CONFORMS, "Conforms: 1 pass; 1 rule that does not decide fails: SDK-41"),
        (found("pass", "fail"), ["--strict"], VIOLATIONS, "VIOLATED: 1 pass, 1 fail"),
        (found("fail", "pass"), [], VIOLATIONS, "VIOLATED: 1 pass, 1 fail"),
        (found("disabled", "pass"), [], CONFORMS, "Not fully verified: 1 disabled, 1 pass"),
        (found("disabled", "pass"), ["--require-complete"], VIOLATIONS, "Not complete"),
        (found("fail", "error"), [], RUN_ERROR, "ERROR: the suite or its connection failed; 1 fail, 1 error"),
        (RunResult([], complete=False), [], RUN_ERROR, "INCOMPLETE: the run was stopped"),
        (RunResult([], complete=False, crash="killed"), [], RUN_ERROR, "INCOMPLETE: the run was stopped"),
    ],
)
def test_exit_code_and_headline_agree(
    result: RunResult,
    options: list[str],
    code: int,
    headline: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(runner, "run", lambda *arguments: result)
    assert cli.main(["sdk", "--rules", STATED, "--rules", EXAMPLE, *options]) == code
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith(headline)]
    assert line
