"""``python -m benchmarks.signature_stability``: whether a waiver written with one seed holds with others.

It kills a sample of mutants with three seeds. The waivers of a mutant hold when its failures with the second and the
third seed have rule, check and signature of failures with the first. It writes results/signature_stability.md.
"""

import argparse
import os
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from contract_tests.mutation import kill
from contract_tests.mutation.kill import Kill

_RESULTS = Path(__file__).parent / "results" / "signature_stability.md"
_SEEDS = (0, 1, 2)
_MUTANTS, _EXAMPLES = 60, 15
_NAMES = ("rule", "check", "signature")
#: What a waiver names, and the texts of the failure.
Failures = Mapping[tuple[str, ...], Mapping[str, str]]


def main() -> int:
    """Measure, write the figures and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutants", type=int, default=_MUTANTS, metavar="N", help="default: %(default)s")
    count = parser.parse_args().mutants
    chosen = random.Random(_MUTANTS).sample(kill.mock_mutants(), count)
    jobs = os.cpu_count() or 1
    runs = []
    for seed in _SEEDS:
        found = kill.run(chosen, jobs, seed, _EXAMPLES, all_killers=True, shrink=True)
        runs.append({each.id: _failures(each) for each in found})
    text = "\n".join(lines([[run[mutant.id] for run in runs] for mutant in chosen])) + "\n"
    _RESULTS.write_text(text, encoding="utf-8")
    print(text)
    return 0


def lines(found: Sequence[Sequence[Failures]]) -> Iterator[str]:
    """Yield the rate and the failures that a waiver of the first seed does not cover."""
    failed = [runs for runs in found if runs[0]]
    new = [(runs[0], run[key], key) for runs in failed for run in runs[1:] for key in run if key not in runs[0]]
    held = sum(all(run.keys() <= runs[0].keys() for run in runs[1:]) for runs in failed)
    yield "# Signatures\n\nWritten by `python -m benchmarks.signature_stability`.\n"
    share = 100 * held / len(failed) if failed else 0.0
    yield f"Waivers written with seed {_SEEDS[0]} hold with seeds {_SEEDS[1]} and {_SEEDS[2]}"
    yield f"for the failures of {held} of {len(failed)} mutants ({share:.1f} %)."
    if new:
        yield "\nNew with another seed:\n"
    for first, failure, (rule, check, _) in new:
        same = [text for (known, by, _), text in first.items() if (known, by) == (rule, check)]
        before = f"; before: {_described(same[0])}" if same else "; held before"
        yield f"- {rule}, {check}: {_described(failure)}{before}"


def _failures(each: Kill) -> Failures:
    return {tuple(row[name] for name in _NAMES): row for row in each.failures}


def _described(failure: Mapping[str, str]) -> str:
    return f"expected `{failure['expected']}`, got `{failure['actual']}`".replace("\n", " ")


if __name__ == "__main__":
    raise SystemExit(main())
