"""The variants of the mock that are measured: in memory, and on PostgreSQL with one worker and with two."""

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
    """One way of running the mock; ``start`` takes a fixture and a folder for logs, and begins with an empty store."""

    name: str
    start: Callable[[str, Path], AbstractContextManager[Server]]


MEMORY = Variant(NAME, partial(servers.mock, NAME))


@contextmanager
def on_postgres() -> Iterator[list[Variant]]:
    """Run a database server and yield the variants on it; none if the packages of the tests are not installed."""
    try:
        from tests import postgres
    except ImportError as error:
        print(f"left out: PostgreSQL ({error})", file=sys.stderr)
        yield []
        return
    with postgres.server() as database:
        yield [_on_postgres(database, workers) for workers in (1, 2)]


def _on_postgres(database: "Database", workers: int) -> Variant:
    name = f"{NAME}, PostgreSQL, {workers} worker{'s' if workers > 1 else ''}"

    def start(fixture: str, folder: Path) -> AbstractContextManager[Server]:
        options = ("--store", database.database(), "--workers", str(workers))
        return servers.mock(name, fixture, folder, *options, cores=ALL_CORES)

    return Variant(name, start)
