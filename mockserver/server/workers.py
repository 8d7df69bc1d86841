"""Several processes that answer at one address: a parent that starts them, keeps them running and ends them.

Run as a program, this is one of them: it is told on its standard input what to do, and ends when that is closed, as it
is when the parent dies; on its standard output it says once that it answers.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

import msgspec

from mockserver.server import run as server
from mockserver.server.access_log import FORMATS, AccessLog
from mockserver.server.banner import banner
from mockserver.settings import Settings

_COMMAND = (sys.executable, "-m", "mockserver.server.workers")
_SECONDS_TO_FINISH = 10
_PAUSE, _LONGEST_PAUSE = 0.1, 5.0


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What every worker does."""

    settings: Settings
    host: str
    port: int
    base_url: str
    control_url: str | None
    log_format: str


class WorkerFailed(Exception):
    """A worker ended before it ever answered; it has said why."""


def run(job: Job, count: int, ready: Callable[[str], None]) -> None:
    """Keep so many workers running until SIGINT or SIGTERM.

    ``ready`` is called, with what there is to tell, once all of them answer. Raises WorkerFailed.
    """
    asyncio.run(_run(job, count, ready))


async def _run(job: Job, count: int, ready: Callable[[str], None]) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    workers = [_Worker(job, loop.create_future()) for _ in range(count)]
    keeping = [asyncio.create_task(worker.keep()) for worker in workers]
    announcing = asyncio.create_task(_announce(workers, ready))
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({stopped, announcing}, return_when=asyncio.FIRST_COMPLETED)
        if announcing.done():
            announcing.result()
            await stopped
    finally:
        announcing.cancel()
        stopped.cancel()
        await asyncio.gather(*(worker.stop() for worker in workers))
        await asyncio.gather(*keeping)


async def _announce(workers: "list[_Worker]", ready: Callable[[str], None]) -> None:
    """Wait until every worker answers, and say so. Raises WorkerFailed."""
    ready((await asyncio.gather(*(worker.answers for worker in workers)))[0])


class _Worker:
    """A worker, and whoever takes its place; ``answers`` tells what the first one had to say."""

    def __init__(self, job: Job, answers: "asyncio.Future[str]") -> None:
        self._job = msgspec.json.encode(job) + b"\n"
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()
        self.answers = answers

    async def keep(self) -> None:
        """Start one after another, as long as nobody stops them."""
        pause = _PAUSE
        while not self._stopping.is_set():
            told, code = await self._live()
            if self._stopping.is_set():
                break
            if not self.answers.done():
                self.answers.set_exception(WorkerFailed(f"a worker ended with {code} before it answered"))
                break
            sys.stderr.write(f"novavms-mock: a worker ended with {code}; another takes its place\n")
            pause = _PAUSE if told else min(2 * pause, _LONGEST_PAUSE)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

    async def stop(self) -> None:
        """End the worker, and start no other."""
        self._stopping.set()
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), _SECONDS_TO_FINISH)
            except TimeoutError:
                self._process.kill()

    async def _live(self) -> tuple[str, int]:
        """Run one worker to its end; return what it told and its exit code."""
        pipe = asyncio.subprocess.PIPE
        process = self._process = await asyncio.create_subprocess_exec(*_COMMAND, stdin=pipe, stdout=pipe)
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(ConnectionError):
            process.stdin.write(self._job)
            await process.stdin.drain()
        line = await process.stdout.readline()
        if line and not self.answers.done():
            self.answers.set_result(msgspec.json.decode(line, type=str))
        code = await process.wait()
        process.stdin.close()
        return line.decode(), code


def main() -> int:
    """Do the work of one worker and return its exit code: 2 when it cannot."""
    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=Job)
    try:
        mock = server.load(job.settings)
        listener = server.bind(job.host, job.port, shared=True)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"novavms-mock: {error}\n")
        return 2
    access_log = AccessLog(sys.stderr, FORMATS[job.log_format])
    mock.journal.watch(access_log)

    async def ready() -> None:
        told = await banner(mock.instance, job.base_url, job.control_url)
        sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
        sys.stdout.flush()
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), _end_with_parent)

    server.run(mock, listener, ready)
    access_log.flush()
    return 0


def _end_with_parent() -> None:
    """End as SIGTERM ends it: nothing is ever said after the first line, so there is only the end to be read."""
    asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
