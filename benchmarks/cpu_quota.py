"""Parts of a core: a control group of Linux (version 1 or 2) lets a process run so many microseconds of each period.

The period is short, so that a process that is stopped soon goes on. Takes the right to make such groups.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.servers import Absent

_ROOT = Path("/sys/fs/cgroup")
_PERIOD = 4000


@contextmanager
def kept(pids: list[int], share: float) -> Iterator[None]:
    """Keep each process to a share of a core until the block ends, or it does. Raises Absent."""
    groups: list[Path] = []
    try:
        for pid in pids:
            groups.append(_group(f"novavms-{os.getpid()}-{pid}"))
            _limit(groups[-1], int(share * _PERIOD), pid)
        yield
    finally:
        for group in groups:
            for left in (group / "cgroup.procs").read_text().split():
                (group.parent / "cgroup.procs").write_text(left)
            group.rmdir()


def _group(name: str) -> Path:
    """Make a group. Raises Absent."""
    old = _ROOT / "cpu"
    if not old.is_dir():
        with suppress(OSError):  # it may be there already, or be somebody else's to decide
            (_ROOT / "cgroup.subtree_control").write_text("+cpu")
    group = (old if old.is_dir() else _ROOT) / name
    try:
        group.mkdir()
    except OSError as error:
        raise Absent(f"no control group for the CPU: {error}") from None
    return group


def _limit(group: Path, microseconds: int, pid: int) -> None:
    """Put a process into a group that may run so long in each period. Raises Absent."""
    try:
        if (group / "cpu.max").exists():
            (group / "cpu.max").write_text(f"{microseconds} {_PERIOD}")
        else:
            (group / "cpu.cfs_period_us").write_text(str(_PERIOD))
            (group / "cpu.cfs_quota_us").write_text(str(microseconds))
        (group / "cgroup.procs").write_text(str(pid))
    except OSError as error:
        raise Absent(f"no limit on the CPU: {error}") from None
