"""Calls over forked workers and their parent, with a client that was used before the fork: who gets which answer.

``python -m tests.sdk.forks`` makes 2,000 calls in each of 20 rounds; it ends with exit code 1 if any answer is another
one than was asked for.
"""

import argparse
import json
import multiprocessing
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from uuid import UUID

from novavms import NovaVMSClient
from tests.sdk.clients import KEY


class _Handler(BaseHTTPRequestHandler):
    """Answers with the site that was asked for, on connections that are kept open."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        site = {
            "id": self.path.rpartition("/")[2],
            "name": "x",
            "timezone": "UTC",
            "created_at": "2026-04-20T08:30:00Z",
        }
        content = json.dumps(site).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        self.wfile.write(head.encode() + content)

    def log_message(self, *_: object) -> None:
        """Write no log."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


@contextmanager
def server() -> Iterator[str]:
    """Run the server in a process of its own, and yield its URL."""
    made = _Server(("127.0.0.1", 0), _Handler)
    process = multiprocessing.get_context("fork").Process(target=made.serve_forever, daemon=True)
    process.start()
    made.server_close()
    try:
        yield f"http://127.0.0.1:{made.server_address[1]}"
    finally:
        process.kill()  # it has the signal handlers of the tests
        process.join()


def wrong_answers(client: NovaVMSClient, numbers: range) -> int:
    """Return how many of these sites are answered with another one, or not at all."""
    wrong = 0
    for number in numbers:
        try:
            wrong += client.sites.get(UUID(int=number)).id != str(UUID(int=number))
        except Exception:
            wrong += 1
    return wrong


def one_round(url: str, *, calls: int, workers: int) -> int:
    """Return the wrong answers of workers and parent; before the fork, several connections are open."""
    context = multiprocessing.get_context("fork")
    results: Any = context.SimpleQueue()
    share = calls // (workers + 1)
    with NovaVMSClient(KEY, base_url=url) as client:
        threads = [Thread(target=wrong_answers, args=(client, range(5))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        def work(first: int) -> None:
            results.put(wrong_answers(client, range(first, first + share)))

        forked = [context.Process(target=work, args=(number * share,)) for number in range(workers)]
        for process in forked:
            process.start()
        wrong = wrong_answers(client, range(workers * share, calls))
        wrong += sum(int(results.get()) for _ in forked)
        for process in forked:
            process.join()
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--calls", type=int, default=2000)
    arguments = parser.parse_args()
    with server() as url:
        wrong = [one_round(url, calls=arguments.calls, workers=8) for _ in range(arguments.rounds)]
    sys.stdout.write(f"{arguments.rounds} rounds of {arguments.calls} calls: {sum(wrong)} wrong answers\n")
    return int(any(wrong))


if __name__ == "__main__":
    sys.exit(main())
