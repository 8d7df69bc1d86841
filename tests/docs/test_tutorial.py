"""The commands of docs/tutorial.md, run one after another as a new user does, print what it says."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from docs_tools import tutorial
from tests.process import serve


@pytest.mark.slow
def test_a_bug_is_caught_as_shown(tmp_path: Path) -> None:
    if missing := [tool for tool in ("sh", "curl", "grep") if shutil.which(tool) is None]:
        pytest.skip(f"{missing[0]} is not installed")
    steps = [step for step in tutorial.steps() if step.output]
    assert len(steps) == len(tutorial.steps()) - 3 == tutorial.PAGE.read_text(encoding="utf-8").count("```text\n")
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    (options,) = (one.commands.split()[2:] for one in tutorial.steps() if one.commands.startswith("novavms-mock serve"))
    with serve(tmp_path, *options) as served:
        base_url = served.ready["base_url"]
        for step in steps:
            command = ["sh", "-c", step.commands.replace(tutorial.SHOWN, base_url)]
            done = subprocess.run(
                command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False
            )
            assert step.prints(done.stdout.replace(base_url, tutorial.SHOWN)), done.stdout + done.stderr
