"""What arrives while the suite reads is no violation."""

import json
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from tests.stranger.choices import Choices
from tests.stranger.running import Running, running
from tests.stranger.seed import make_event

INTERVAL_SECONDS = 0.3
#: Rules whose checks compare one list of events with another, or with an export.
RULES = ("EV-03", "EV-12", "EV-19", "EV-83")


@contextmanager
def arriving_events(server: Running) -> Iterator[None]:
    """Record events, one after another, until the block ends."""
    ended = threading.Event()

    def record() -> None:
        cameras = list(server.org.cameras.values())
        for number in count(1000):
            if ended.wait(INTERVAL_SECONDS):
                return
            camera = cameras[number % len(cameras)]
            event = make_event(str(uuid.UUID(int=number)), camera, number, server.state.clock.now())
            server.org.events = {**server.org.events, event.id: event}

    thread = threading.Thread(target=record, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def test_events_that_arrive_during_a_run_are_no_violations(tmp_path: Path) -> None:
    file, report = tmp_path / "targets.toml", tmp_path / "report"
    command = [sys.executable, "-m", "contract_tests", "run", "stranger", "--profile", "live", "--config", str(file)]
    command += ["--report", str(report), *(part for rule in RULES for part in ("--rules", rule))]
    with running(Choices.other()) as server, arriving_events(server):
        file.write_text(server.target_file())
        subprocess.run(command, env={**os.environ, "XDG_STATE_HOME": str(tmp_path)}, capture_output=True)
    rules = json.loads((report / "report.json").read_text())["rules"]
    assert {row["id"]: row["failure"] for row in rules if row["verdict"] in ("fail", "error")} == {}
    assert sum(row["verdict"] == "pass" for row in rules) > len(rules) / 2
