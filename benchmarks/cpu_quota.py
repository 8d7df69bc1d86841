"""CPU quotas: a Linux control group (version 1 or 2) limits how long a process may run in each period.

The period is short, so that a stopped process soon continues. Needs the permission to create control groups.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.servers import NotAvailable

_ROOT = Path("/sys/fs/cgroup")
_PERIOD_MICROSECONDS = 4000


@contextmanager
def limited(pids: list[int], share: float) -> Iterator[None]:
    """Limit each process to a share of a core until the block ends. Raises NotAvailable."""
    groups: list[Path] = []
    try:
        for pid in pids:
            groups.append(_group(f"novavms-{os.getpid()}-{pid}"))
            _limit(groups[-1], int(share * _PERIOD_MICROSECONDS), pid)
        yield
    finally:
        for group in groups:
            for left in (group / "cgroup.procs").read_text().split():
                (group.parent / "cgroup.procs").write_text(left)
            group.rmdir()


def _group(name: str) -> Path:
    """Create a control group. Raises NotAvailable."""
    old = _ROOT / "cpu"
    if not old.is_dir():
        with suppress(OSError):  # it may be enabled already, or not be allowed to this process
            (_ROOT / "cgroup.subtree_control").write_text("+cpu")
    group = (old if old.is_dir() else _ROOT) / name
    try:
        group.mkdir()
    except OSError as error:
        raise NotAvailable(f"no control group for the CPU: {error}") from None
    return group


def _limit(group: Path, microseconds: int, pid: int) -> None:
    """Move a process to a group, and limit how long that may run in each period. Raises NotAvailable."""
    try:
        if (group / "cpu.max").exists():
            (group / "cpu.max").write_text(f"{microseconds} {_PERIOD_MICROSECONDS}")
        else:
            (group / "cpu.cfs_period_us").write_text(str(_PERIOD_MICROSECONDS))
            (group / "cpu.cfs_quota_us").write_text(str(microseconds))
        (group / "cgroup.procs").write_text(str(pid))
    except OSError as error:
        raise NotAvailable(f"no limit on the CPU: {error}") from None
