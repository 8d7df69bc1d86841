"""Which checks fit into a number of minutes, by what each of them cost in a dry run."""

import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import msgspec

from contract_tests.dry_run import Cost, DryRun
from contract_tests.plan import Plan


def fitting(costs: Sequence[Cost], stated: Collection[str], seconds: float) -> list[Cost]:
    """Return checks that take no longer together.

    Those come first without which a stated rule has no verdict, then those of the other rules, then further checks of
    rules that have one; at each step those that decide most rules in a second.
    """
    chosen: list[Cost] = []
    decided: set[str] = set()
    for wanted in ({*stated}, {rule for cost in costs for rule in cost.rules}, None):
        for cost in sorted(costs, key=lambda cost: len(cost.rules) / max(cost.seconds, 0.001), reverse=True):
            needed = wanted is None or cost.rules & wanted - decided
            if needed and cost not in chosen and cost.seconds <= seconds:
                chosen.append(cost)
                decided |= cost.rules
                seconds -= cost.seconds
    return chosen


@contextmanager
def applied(plan: Plan, found: DryRun, stated: Collection[str], minutes: float) -> Iterator[Plan]:
    """Yield the plan of a run that takes no more than some minutes, by what was found in a dry run."""
    spent = sum(cost.seconds for cost in found.costs)
    fits = fitting(found.costs, stated, 60 * minutes - max(0.0, found.seconds - spent))
    left_out = {cost.check for cost in found.costs} - {cost.check for cost in fits}
    with tempfile.TemporaryDirectory(prefix="novavms-") as folder:
        file = Path(folder, "left_out.json")
        file.write_bytes(msgspec.json.encode({check: _reason(minutes) for check in left_out}))
        yield replace(plan, left_out_checks=file, ends_at=time.time() + 60 * minutes)


def _reason(minutes: float) -> str:
    return f"left out, as the budget is {minutes:g} minute{'s' * (minutes != 1)}"
