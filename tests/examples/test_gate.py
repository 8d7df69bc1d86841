"""The worked example of a release gate, and the action: their shell steps end as documented."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.harness import Running, running

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "gate"
MUTANT = "EV-26/default-10"
UNTIL = re.compile(r"^until = .*$", re.MULTILINE)
DOCUMENTED = dict(re.findall(r"^\| ([a-z ]+) \| .* \| (\d) \|$", (EXAMPLE / "README.md").read_text(), re.MULTILINE))
#: For each outcome whether the mock is broken, in how many days waivers end (None: there are none), the rule, a part of
#: the headline. Another one, new, is what the action is tried with.
OUTCOMES: dict[str, tuple[bool, int | None, str, str]] = {
    "clean": (False, None, "EV-26", "Conforms: 1 pass"),
    "known": (True, 1, "EV-26", "waived: EV-26"),
    "expired": (True, -1, "EV-26", "VIOLATED: 1 fail; the waiver of EV-26 has expired"),
    "stale": (False, 1, "EV-26", "WAIVERS OUT OF DATE: 1 pass"),
    "not observed": (False, 1, "WH-29", "Nothing verified: 1 disabled"),
    "flaky": (False, None, "EV-26", "failed once and held when tried again: EV-26"),
}


@contextmanager
def target(*, broken: bool, flaky: bool) -> Iterator[Running]:
    with running(mutants=(MUTANT,) * broken, strict_responses=not broken) as mock:
        if flaky:
            mock.control("POST", "/faults", json={"operation": "listEvents", "status": 500, "times": 1})
        yield mock


def environment(folder: Path, **variables: str) -> dict[str, str]:
    commands = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": commands, "XDG_STATE_HOME": str(folder), **variables}


@pytest.mark.slow
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_gate_ends_with_the_documented_exit_code(outcome: str, tmp_path: Path) -> None:
    broken, days, rule, headline = OUTCOMES[outcome]
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "gate"))
    file = folder / "waivers.toml"
    until = date.today() + timedelta(days or 0)  # noqa: DTZ011
    file.write_text("" if days is None else UNTIL.sub(f"until = {until}", file.read_text(encoding="utf-8")))
    (command,) = yaml.safe_load((EXAMPLE / "gitlab.yml").read_text(encoding="utf-8"))["gate"]["script"]
    with target(broken=broken, flaky=outcome == "flaky") as mock:
        variables = environment(tmp_path, TARGET=mock.base_url, OPTIONS=f"--rules {rule} --jobs 1")
        done = subprocess.run(command, shell=True, cwd=folder, env=variables, capture_output=True, text=True)
    assert headline in done.stdout, done.stdout + done.stderr
    assert done.returncode == int(DOCUMENTED[outcome])
    states = {row["state"] for row in json.loads((folder / "out" / "report.json").read_text())["waivers"]}
    assert states >= ({outcome} & {"expired", "stale", "not observed"})


def test_every_outcome_is_documented() -> None:
    assert DOCUMENTED.keys() == OUTCOMES.keys() | {"new"}


@pytest.fixture(scope="module")
def action() -> Any:
    return yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_the_action_annotates_writes_the_summary_and_sets_outputs(action: Any, tmp_path: Path) -> None:
    steps = {step.get("id"): step for step in action["runs"]["steps"]}
    files = {name: str(tmp_path / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    with target(broken=True, flaky=False) as mock:
        given = {"target": mock.base_url, "options": "--rules EV-26 --jobs 1"}
        inputs = {name: given.get(name, described["default"]) for name, described in action["inputs"].items()}
        named = {name: inputs[text.removeprefix("${{ inputs.")[:-3]] for name, text in steps["run"]["env"].items()}
        variables = environment(tmp_path, **named, **files)
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", steps["run"]["run"]]
        done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True)
    assert done.returncode == int(DOCUMENTED["new"]), done.stderr
    assert "::error title=EV-26::" in done.stdout
    assert "## EV-26 fail" in (tmp_path / "GITHUB_STEP_SUMMARY").read_text()
    outputs = dict(line.split("=") for line in (tmp_path / "GITHUB_OUTPUT").read_text().splitlines())
    assert outputs == {"exit-code": "1", "failed": "1"}
    assert {f"${{{{ steps.run.outputs.{name} }}}}" for name in outputs} <= {
        each["value"] for each in action["outputs"].values()
    }


def test_no_step_of_the_action_puts_an_input_into_its_script(action: Any) -> None:
    assert not [step for step in action["runs"]["steps"] if "${{" in step.get("run", "")]
    upload = action["runs"]["steps"][-1]
    assert upload["if"] == "always()"


def test_the_workflow_gives_inputs_that_the_action_has(action: Any) -> None:
    workflow = yaml.safe_load((EXAMPLE / "github.yml").read_text(encoding="utf-8"))
    (used,) = [step for step in workflow["jobs"]["gate"]["steps"] if step["uses"] == "./contract"]
    assert used["with"].keys() <= action["inputs"].keys()
