"""The SDK in an empty environment of each installed Python that it supports."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV = [sys.executable, "-m", "uv", "--quiet", "--no-python-downloads"]
OLDEST = ("httpx==0.27.0", "pydantic==2.5.0")


def has_version(python: str, version: str) -> bool:
    code = "import sys; sys.exit(sys.argv[1] != '%d.%d' % sys.version_info[:2])"
    return subprocess.run([python, "-c", code, version], capture_output=True).returncode == 0


def interpreter(version: str) -> str | None:
    """Return the path of a Python on PATH or of pyenv, or None."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = [shutil.which(f"python{version}"), *map(str, pyenv.glob(f"versions/{version}.*/bin/python"))]
    return next((python for python in found if python and has_version(python, version)), None)


@pytest.mark.parametrize(("version", "bounds"), [("3.10", ()), ("3.11", OLDEST), ("3.12", ()), ("3.13", ())])
def test_it_installs_with_its_requirements_and_works(version: str, bounds: tuple[str, ...], tmp_path: Path) -> None:
    python = interpreter(version)
    if python is None:
        pytest.skip(f"no Python {version} here")
    empty = tmp_path / "empty"
    subprocess.run([*UV, "venv", "--python", python, str(empty)], check=True)
    subprocess.run([*UV, "pip", "install", "--python", str(empty), str(ROOT / "sdk"), *bounds], check=True)
    installed = ROOT / "tests" / "sdk" / "installed.py"
    done = subprocess.run([str(empty / "bin" / "python"), "-I", str(installed)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"Python {version}.")
