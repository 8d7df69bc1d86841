"""A mock server by others, which repeats the document's examples: it fails the rules that it breaks, and no others."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from mockserver import resources
from tests.contract_tests.live import Live

pytestmark = pytest.mark.slow

JSON = dict[str, Any]
PRISM = "@stoplight/prism-cli@5.14.2"
#: The start includes the download of the package.
START_TIMEOUT_SECONDS = 300
RUN_TIMEOUT_SECONDS = 300
#: Rules that it breaks: it accepts any token, ignores filters, stores nothing, and opens no socket.
BROKEN = {"EV-19", "EV-38", "GEN-09", "GW-04", "GW-16", "GW-51", "GW-85", "GW-87", "RU-10", "RU-57"}
#: Rules that it keeps.
FULFILLED = {
    *("EV-24", "EV-30", "EV-33", "EV-45", "EV-81", "AL-14", "AL-15", "SYS-01", "GEN-01"),
    *("RU-03", "RU-11", "RU-14", "RU-37", "RU-38", "RU-44", "RU-45", "RU-50"),
    *("GW-03", "GW-06", "GW-10", "GW-12", "GW-17", "GW-26", "GW-36", "GW-42", "GW-55", "GW-60", "GW-90"),
}
#: Rules that need an open socket, a gateway in some state, codes that differ, or a rule with the values it was given.
OUT_OF_REACH = {
    *("GW-05", "GW-59", "GW-61", "GW-62", "GW-63", "GW-71", "GW-75", "GW-80"),
    *("GW-02", "GW-20", "GW-21", "GW-70", "GW-73", "GW-76", "GW-77", "GW-79"),
}
#: Rules of which some assertions hold before a step shows that it keeps no rule.
FULFILLED_IN_PART = {"RU-05"}
#: Rules that it breaks or keeps, and that only this project decided.
NOT_CHECKED = {"GEN-04", "GEN-08", "GW-13"}


@contextmanager
def prism(folder: Path) -> Iterator[str]:
    """Serve the document on a free port until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    document = resources.path("spec", "openapi.yaml")
    # Silent: its logger crashes on a body that is not JSON, and the server with it.
    command = ["npx", "--yes", PRISM, "mock", "-v", "silent", "-h", "127.0.0.1", "-p", str(port), str(document)]
    with (folder / "prism.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        until = time.monotonic() + START_TIMEOUT_SECONDS
        while not answers(f"http://127.0.0.1:{port}/healthz"):
            assert process.poll() is None, (folder / "prism.log").read_text()
            assert time.monotonic() < until
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
        assert process.poll() is None, (folder / "prism.log").read_text()
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.mark.skipif(not (shutil.which("node") and shutil.which("npx")), reason="needs Node and npx")
def test_a_static_server_fails_the_rules_that_it_breaks_and_no_others(tmp_path: Path) -> None:
    with prism(tmp_path) as base_url, httpx.Client(base_url=base_url, trust_env=False) as http:
        live, report = Live(base_url, tmp_path, http), tmp_path / "out"
        options = ("--examples", "3", "--seed", "1", "--report", str(report))
        process = live.start("run", "live", "--config", str(live.file('socket_auth = "bearer"')), *options)
        out, _ = process.communicate(timeout=RUN_TIMEOUT_SECONDS)
    assert process.returncode == 1, out
    rules: list[JSON] = json.loads((report / "report.json").read_text())["rules"]
    verdicts = {row["id"]: row["verdict"] for row in rules}
    assert "error" not in verdicts.values()
    assert not NOT_CHECKED & verdicts.keys()
    assert {rule: verdicts[rule] for rule in BROKEN} == dict.fromkeys(BROKEN, "fail")
    assert {rule: verdicts[rule] for rule in FULFILLED} == dict.fromkeys(FULFILLED, "pass")
    assert {rule: verdicts[rule] for rule in OUT_OF_REACH} == dict.fromkeys(OUT_OF_REACH, "disabled")
    partial = {row["id"] for row in rules if row["verdict"] == "pass" and row["partial"]}
    assert partial >= FULFILLED_IN_PART
    assert [row["id"] for row in rules if row["verdict"] in ("disabled", "untested") and not row["reasons"]] == []
