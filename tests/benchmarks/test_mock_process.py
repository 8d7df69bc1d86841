"""The mock that benchmarks start: it runs, or they say why not, in a bounded time."""

import sys
import time
from pathlib import Path

import httpx
import pytest

from benchmarks import mock_process


def test_a_mock_is_started_and_stopped(tmp_path: Path) -> None:
    with mock_process.running(tmp_path, "--fixture", "small") as (base_url, process):
        assert httpx.get(f"{base_url}/healthz", trust_env=False).is_success
    assert process.returncode == 0


def test_a_mock_that_ends_is_reported_with_its_log(tmp_path: Path) -> None:
    with (
        pytest.raises(mock_process.NotStarted, match="argument --workers"),
        mock_process.running(tmp_path, "--workers", "x"),
    ):
        pass


def test_a_mock_that_does_not_become_ready_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = tmp_path / "silent"
    silent.write_text("#!/bin/sh\nexec sleep 60\n")
    silent.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(silent))
    monkeypatch.setattr(mock_process, "START_SECONDS", 0.3)
    started = time.monotonic()
    with pytest.raises(mock_process.NotStarted), mock_process.running(tmp_path):
        pass
    assert time.monotonic() - started < 30
