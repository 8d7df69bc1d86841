"""Several worker processes that serve one address: a parent starts them, restarts those that exit, and stops them.

Run as a program, this module is one worker: it reads its job as a line of JSON from standard input, writes its banner
as a line of JSON to standard output once it accepts requests, and stops when standard input is closed, which happens
when the parent dies.
"""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress

import msgspec

from mockserver.server.log_output import LogOutput, logging_to_stderr
from mockserver.server.run import Job, bind, create_mock, serve_job, stop_signals

_COMMAND = (sys.executable, "-m", "mockserver.server.workers")
_STOP_TIMEOUT_SECONDS = 10
_MIN_RESTART_DELAY_SECONDS = 0.1
_MAX_RESTART_DELAY_SECONDS = 5.0


class WorkerFailed(Exception):
    """A worker exited before it accepted requests; it has written the reason to stderr."""


def run(job: Job, count: int, on_ready: Callable[[str], None]) -> None:
    """Keep ``count`` workers running until a signal stops them.

    ``on_ready`` is called with the banner once all of them accept requests. Raises WorkerFailed.
    """
    with logging_to_stderr() as output:
        asyncio.run(_run(job, count, on_ready, output))


async def _run(job: Job, count: int, on_ready: Callable[[str], None], output: LogOutput) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in stop_signals():
        loop.add_signal_handler(number, stop.set)
    workers = [_Worker(job, loop.create_future(), output) for _ in range(count)]
    supervising = [asyncio.create_task(worker.supervise()) for worker in workers]
    all_ready = asyncio.create_task(_wait_until_ready(workers, on_ready))
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({stopped, all_ready}, return_when=asyncio.FIRST_COMPLETED)
        if all_ready.done():
            all_ready.result()
            await stopped
    finally:
        all_ready.cancel()
        stopped.cancel()
        await asyncio.gather(*(worker.stop() for worker in workers))
        await asyncio.gather(*supervising)


async def _wait_until_ready(workers: "list[_Worker]", on_ready: Callable[[str], None]) -> None:
    """Wait until every worker accepts requests, then call ``on_ready``. Raises WorkerFailed."""
    banners = await asyncio.gather(*(worker.banner for worker in workers))
    on_ready(banners[0])


class _Worker:
    """One worker process, and those that replace it; ``banner`` is set by the first once it accepts requests."""

    def __init__(self, job: Job, banner: "asyncio.Future[str]", output: LogOutput) -> None:
        self._output = output
        self._job = msgspec.json.encode(job) + b"\n"
        self._inherited = () if job.inherited is None else (job.inherited,)
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()
        self.banner = banner

    async def supervise(self) -> None:
        """Run the process, and another each time it exits, until ``stop`` is called."""
        delay = _MIN_RESTART_DELAY_SECONDS
        while not self._stopping.is_set():
            was_ready, code = await self._run_process()
            if self._stopping.is_set():
                break
            if not self.banner.done():
                self.banner.set_exception(WorkerFailed(f"worker exited with code {code} before it accepted requests"))
                break
            self._output.write(f"novavms-mock: worker exited with code {code}; restarting it\n")
            delay = _MIN_RESTART_DELAY_SECONDS if was_ready else min(2 * delay, _MAX_RESTART_DELAY_SECONDS)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), delay)

    async def stop(self) -> None:
        """Stop the process and do not restart it."""
        self._stopping.set()
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), _STOP_TIMEOUT_SECONDS)
            except TimeoutError:
                self._process.kill()

    async def _run_process(self) -> tuple[bool, int]:
        """Run one process until it exits; return whether it accepted requests, and its exit code."""
        pipe = asyncio.subprocess.PIPE
        process = self._process = await asyncio.create_subprocess_exec(
            *_COMMAND, stdin=pipe, stdout=pipe, start_new_session=True, pass_fds=self._inherited
        )  # signals from a terminal reach the parent alone
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(ConnectionError):
            process.stdin.write(self._job)
            await process.stdin.drain()
        line = await process.stdout.readline()
        if line and not self.banner.done():
            self.banner.set_result(msgspec.json.decode(line, type=str))
        code = await process.wait()
        process.stdin.close()
        return bool(line), code


def main() -> int:
    """Run one worker and return its exit code: 2 for settings or an address that cannot be used."""
    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=Job)
    try:
        mock = create_mock(job.settings)
        inherited = job.inherited
        shared = bind(job.host, job.port, shared=True) if inherited is None else socket.socket(fileno=inherited)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"novavms-mock: {error}\n")
        return 2
    serve_job(job, mock, shared, _report_ready)
    return 0


def _report_ready(text: str) -> None:
    """Write the banner for the parent, and stop from now on when the parent dies."""
    sys.stdout.buffer.write(msgspec.json.encode(text) + b"\n")
    sys.stdout.flush()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), _stop_with_parent)


def _stop_with_parent() -> None:
    """Stop as on SIGTERM: the parent writes nothing after the job, so standard input is readable when it is closed."""
    asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
