"""The base install is the mock and little else; the suite is an extra, and says so."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[1]
UV = [sys.executable, "-m", "uv", "--quiet", "--no-python-downloads"]
MAX_PACKAGES = 25
MAX_MEGABYTES = 45
#: Imports every module of the mock, but those of the extras ``postgres`` and ``mcp``.
IMPORT_ALL = """
import importlib, pkgutil, mockserver
for module in pkgutil.walk_packages(mockserver.__path__, "mockserver.", onerror=lambda name: None):
    if not module.name.startswith(("mockserver.backends.cluster", "mockserver.store.postgres", "mockserver.mcp")):
        importlib.import_module(module.name)
"""


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands of an environment with the base install."""
    empty = tmp_path_factory.mktemp("light") / "venv"
    subprocess.run([*UV, "venv", "--python", sys.executable, str(empty)], check=True)
    install = [*UV, "pip", "install", "--python", str(empty), "--compile-bytecode", str(ROOT)]
    subprocess.run(install, check=True)
    return empty / "bin"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with folders of the user that have the names of ours."""
    for name in ("contract_tests", "mockserver", "novavms_mock", "spec", "fixtures"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('a folder of the user')\n")
    return tmp_path


def run(*command: str | Path, here: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=here, capture_output=True, text=True, check=False, timeout=120)


@contextmanager
def serving(command: list[str], here: Path) -> Iterator[str]:
    """Yield the base URL of a mock that a command starts."""
    ready = here / "ready.json"
    arguments = [*command, "serve", "--port", "0", "--ready-file", str(ready)]
    with subprocess.Popen(arguments, cwd=here, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            while not ready.exists():
                assert process.poll() is None, "the command ended before it served"
                time.sleep(0.02)
            yield json.loads(ready.read_text())["base_url"]
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0


def test_it_has_few_packages_and_no_plugin_of_others(light: Path, project: Path) -> None:
    (site,) = light.parent.glob("lib/python*/site-packages")
    packages = {path.name.partition("-")[0] for path in site.glob("*.dist-info")}
    assert len(packages) <= MAX_PACKAGES
    assert packages.isdisjoint({"pytest", "hypothesis", "schemathesis"})
    own = [path for path in site.rglob("*") if path.is_file() and not path.is_symlink()]
    assert sum(path.stat().st_size for path in own) <= MAX_MEGABYTES * 1_000_000
    plugins = {path.parent.name for path in site.rglob("entry_points.txt") if "[pytest11]" in path.read_text()}
    assert {name.partition("-")[0] for name in plugins} == {"novavms_contract", "anyio"}


def test_the_mock_serves_beside_folders_of_the_same_names(light: Path, project: Path) -> None:
    with serving([str(light / "novavms-mock")], project) as base_url:
        answer = httpx.get(f"{base_url}/api/v1/cameras", headers={"Authorization": "Bearer sk_live_abc123"})
        path = f"/api/v1/cameras/{answer.json()['data'][0]['id']}/snapshot"
        picture = httpx.get(f"{base_url}{path}", headers={"Authorization": "Bearer sk_live_abc123"})
    assert (picture.status_code, picture.content[:3]) == (200, b"\xff\xd8\xff")


def test_every_module_of_the_mock_can_be_imported(light: Path, tmp_path: Path) -> None:
    done = run(light / "python", "-W", "ignore", "-c", IMPORT_ALL, here=tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["novavms-contract", "run"], "is not installed; the suite needs: pip install 'novavms-contract[suite]'"),
        (["novavms-mock", "mcp"], "pip install 'novavms-contract[mcp]'"),
        (["novavms-mock", "spec", "--check"], "it needs an extra: pip install 'novavms-contract[full]'"),
        (["novavms-mock", "serve", "--spec", "o.yaml"], "o.yaml: to check it needs an extra: pip install"),
    ],
)
def test_what_is_not_installed_is_said_in_one_line(light: Path, project: Path, command: list[str], said: str) -> None:
    (project / "o.yaml").write_text("openapi: 3.1.0\n")
    done = run(light / command[0], *command[1:], here=project)
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stderr.count("\n") == 1
    assert said in done.stderr


@pytest.mark.parametrize("installer", ["uvx", "pipx"])
def test_it_runs_without_being_installed(installer: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if installer == "pipx" and not shutil.which("pipx"):
        pytest.skip("pipx is not installed")
    for name in ("PIPX_HOME", "UV_TOOL_DIR"):
        monkeypatch.setenv(name, str(project / "tools"))
    command = {"uvx": [*UV, "tool", "run", "--from", str(ROOT)], "pipx": ["pipx", "run", "--spec", str(ROOT)]}
    done = run(*command[installer], "novavms-mock", "--version", here=project)
    assert (done.returncode, done.stdout) == (0, "0.1.0\n"), done.stderr
