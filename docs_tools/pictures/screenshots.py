"""Screenshots of the pages for people, made in Chromium: the report of a failing run, and the console of the mock."""

import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from docs_tools import tutorial
from novavms_mock import NovaVMSMock

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_SIZE = {"width": 1200, "height": 760}
_MAX_COLOURS = 128
_OPERATOR = {"Authorization": "Bearer sk_live_acme_operator"}


class NoBrowser(Exception):
    """There is no Chromium; the text says which programs were looked for."""


def take() -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of each picture. Raises NoBrowser."""
    with NovaVMSMock("--seed", "7") as mock, _browser() as browser, tempfile.TemporaryDirectory() as folder:
        yield "report", _photographed(browser, _report(mock, Path(folder)).as_uri(), "light")
        for name, path in _console(mock):
            yield name, _photographed(browser, mock.base_url + path, "dark")


def _report(mock: NovaVMSMock, folder: Path) -> Path:
    """Return the page about a run on a mock with the bug of the tutorial, and leave the mock without it."""
    httpx.put(f"{mock.base_url}/_mock/mutants", json={"ids": ["EV-12/ignored"]}, trust_env=False).raise_for_status()
    command = [sys.executable, "-m", "contract_tests", "run", mock.base_url, "--rules", "EV-1*", "--report", "out"]
    subprocess.run(command, cwd=folder, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    httpx.put(f"{mock.base_url}/_mock/mutants", json={"ids": []}, trust_env=False).raise_for_status()
    page = folder / "out" / "report.html"
    page.write_text(page.read_text(encoding="utf-8").replace(mock.base_url, tutorial.SHOWN), encoding="utf-8")
    return page


def _console(mock: NovaVMSMock) -> Iterator[tuple[str, str]]:
    """Yield pages of the console, and the names of their pictures: a pairing code is made, expires and is refused."""
    yield "console", "/_mock/"
    with httpx.Client(base_url=f"{mock.base_url}/api/v1", headers=_OPERATOR, trust_env=False) as operator:
        site = operator.get("/sites").json()["data"][0]["id"]
        made = operator.post("/gateways/generate-pairing-code", json={"name": "Dock", "site_id": site}).json()
        yield "console-org", f"/_mock/console/orgs/{mock.orgs()[0].id}"
        operator.get("/events", params={"limit": 500})
        mock.clock.advance(minutes=11)
        operator.post("/gateways/pair", json={"pairing_code": made["pairing_code"]})
    yield "console-journal", "/_mock/console/journal"


@contextmanager
def _browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright  # not installed where nobody makes pictures

    path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if path is None:
        raise NoBrowser(f"needs one of {', '.join(_BROWSERS)}")
    with sync_playwright() as started:
        running = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield running
        running.close()


def _photographed(browser: Any, address: str, scheme: str) -> bytes:
    """Return a small PNG of the top of a page."""
    page = browser.new_page(viewport=_SIZE, color_scheme=scheme)
    page.goto(address)
    page.wait_for_load_state("load")
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(_MAX_COLOURS, dither=Image.Dither.NONE)
    page.close()
    written = io.BytesIO()
    picture.save(written, "PNG", optimize=True)
    return written.getvalue()
