"""A client that only wants its answers: how long they take, and how long an echo takes in the same moments.

python -m benchmarks.fuzz.honest URL     until its input ends; the milliseconds go to its output, as JSON
"""

import http.client
import json
import multiprocessing
import socket
import sys
import threading
import time
from urllib.parse import urlsplit

_PAUSE_SECONDS, _TIMEOUT_SECONDS = 0.01, 30
_CALLS = ("/api/v1/events?limit=20", "/healthz", "/api/v1/cameras")
_TOKEN = "sk_live_abc123"


def main() -> None:
    """Measure until the input ends."""
    ours, theirs = socket.socketpair()
    echo = multiprocessing.get_context("fork").Process(target=_echo, args=(theirs,), daemon=True)
    echo.start()
    ended = threading.Event()
    threading.Thread(target=_wait_for_end, args=(ended,), daemon=True).start()
    client = http.client.HTTPConnection(urlsplit(sys.argv[1]).netloc, timeout=_TIMEOUT_SECONDS)
    answers: list[float] = []
    echoes: list[float] = []
    failures: list[str] = []
    while not ended.wait(_PAUSE_SECONDS):
        answers.append(_ask(client, _CALLS[len(answers) % len(_CALLS)], failures))
        started = time.perf_counter()
        ours.sendall(b"x")
        ours.recv(1)
        echoes.append((time.perf_counter() - started) * 1000)
    echo.terminate()
    print(json.dumps({"answers": answers, "echoes": echoes, "failures": failures}))


def _ask(client: http.client.HTTPConnection, path: str, failures: list[str]) -> float:
    """Make a call, note a failure of the mock, and return the milliseconds it took."""
    started = time.perf_counter()
    try:
        client.request("GET", path, headers={"Authorization": f"Bearer {_TOKEN}"})
        answer = client.getresponse()
        answer.read()
        if answer.status >= 500:
            failures.append(f"{answer.status} for GET {path}")
    except (OSError, http.client.HTTPException) as error:
        failures.append(f"{error!r} for GET {path}")
        client.close()
    return (time.perf_counter() - started) * 1000


def _echo(connection: socket.socket) -> None:
    while received := connection.recv(1):
        connection.sendall(received)


def _wait_for_end(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


if __name__ == "__main__":
    main()
