"""The Node package, in Node processes of its own: helpers, examples, guide, and that no mock outlives its tests."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mockserver import __version__
from tests import node

PACKAGE = node.ROOT / "clients" / "node"
COMMANDS = Path(sys.executable).parent
VITEST = "vitest@3.2.4"
END_TIMEOUT_SECONDS = 10
pytestmark = pytest.mark.skipif(not node.has_node(), reason=node.NO_NODE)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project with the examples, in which the package is installed."""
    shutil.copytree(PACKAGE / "examples", tmp_path, dirs_exist_ok=True)
    (tmp_path / "package.json").write_text('{"type": "module", "private": true}')
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "novavms-mock").symlink_to(PACKAGE)
    return tmp_path


def test_the_version_is_that_of_the_mock() -> None:
    assert json.loads((PACKAGE / "package.json").read_text())["version"] == __version__


@pytest.mark.slow
def test_the_helpers_do_what_they_say() -> None:
    node.run(PACKAGE, "node", "--test", "test/helpers.test.js")


@pytest.mark.slow
def test_the_examples_for_node_test_pass(project: Path) -> None:
    assert "# pass 6" in node.run(project, "node", "--test", "--test-reporter", "tap", "node-test/yard.test.js")


@pytest.mark.slow
def test_the_guide_says_what_works(project: Path) -> None:
    blocks = re.findall(r"^```js\n(.+?)^```", (PACKAGE / "README.md").read_text(encoding="utf-8"), flags=re.M | re.S)
    for number, block in enumerate(blocks):
        (project / f"block{number}.test.js").write_text(block)
    files = [f"block{number}.test.js" for number in range(len(blocks))]
    assert f"# pass {len(blocks)}" in node.run(project, "node", "--test", "--test-reporter", "tap", *files)


@pytest.mark.slow
def test_the_examples_for_vitest_pass(project: Path) -> None:
    node.install(project, VITEST, str(PACKAGE))
    assert "6 passed" in node.run(project, "npx", "vitest", "run", "vitest")


@pytest.mark.slow
def test_the_types_of_the_control_plane_are_current(tmp_path: Path) -> None:
    options = ("--default-non-nullable=false", "--empty-objects-unknown")
    document, made = node.ROOT / "spec" / "control.yaml", tmp_path / "control.d.ts"
    node.npx(tmp_path, node.OPENAPI_TYPESCRIPT, str(document), "-o", str(made), *options)
    assert made.read_text() == (PACKAGE / "control.d.ts").read_text(), (
        f"npx {node.OPENAPI_TYPESCRIPT} spec/control.yaml -o clients/node/control.d.ts {' '.join(options)}"
    )


@pytest.mark.skipif("NOVAVMS_TEST_GENERATORS" not in os.environ, reason="tox -e generators checks the types")
def test_the_examples_have_the_types_of_the_package(project: Path) -> None:
    node.install(project, VITEST, node.TYPESCRIPT, "@types/node@20", str(PACKAGE))
    options = ("--noEmit", "--strict", "--allowJs", "--module", "nodenext", "--target", "esnext")
    node.run(project, "npx", "tsc", *options, "vitest/yard.test.ts")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_killed_process_leaves_no_mock(project: Path, number: int) -> None:
    code = """
import { startMock } from 'novavms-mock'
const mock = await startMock({ fixture: 'empty' })
console.log((await mock.control.get('/health')).version, mock.baseUrl)
setInterval(() => {}, 1000)
"""
    temporary = project / "temporary"
    temporary.mkdir()
    with started(project, code, TMPDIR=str(temporary)) as process:
        assert process.stdout is not None
        assert process.stdout.readline().split()[0] == __version__
        (folder,) = temporary.iterdir()
        mock = json.loads((folder / "ready.json").read_text())["pid"]
        process.send_signal(number)
    until = time.monotonic() + END_TIMEOUT_SECONDS
    while runs(mock) or folder.exists():
        assert time.monotonic() < until, "the mock outlived the process that started it"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("installed", "started_with"),
    [(("environment", "path", "uvx"), "environment"), (("path", "uvx"), "path"), (("uvx",), "uvx")],
)
def test_the_mock_is_that_of_the_environment_of_path_or_of_uvx(
    project: Path, installed: tuple[str, ...], started_with: str
) -> None:
    for place in installed:
        name = "uvx" if place == "uvx" else "novavms-mock"
        folder = project / place / ("bin" if place == "environment" else "")
        folder.mkdir(parents=True)
        (folder / name).write_text(f"#!/bin/sh\necho {place} $1 $2 $3 >&2\nexit 1\n")
        (folder / name).chmod(0o755)
    environment = {
        "PATH": os.pathsep.join(str(project / place) for place in ("path", "uvx")),
        "VIRTUAL_ENV": str(project / "environment"),
    }
    arguments = "--from novavms-contract novavms-mock" if started_with == "uvx" else "serve --port 0"
    code = "import { startMock } from 'novavms-mock'\nawait startMock().catch((e) => console.log(e.message))"
    with started(project, code, **environment) as process:
        assert process.communicate()[0] == f"the mock did not start: {started_with} {arguments}\n"


def test_a_mock_that_is_nowhere_is_one_line(project: Path) -> None:
    code = "import { startMock } from 'novavms-mock'\nawait startMock().catch((e) => console.log(e.message))"
    with started(project, code, PATH=str(project), VIRTUAL_ENV="") as process:
        said = process.communicate()[0]
    assert said == "novavms-mock is not on PATH: install it (pip install . in its checkout) or pass the url of a mock\n"


def started(project: Path, code: str, **environment: str) -> "subprocess.Popen[str]":
    (project / "program.mjs").write_text(code)
    path = f"{COMMANDS}{os.pathsep}{os.environ['PATH']}"
    return subprocess.Popen(
        [str(shutil.which("node")), "program.mjs"],
        cwd=project,
        env={**os.environ, "PATH": path, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"
