"""The tutorial's commands, run one after another as a new user does, print what it says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.process import serve

TEXT = (Path(__file__).parents[2] / "docs" / "tutorial.md").read_text(encoding="utf-8")
SHOWN = "http://127.0.0.1:8080"
#: A block of commands, and the block of their output.
STEPS = re.compile(r"^```sh\n([^`]+)\n```\n\n```text\n([^`]+)\n```$", flags=re.M)


def pattern(output: str, base_url: str) -> str:
    """Return a pattern of an output, in which … is any text."""
    return ".*".join(map(re.escape, output.replace(SHOWN, base_url).split("…")))


def shown(printed: str) -> str:
    return "\n".join(line.rstrip() for line in printed.splitlines())


@pytest.mark.slow
def test_a_bug_is_caught_as_shown(tmp_path: Path) -> None:
    if missing := [tool for tool in ("sh", "curl", "grep") if shutil.which(tool) is None]:
        pytest.skip(f"{missing[0]} is not installed")
    steps = STEPS.findall(TEXT)
    assert len(steps) == TEXT.count("```text\n") == TEXT.count("```sh\n") - 3
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    (options,) = re.findall(r"^novavms-mock serve (.+)$", TEXT, flags=re.M)
    with serve(tmp_path, *options.split()) as served:
        base_url = served.ready["base_url"]
        for commands, output in steps:
            command = ["sh", "-c", commands.replace(SHOWN, base_url)]
            done = subprocess.run(
                command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False
            )
            assert re.fullmatch(pattern(output, base_url), shown(done.stdout), flags=re.S), done.stdout + done.stderr
