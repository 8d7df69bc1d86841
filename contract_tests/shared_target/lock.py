"""One run at a time on a server: a locked file, which the operating system unlocks when its process ends, however."""

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from contract_tests.config import TargetConfig
from contract_tests.shared_target.ledger import LedgerError, state_folder

_MAX_READS, _READ_INTERVAL_SECONDS = 20, 0.05
_PORTS = {"http": 80, "https": 443}
_LOOPBACK = ("localhost", "::1", "0.0.0.0")


class Busy(LedgerError):
    """Another run, or its removal, works on the server."""


@contextmanager
def held(target: TargetConfig | None, run_id: str) -> Iterator[Path | None]:
    """Hold the lock of a target's server until the block ends; None, a mock of the run's own, needs none.

    Yields the file that the throttles of a run on the target share. Raises Busy, LedgerError.
    """
    if target is None:
        yield None
        return
    path = state_folder() / f"{hashlib.sha256(_server(target.base_url).encode()).hexdigest()[:16]}.lock"
    descriptor = _lock(path, target.base_url)
    throttle_file = path.with_suffix(".throttle")
    try:
        os.ftruncate(descriptor, 0)
        os.write(descriptor, json.dumps({"pid": os.getpid(), "run": run_id}).encode())
        throttle_file.write_bytes(b"")
        yield throttle_file
    finally:
        throttle_file.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _lock(path: Path, base_url: str) -> int:
    """Return the descriptor of the locked file. Raises Busy, LedgerError."""
    try:
        while True:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                raise Busy(_refusal(path, base_url)) from None
            if _is_at(path, descriptor):
                return descriptor
            os.close(descriptor)
    except OSError as error:
        raise LedgerError(f"{path}: {error.strerror}; set XDG_STATE_HOME to another folder") from None


def _is_at(path: Path, descriptor: int) -> bool:
    """Whether the file is still at its path: its last owner may have deleted it just before it was locked."""
    try:
        return path.stat().st_ino == os.fstat(descriptor).st_ino
    except FileNotFoundError:
        return False


def _refusal(path: Path, base_url: str) -> str:
    owner: dict[str, Any] = {}
    for _ in range(_MAX_READS):
        with suppress(OSError, ValueError):
            owner = json.loads(path.read_text())
            break
        time.sleep(_READ_INTERVAL_SECONDS)
    return (
        f"{base_url}: run {owner.get('run', 'unknown')} of process {owner.get('pid', 'unknown')} is not over; "
        "runs on one server take turns: wait for its end, or interrupt that process"
    )


def _server(base_url: str) -> str:
    """Return the host and the port of a server, the same for all names of this machine."""
    url = urlsplit(base_url)
    host = (url.hostname or "").lower()
    return f"{'127.0.0.1' if host in _LOOPBACK else host} {url.port or _PORTS[url.scheme]}"
