"""What some rules demand, by their ids; and a target of a file that has others."""

import json
import re
from pathlib import Path

import pytest

from contract_tests import cli
from contract_tests.commands import exit_codes


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return the line that says what is wrong with a command."""
    assert cli.main(list(arguments)) == exit_codes.USAGE_ERROR
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    return line


def test_rules_says_what_some_rules_demand(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rules", "GW-52", "AS-4[78]"]) == exit_codes.CONFORMS
    ids = re.findall(r"^([A-Z]+-\d+) +\w+ +\w", capsys.readouterr().out, flags=re.M)
    assert sorted(ids) == ["AS-47", "AS-48", "GW-52"]
    assert cli.main(["rules", "GW-52", "--json"]) == exit_codes.CONFORMS
    assert [rule["id"] for rule in json.loads(capsys.readouterr().out)] == ["GW-52"]
    assert "no rule matches GW-999; `novavms-contract rules` lists them" in refused(capsys, "rules", "GW-999")


def test_a_target_needs_no_secrets_of_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "targets.toml"
    head = "[targets.{0}]\nbase_url = 'http://127.0.0.1:1'\n[targets.{0}.actors]\nadmin = {{ token = '{1}' }}\n"
    path.write_text(head.format("staging", "env:NOT_SET") + head.format("local", "sk_live_local"))
    assert "targets.staging.actors.admin" in refused(capsys, "run", "staging", "--config", str(path))
    assert "one of mock, staging, local; did you mean" in refused(capsys, "run", "locale", "--config", str(path))
    assert cli.main(["run", "local", "--config", str(path)]) == exit_codes.RUN_ERROR
    assert "Connection refused" in capsys.readouterr().err
