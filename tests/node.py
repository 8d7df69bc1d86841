"""Runs Node and the packages of npm, where they are."""

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OPENAPI_TYPESCRIPT = "openapi-typescript@7.13.0"
TYPESCRIPT = "typescript@5.9.3"
MIN_NODE = 20
TIMEOUT_MINUTES = 5
NO_REGISTRY = re.compile(r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network")
NO_NODE = f"needs Node {MIN_NODE} or newer, and npm"


@cache
def has_node() -> bool:
    node = shutil.which("node")
    if node is None or not shutil.which("npx"):
        return False
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return int(version.removeprefix("v").partition(".")[0] or 0) >= MIN_NODE


def run(folder: Path, *command: str) -> str:
    """Run a command that succeeds, where the commands beside this Python are on PATH, and return its output."""
    code, said = attempt(folder, *command)
    assert code == 0, said
    return said


def install(folder: Path, *packages: str) -> None:
    """Install packages of npm into a folder. Without its registry, skip the test."""
    options = ("--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error")
    _need_registry(*attempt(folder, "npm", "install", *options, *packages))


def npx(folder: Path, *command: str) -> str:
    """Run a command of an npm package. Without its registry, skip the test."""
    return _need_registry(*attempt(folder, "npx", "--yes", "--prefer-offline", *command))


def _need_registry(code: int, said: str) -> str:
    if code and NO_REGISTRY.search(said):
        pytest.skip("npm does not reach its registry")
    assert code == 0, said
    return said


def attempt(folder: Path, *command: str, minutes: float = TIMEOUT_MINUTES) -> tuple[int, str]:
    """Run a command and return its exit code and output."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=minutes * 60,
        check=False,
    )
    return done.returncode, done.stdout
