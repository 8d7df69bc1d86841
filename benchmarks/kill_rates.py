"""``python -m benchmarks.kill_rates``: how many mutants the suite kills, at home, without a control plane, generated.

It runs ``novavms-contract kill`` in these three ways, and with the mutants of the SDK, or reads the reports named. It
writes results/kill_rates.md, and results/kill_status.csv for the pages about the rules.
"""

import argparse
import csv
import io
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from contract_tests import catalogue
from contract_tests.output.texts import shorten
from contract_tests.report.kill_rates import rate

_ROOT = Path(__file__).parents[1]
_RESULTS = _ROOT / "benchmarks" / "results"
_OUTCOMES = ("killed", "killed_by_other", "survived", "error")
_RUNS = (
    ("kill",),
    ("kill", "--without-control"),
    ("kill", "--generated"),
    ("sdk", "--kill", "sdk/mutants"),
)
_MAX_REASON_CHARS = 160
Report = Mapping[str, Any]


def main() -> int:
    """Run or read them, write the figures and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reports", nargs="*", type=Path, metavar="DIR", help="a folder that kill --report has written")
    reports = [*_read(parser.parse_args().reports)]
    text = "\n".join(lines(reports)) + "\n"
    (_RESULTS / "kill_rates.md").write_text(text, encoding="utf-8")
    (_RESULTS / "kill_status.csv").write_text(status(reports), encoding="utf-8")
    print(text)
    return 0


def lines(reports: Sequence[Report]) -> Iterator[str]:
    """Yield the table of the rates, and what the checks of those mutants needed that were not killed."""
    yield "# Kill rates\n\nWritten by `python -m benchmarks.kill_rates`.\n"
    yield "| command | mutants | killed | by another rule | survived | error | rate |\n|---|---|---|---|---|---|---|"
    for report in reports:
        counts = [report["totals"][name] for name in _OUTCOMES]
        options = " --without-control" * report["without_control"] + " --generated" * ("operators" in report)
        command = (
            "`novavms-contract sdk --kill sdk/mutants`" if _of_sdk(report) else f"`novavms-contract kill{options}`"
        )
        yield f"| {' | '.join([command, *map(str, (sum(counts), *counts)), rate(counts[0], sum(counts))])} |"
    for report in reports:
        if "operators" in report:
            yield from _operators(report)
    reasons = Counter(reason for report in reports for row in report["mutants"] for reason in _reasons(row))
    if reasons:
        yield "\nWhy mutants were not killed, and how many:\n"
        yield from (f"- {reason} ({count})" for reason, count in reasons.most_common())


def _operators(report: Report) -> Iterator[str]:
    """Yield the table of the generated mutants, by operator."""
    undocumented = Counter(mutant_id.partition("/")[2].partition(":")[0] for mutant_id in report["undocumented"])
    yield "\nGenerated mutants, by operator; undocumented ones break no sentence of a page and are not tried:\n"
    yield "| operator | generated | undocumented | tried | killed | rate |\n|---|---|---|---|---|---|"
    for name in sorted({*report["operators"], *undocumented}):
        tried = report["operators"].get(name, {}).get("tried", 0)
        killed = report["operators"].get(name, {}).get("killed", 0)
        counts = map(str, (tried + undocumented[name], undocumented[name], tried, killed))
        yield f"| {' | '.join([name, *counts, rate(killed, tried) if tried else '-'])} |"
    if left := [row for row in report["mutants"] if row["outcome"] != "killed"]:
        yield "\nGenerated mutants that were not killed:\n"
        yield from (f"- `{row['id']}`: {row['outcome'].replace('_', ' ')}" for row in left)


def status(reports: Sequence[Report]) -> str:
    """Return what became of each mutant written by hand, at home and as on a staging target, and why, as CSV."""
    home, staging = (
        {
            row["id"]: row
            for report in reports
            if report["without_control"] is without_control and "operators" not in report
            for row in report["mutants"]
        }
        for without_control in (False, True)
    )
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(("mutant", "home", "staging", "why"))
    for name in sorted({*home, *staging}):
        outcomes = [found.get(name, {}).get("outcome", "") for found in (home, staging)]
        rows.writerow((name, *outcomes, "; ".join(_reasons(staging[name]) if name in staging else ())))
    return written.getvalue()


def _reasons(row: Mapping[str, Any]) -> list[str]:
    """Return the reasons that are the same in every run, each once."""
    if row["outcome"] == "killed":
        return []
    if row["outcome"] == "error":
        return ["the suite could not read what every check starts from"]
    return [shorten(reason, _MAX_REASON_CHARS) for reason in row["reasons"]]


def _of_sdk(report: Report) -> bool:
    about_sdk = {rule.id for rule in catalogue.load().testable(sdk=True)}
    return any(about_sdk.intersection(row.get("breaks", ())) for row in report["mutants"])


def _read(folders: Sequence[Path]) -> Iterator[Report]:
    with tempfile.TemporaryDirectory() as name:
        for number, arguments in enumerate(_RUNS if not folders else ()):
            command = [sys.executable, "-m", "contract_tests", *arguments, "--report", str(Path(name, str(number)))]
            subprocess.run(command, cwd=_ROOT, check=False, stdout=subprocess.DEVNULL)
        for folder in folders or sorted(Path(name).iterdir()):
            yield json.loads((folder / "report.json").read_text(encoding="utf-8"))


if __name__ == "__main__":
    sys.exit(main())
