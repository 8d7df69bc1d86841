"""What the page of a kill run shows: mutants that were not killed first, then all of them by family."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contract_tests import catalogue
from contract_tests.output.texts import shorten
from contract_tests.report.page import Banner, Row

JSON = dict[str, Any]
WORDS = {"killed": "killed", "survived": "survived", "killed_by_other": "killed by another rule", "error": "error"}
#: Survivors first, those whose rules pass all the same before the others.
_ORDER = ("survived", "killed_by_other", "error", "killed")
_MAX_SHOWN = 10


@dataclass(frozen=True)
class Survivor:
    """A mutant that was not killed: the sentences of the rules that it breaks, and why no check noticed it."""

    id: str
    state: str
    family: str
    broken: Sequence[tuple[str, str]]
    why: Sequence[str]


@dataclass(frozen=True)
class KillPage:
    """All of it; ``operators`` are rows of the table of generated mutants: name, tried, killed, rate."""

    banner: Banner
    survivors: Sequence[Survivor]
    families: Mapping[str, Sequence[Row]]
    operators: Sequence[tuple[str, int, int, str]]


def of(report: Mapping[str, Any], exit_code: int) -> KillPage:
    """Return the page of a kill run from its report.json."""
    families: dict[str, list[Row]] = {}
    for mutant in report["mutants"]:
        row = _row(mutant)
        families.setdefault(row.group, []).append(row)
    survivors = [_survivor(mutant) for mutant in report["mutants"] if mutant["outcome"] != "killed"]
    operators = [
        (name, counts["tried"], counts.get("killed", 0), rate(counts.get("killed", 0), counts["tried"]))
        for name, counts in report.get("operators", {}).items()
    ]
    return KillPage(
        banner=_banner(report, exit_code),
        survivors=sorted(survivors, key=lambda one: _ORDER.index(one.state)),
        families=dict(sorted(families.items())),
        operators=operators,
    )


def rate(killed: int, total: int) -> str:
    """Return the percentage with one decimal, rounded down: only all of them are 100.0 %."""
    tenths = 1000 * killed // max(1, total)
    return f"{tenths // 10}.{tenths % 10} %"


def _banner(report: Mapping[str, Any], exit_code: int) -> Banner:
    tried, totals = len(report["mutants"]), report["totals"]
    killed = totals["killed"]
    left = tried - killed
    title = "Every mutant is killed" if not left else f"{left:,} of {tried:,} mutants are not killed"
    where = " without a control plane" if report.get("without_control") else ""
    stopped = "" if report["complete"] else "; the run was stopped before all were tried"
    counts = ", ".join(f"{number:,} {WORDS[name]}" for name, number in totals.items() if number)
    return Banner(
        title=title if tried else "No mutant was tried",
        headline=f"kill rate {rate(killed, tried)}{where}: {counts or 'none tried'}{stopped}",
        exit_code=exit_code,
        tone="bad" if exit_code else "good",
        deciding="",
        counts=[(state, totals[state]) for state in _ORDER if totals.get(state)],
    )


def _family(mutant: JSON) -> str:
    rule = catalogue.load().rules.get(mutant["breaks"][0])
    return rule.family if rule else "Other"


def _row(mutant: JSON) -> Row:
    killed = mutant["outcome"] == "killed"
    notes = [f"breaks {', '.join(mutant['breaks'])}"]
    if killed and mutant["noticed_by"]:
        notes.append(f"noticed by {', '.join(mutant['noticed_by'][:_MAX_SHOWN])}")
    anchor = f"rule-{mutant['id']}" if killed else f"mutant-{mutant['id']}"
    return Row(mutant["id"], mutant["outcome"], "", notes, _family(mutant), anchor=anchor)


def _survivor(mutant: JSON) -> Survivor:
    known = catalogue.load().rules
    why = [f"passed all the same: {', '.join(mutant['passed_rules'])}"] if mutant["passed_rules"] else []
    if mutant["failed_rules"]:
        why.append(f"failed: {', '.join(mutant['failed_rules'][:_MAX_SHOWN])}")
    why += [f"not checked: {shorten(reason)}" for reason in mutant["reasons"][:_MAX_SHOWN]]
    broken = [(rule, known[rule].says if rule in known else "") for rule in mutant["breaks"]]
    return Survivor(mutant["id"], mutant["outcome"], _family(mutant), broken, why)
