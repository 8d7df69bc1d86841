"""A browser and axe-core; tests that need them are skipped where playwright, a Chromium or npm is missing."""

import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

AXE = "axe-core@4.14.1"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(scope="module")  # while it runs, no other event loop may
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright: tox -e browser")
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(f"needs one of {', '.join(BROWSERS)}")
    with playwright.sync_playwright() as started:
        running = started.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield running
        running.close()


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder, npm = tmp_path_factory.mktemp("axe"), shutil.which("npm")
    if npm is None:
        pytest.skip("needs npm")
    command = [npm, "install", "--silent", "--no-save", "--ignore-scripts", "--prefix", str(folder), AXE]
    if subprocess.run(command, capture_output=True, check=False, timeout=120).returncode:
        pytest.skip(f"npm could not install {AXE}")
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
