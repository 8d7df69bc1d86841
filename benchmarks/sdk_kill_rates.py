"""``python -m benchmarks.sdk_kill_rates``: how many generated mutants of the SDK its checks kill, by operator.

It runs ``novavms-contract sdk --kill sdk/mutants --generated``, of all or of a sample, or reads the reports that are
named, and writes results/sdk_kill_rates.md. "By a stated rule" are those that ``novavms-contract sdk`` notices with
exit code 1 unless told that other rules decide too.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from contract_tests import catalogue
from contract_tests.mutation import activation, kill
from contract_tests.report.kill_rates import rate

_ROOT = Path(__file__).parents[1]
_MUTANTS = _ROOT / "sdk" / "mutants"
_RESULTS = _ROOT / "benchmarks" / "results" / "sdk_kill_rates.md"
Report = Mapping[str, Any]


def main() -> int:
    """Run or read, write the figures and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reports", nargs="*", type=Path, metavar="DIR", help="a folder that sdk --report has written")
    parser.add_argument("--sample", metavar="N", help="so many of the mutants, of each operator its share")
    parser.add_argument("--seed", default="0", metavar="N", help="the seed of the sample")
    options = parser.parse_args()
    chosen = ["--sample", options.sample, "--seed", options.seed] if options.sample else []
    reports = [_read(folder) for folder in options.reports] or [_run(chosen)]
    generated = [mutant.id for mutant in kill.sdk_mutants(_MUTANTS, generated=True)]
    text = "\n".join(lines(reports, generated)) + "\n"
    _RESULTS.write_text(text, encoding="utf-8")
    print(text)
    return 0


def lines(reports: Sequence[Report], generated: Sequence[str]) -> Iterator[str]:
    """Yield the table of the operators, the mutants that were not killed, and what no page promises.

    Of a mutant that is in several reports, the last one counts.
    """
    rows = {row["id"]: row for report in reports for row in report["mutants"] if row["id"] in generated}
    total, tried = len(generated), len(rows)
    yield "# Generated mutants of the SDK\n\nWritten by `python -m benchmarks.sdk_kill_rates`.\n"
    killed = [row for row in rows.values() if row["outcome"] == "killed"]
    yield f"{total} are generated, {tried} were tried, {len(killed)} of these killed ({rate(len(killed), tried)}),"
    yield f"{len([*filter(_stated, killed)])} by a stated rule.\n"
    yield "| operator | generated | tried | killed | by a stated rule | rate |\n|---|---|---|---|---|---|"
    for operator, count in sorted(Counter(map(activation.operator_of, generated)).items()):
        found = [row for row in rows.values() if activation.operator_of(row["id"]) == operator]
        noticed = [row for row in found if row["outcome"] == "killed"]
        counts = map(str, (count, len(found), len(noticed), len([*filter(_stated, noticed)])))
        yield f"| {' | '.join([operator, *counts, rate(len(noticed), len(found)) if found else '-'])} |"
    yield "\nNot killed:\n"
    left = sorted(row["id"] for row in rows.values() if row["outcome"] != "killed")
    yield from (f"- `{mutant_id}`" for mutant_id in left or ["none"])
    yield "\nNot counted, as they break no sentence of a page:\n"
    undocumented = {name: why for report in reports for name, why in report["undocumented"].items()}
    yield from (f"- `{name.partition('/')[2]}`: {why}" for name, why in undocumented.items())


def _stated(row: Mapping[str, Any]) -> bool:
    rules = catalogue.load().rules
    return any(rules[rule].strength == "stated" for rule in row["failed_rules"])


def _run(chosen: Sequence[str]) -> Report:
    with tempfile.TemporaryDirectory() as name:
        command = [sys.executable, "-m", "contract_tests", "sdk", "--kill", str(_MUTANTS), "--generated", *chosen]
        subprocess.run([*command, "--report", name], check=False, stdout=subprocess.DEVNULL)
        return _read(Path(name))


def _read(folder: Path) -> Report:
    found: Report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    sys.exit(main())
