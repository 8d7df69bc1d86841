"""Serves the documents of tests/data/documents with the mock and with Prism, and makes the calls that each names.

For each document it counts the valid calls that get the status that the document promises, the answers that are valid
for their schemas, and the calls that are to be refused and are. Prism needs Node; it is downloaded by npx.

    python -m benchmarks.documents
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from benchmarks.servers import PRISM

RESULTS = Path(__file__).parent / "results" / "documents.md"
_START_SECONDS, _CALL_SECONDS = 120, 10


@dataclass(frozen=True)
class Count:
    """What a server does with a document: is it served; how many calls it answers, validly, and how many it refuses."""

    served: bool
    answered: int = 0
    valid: int = 0
    refused: int = 0


def main() -> int:
    """Print the table and write it; 1 if the mock does less than all."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.documents", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--into", type=Path, default=RESULTS, metavar="FILE", help="where to write the table")
    into = parser.parse_args().into
    from tests.mockserver.openapi import other_documents as documents  # it needs the packages of the tests

    servers = {"mock": [sys.executable, "-m", "mockserver", "serve", "--port", "{port}", "--spec", "{path}"]}
    npx = shutil.which("npx")
    if npx:
        servers[f"Prism {PRISM.rpartition('@')[2]}"] = [
            *(npx, "--yes", PRISM, "mock", "-v", "silent", "-h", "127.0.0.1", "-p", "{port}", "{path}")
        ]
    rows = {}
    for path in documents.PATHS:
        rows[path.stem] = {name: count(command, path, documents) for name, command in servers.items()}
        print(path.stem, rows[path.stem], flush=True)
    text = table(rows, {path.stem: of_document(path, documents) for path in documents.PATHS})
    into.write_text(text, encoding="utf-8")
    print(text + ("" if npx else "Prism is left out: npx is not on the PATH\n"))
    return 0 if all(counts["mock"].served for counts in rows.values()) else 1


def of_document(path: Path, documents: Any) -> tuple[int, int]:
    """Return how many valid calls a document names, and how many that are to be refused."""
    calls = documents.calls(path)
    refused = sum(call.refused for call in calls)
    return len(calls) - refused, refused


def count(command: list[str], path: Path, documents: Any) -> Count:
    """Serve a document, make its calls and count."""
    oracle = documents.Oracle(path)
    answered = valid = refused = 0
    with tempfile.TemporaryDirectory() as folder, _serving(command, path, Path(folder)) as url:
        if url is None:
            return Count(served=False)
        with httpx.Client(base_url=url, trust_env=False, timeout=_CALL_SECONDS) as client:
            for call in documents.calls(path):
                try:
                    response = call.send(client)
                except httpx.HTTPError:
                    continue
                if call.refused:
                    refused += 400 <= response.status_code < 500
                    continue
                both_succeed = call.status < 400 and response.is_success
                answered += response.status_code == call.status or both_succeed
                valid += (response.status_code == call.status or both_succeed) and not _problems(oracle, call, response)
    return Count(True, answered, valid, refused)


def _problems(oracle: Any, call: Any, response: httpx.Response) -> bool:
    template = oracle.operation_of(call.method, call.path.partition("?")[0])
    try:
        return bool(oracle.problems(call.method, template, response))
    except ValueError:  # what is called JSON is not
        return True


@contextmanager
def _serving(command: list[str], path: Path, folder: Path) -> Iterator[str | None]:
    """Run a server on a document and yield its address, None if it ends before it listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = [word.replace("{port}", str(port)).replace("{path}", str(path)) for word in command]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        yield f"http://127.0.0.1:{port}" if _listens(process, port) else None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _listens(process: "subprocess.Popen[bytes]", port: int) -> bool:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        time.sleep(0.1)
    return False


def table(rows: dict[str, dict[str, Count]], named: dict[str, tuple[int, int]]) -> str:
    """Return the figures as Markdown: a row a document, and the totals."""
    names = list(next(iter(rows.values())))
    heads = [f"{name}: {what}" for name in names for what in ("answered", "valid", "refused")]
    calls, refusals = (sum(numbers[place] for numbers in named.values()) for place in (0, 1))
    lines = [
        "# Documents of others",
        "",
        f"One run of `python -m benchmarks.documents`: {len(rows)} documents of our own in the style of public ones, "
        f"with {calls} valid calls and {refusals} that it excludes. *Answered*: valid calls that got the status "
        "that the document promises (any success counts for a success); *valid*: of these, answers that "
        "openapi-schema-validator finds valid; *refused*: excluded calls answered with a 4xx. A dash: not served.",
        "",
        f"| document | valid calls | excluded | {' | '.join(heads)} |",
        f"|{'---|' * (len(heads) + 3)}",
    ]
    for document, counts in rows.items():
        cells = [cell for name in names for cell in _cells(counts[name])]
        lines.append(f"| {document} | {named[document][0]} | {named[document][1]} | {' | '.join(cells)} |")
    totals = [
        str(sum(getattr(counts[name], what) for counts in rows.values()))
        for name in names
        for what in ("answered", "valid", "refused")
    ]
    lines.append(f"| **all** | {calls} | {refusals} | {' | '.join(totals)} |")
    served = ", ".join(f"{name} {sum(counts[name].served for counts in rows.values())}" for name in names)
    return "\n".join([*lines, "", f"Documents served, of {len(rows)}: {served}."]) + "\n"


def _cells(count: Count) -> list[str]:
    return [str(number) if count.served else "-" for number in (count.answered, count.valid, count.refused)]


if __name__ == "__main__":
    sys.exit(main())
