"""How much of the catalogue a run must decide: a share of the stated rules, or what an earlier run has decided."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract_tests.gate import earlier_report
from contract_tests.outcomes import Outcome
from contract_tests.verdicts import Verdict

DECIDED = (Verdict.PASS, Verdict.FLAKY, Verdict.FAIL)


@dataclass(frozen=True)
class Floor:
    """The least that a run must decide: ``percent`` of the rules of strength ``stated``, and the rules ``like``."""

    percent: float = 0.0
    like: tuple[str, ...] = ()

    @classmethod
    def of_json(cls, row: Mapping[str, Any]) -> "Floor":
        """Return the floor as a journal has kept it."""
        return cls(row.get("percent", 0.0), tuple(row.get("like", ())))


def decided_by(path: Path) -> tuple[str, ...]:
    """Return the rules that an earlier run decided, from its report.json or its folder. Raises ConfigError."""
    _, rules = earlier_report.load(path)
    decided = {verdict.value for verdict in DECIDED}
    return tuple(row["id"] for row in rules if row["verdict"] in decided and row["decides"])


def share(outcomes: Iterable[Outcome]) -> tuple[int, int]:
    """Return how many rules of strength ``stated`` were decided, and how many there are."""
    stated = [outcome for outcome in outcomes if outcome.rule.strength == "stated"]
    return sum(outcome.verdict in DECIDED for outcome in stated), len(stated)


def shortfall(floor: Floor, outcomes: Sequence[Outcome]) -> list[str]:
    """Return what a run lacks: a line for the share, and one for the rules that are not decided any more."""
    found = []
    decided, total = share(outcomes)
    if total and 100 * decided < floor.percent * total:
        percent = 100 * decided / total
        found.append(f"{decided} of {total} stated rules ({percent:.1f} %) decided, {floor.percent:g} % demanded")
    now = {outcome.rule.id for outcome in outcomes if outcome.verdict in DECIDED}
    if silent := [rule for rule in floor.like if rule not in now]:
        found.append(f"decided before and not now: {', '.join(silent)}")
    return found
