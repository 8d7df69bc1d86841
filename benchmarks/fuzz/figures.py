"""What a fuzz run has found, for readers."""

import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.fuzz.traffic import Findings

MAX_GROWTH, MAX_MILLISECONDS = 0.10, 100
#: What a mock keeps, as the journal, is filled by then.
SETTLED_REQUESTS = 100_000


@dataclass
class Measured:
    """One run: ``memory`` has the resident megabytes at equal intervals, ``honest`` what the other client measured."""

    findings: Findings
    memory: list[float]
    seconds: float
    honest: dict[str, Any]
    tracebacks: list[str] = field(default_factory=list)

    def growth(self) -> float | None:
        """The growth of the memory after a tenth and 100,000 of the requests; None for a run of less than 200,000."""
        if self.findings.requests < 2 * SETTLED_REQUESTS:
            return None
        share = max(0.1, SETTLED_REQUESTS / self.findings.requests)
        size, start = max(1, len(self.memory) // 10), int(len(self.memory) * share)
        return statistics.median(self.memory[-size:]) / statistics.median(self.memory[start : start + size]) - 1

    def listed(self) -> Iterator[str]:
        """Yield what was found, each with the request that made it."""
        found = self.findings
        yield from (f"5xx: {text}" for text in found.errors)
        yield from (f"no answer: {text}" for text in found.hangs)
        yield from (f"other client: {text}" for text in self.honest["failures"][:20])
        yield from (f"log: {text}" for text in dict.fromkeys(self.tracebacks))


def table(measured: Measured, store: str, seed: int) -> tuple[str, bool]:
    """Return the figures as Markdown, and whether all that must hold did."""
    found, rows = measured.findings, _rows(measured)
    lines = [
        f"# Fuzzing, {store}",
        "",
        f"One run of `python -m benchmarks.fuzz` with seed {seed}, Python {sys.version.split()[0]}: "
        f"{found.requests:,} requests in {measured.seconds:.0f} s ({found.requests / measured.seconds:.0f} a second): "
        + ", ".join(f"{number:,} {kind}" for kind, number in sorted(found.sent.items()))
        + ".",
        "",
        "| measured | found | at most | held |",
        "|---|---|---|---|",
        *(f"| {name} | {value} | {bound} | {'yes' if held else '**no**'} |" for name, value, bound, held in rows),
        "",
        f"Resident megabytes at equal intervals: {_ten_of(measured.memory)}. "
        "Answers by status: "
        + ", ".join(f"{status}: {number:,}" for status, number in sorted(found.statuses.items()))
        + ".",
    ]
    return "\n".join(lines) + "\n", all(held for *_, held in rows)


def _rows(measured: Measured) -> list[tuple[str, str, str, bool]]:
    """Return what is measured, what was found, its bound and whether that holds."""
    found, honest, growth = measured.findings, measured.honest, measured.growth()
    answer, echo = percentile(honest["answers"], 0.99), percentile(honest["echoes"], 0.99)
    grown = "too few requests" if growth is None else f"{growth:+.1%}"
    return [
        ("5xx that nobody asked for", f"{found.error_count}", "0", not found.error_count),
        ("no answer within 30 s", f"{found.hang_count}", "0", not found.hang_count),
        ("failures of the other client", f"{len(honest['failures'])}", "0", not honest["failures"]),
        ("tracebacks in the log", f"{len(measured.tracebacks)}", "0", not measured.tracebacks),
        (
            "growth of memory after the first tenth, or 100,000",
            grown,
            f"{MAX_GROWTH:+.0%}",
            (growth or 0) <= MAX_GROWTH,
        ),
        (
            "p99 of the other client beyond that of an echo",
            f"{answer - echo:.0f} ms ({answer:.0f} ms, echo {echo:.0f} ms)",
            f"{MAX_MILLISECONDS} ms",
            answer - echo < MAX_MILLISECONDS,
        ),
    ]


def _ten_of(values: list[float]) -> str:
    return ", ".join(f"{value:.0f}" for value in values[:: max(1, len(values) // 10)])


def percentile(values: list[float], share: float) -> float:
    """Return the value below which this share of them lies; 0 without any."""
    return sorted(values)[int(len(values) * share)] if values else 0


def tracebacks(log: Path) -> list[str]:
    """Return the tracebacks in the log of the mock, each with the lines around it."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    starts = [at for at, line in enumerate(lines) if line.startswith("Traceback")]
    found = []
    for at in starts:
        end = next(
            (to for to in range(at + 1, len(lines)) if not lines[to].startswith((" ", "Traceback"))), len(lines) - 1
        )
        found.append("\n".join([lines[at - 1], *lines[at : end + 1][-12:]]))
    return found
