import ast
import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.stranger.running import ACTORS

FOLDER = Path(__file__).parent
FORBIDDEN = ("mockserver", "contract_tests", "novavms", "tests.harness", "tests.factories")
PRINTS_WHAT_IT_LOADS = "import sys, tests.stranger.__main__; print(*sys.modules)"


def imported(module: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("module", sorted(FOLDER.glob("*.py")), ids=lambda module: module.name)
def test_no_module_imports_the_mock_or_the_suite(module: Path) -> None:
    assert [name for name in imported(module) if name.startswith(FORBIDDEN)] == []


def test_nothing_of_the_mock_or_the_suite_is_loaded() -> None:
    command = [sys.executable, "-c", PRINTS_WHAT_IT_LOADS]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True, cwd=FOLDER.parents[1]).stdout.split()
    assert "tests.stranger.server" in loaded
    assert [name for name in loaded if name.startswith(FORBIDDEN)] == []


def test_the_command_line_prints_where_it_serves_and_the_tokens(tmp_path: Path) -> None:
    target = tmp_path / "target.toml"
    command = [sys.executable, "-m", "tests.stranger", "--choices", "other", "--choose", "health_route=served"]
    command += ["--break", "default-limit-25", "--target-file", str(target)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=FOLDER.parents[1]) as process:
        try:
            assert process.stdout is not None
            found = json.loads("".join(iter(process.stdout.readline, "}\n")) + "}")
            token = {"Authorization": f"Bearer {found['tokens']['operator']}"}
            page = httpx.get(f"{found['base_url']}/api/v1/events", headers=token, trust_env=False)
            health = httpx.get(f"{found['base_url']}/healthz", trust_env=False)
        finally:
            process.kill()
    assert (len(page.json()["data"]), health.status_code) == (25, 200)
    assert all(f"{actor} = " in target.read_text(encoding="utf-8") for actor in ACTORS)


@pytest.mark.parametrize(
    "arguments", [["--choices", "x"], ["--choose", "total=x"], ["--choose", "x"], ["--break", "x"]]
)
def test_the_command_line_refuses_what_it_does_not_know(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "tests.stranger", *arguments]
    found = subprocess.run(command, capture_output=True, text=True, check=False, cwd=FOLDER.parents[1])
    assert found.returncode == 2
    assert "error:" in found.stderr
