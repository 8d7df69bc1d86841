"""The mock in each way it can keep its world: in memory, or in PostgreSQL with one worker and with two."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import servers
from benchmarks.servers import ALL_CORES, Server

if TYPE_CHECKING:
    from tests.postgres import Server as Database

NAME = "NovaVMS mock"


@dataclass(frozen=True)
class Variant:
    """One way of running the mock; ``start`` takes a fixture and a folder, and begins with an empty store."""

    name: str
    start: Callable[[str, Path], AbstractContextManager[Server]]


MEMORY = Variant(NAME, partial(servers.mock, NAME))


@contextmanager
def shared() -> Iterator[list[Variant]]:
    """Keep a database until the block ends, for the mocks on PostgreSQL; there are none without the tests' packages."""
    try:
        from tests import postgres
    except ImportError as why:
        print(f"left out: PostgreSQL ({why})", file=sys.stderr)
        yield []
        return
    with postgres.server() as database:
        yield [_shared(database, workers) for workers in (1, 2)]


def _shared(database: "Database", workers: int) -> Variant:
    name = f"{NAME}, PostgreSQL, {workers} worker{'s' if workers > 1 else ''}"

    def start(fixture: str, folder: Path) -> AbstractContextManager[Server]:
        options = ("--store", database.database(), "--workers", str(workers))
        return servers.mock(name, fixture, folder, *options, cores=ALL_CORES)

    return Variant(name, start)
