"""What the page of a kill run shows: mutants that were not killed first, then all of them by family."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contract_tests import catalogue
from contract_tests.output.texts import shorten
from contract_tests.report.kill_rates import by_family, family, rate
from contract_tests.report.page import Banner, Row

JSON = dict[str, Any]
WORDS = {"killed": "killed", "survived": "survived", "killed_by_other": "killed by another rule", "error": "error"}
#: Survivors first, those whose rules pass all the same before the others.
_ORDER = ("survived", "killed_by_other", "error", "killed")
_MAX_SHOWN, _MAX_SURVIVORS_SHOWN, _MAX_MUTANTS_SHOWN = 3, 200, 3000
Rates = Sequence[tuple[str, int, int, str]]


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
    """All of it, cut to bounds; ``rates`` are tables by their names: of each row name, tried, killed, rate.

    ``more_survivors`` and ``more_mutants`` count what report.json alone has.
    """

    banner: Banner
    survivors: Sequence[Survivor]
    more_survivors: int
    families: Mapping[str, Sequence[Row]]
    more_mutants: int
    rates: Mapping[str, Rates]


def of(report: Mapping[str, Any], exit_code: int) -> KillPage:
    """Return the page of a kill run from its report.json."""
    mutants = sorted(report["mutants"], key=lambda one: _ORDER.index(one["outcome"]))
    survivors = [mutant for mutant in mutants if mutant["outcome"] != "killed"]
    with_card = {mutant["id"] for mutant in survivors[:_MAX_SURVIVORS_SHOWN]}
    families: dict[str, list[Row]] = {}
    for mutant in mutants[:_MAX_MUTANTS_SHOWN]:
        families.setdefault(family(mutant), []).append(_row(mutant, has_card=mutant["id"] in with_card))
    return KillPage(
        banner=_banner(report, exit_code),
        survivors=[_survivor(mutant) for mutant in survivors[:_MAX_SURVIVORS_SHOWN]],
        more_survivors=len(survivors[_MAX_SURVIVORS_SHOWN:]),
        families=dict(sorted(families.items())),
        more_mutants=len(mutants[_MAX_MUTANTS_SHOWN:]),
        rates={"family": _rates(by_family(report)), "operator": _rates(report.get("operators", {}))},
    )


def _rates(counts: Mapping[str, Mapping[str, int]]) -> Rates:
    return [
        (name, each["tried"], each.get("killed", 0), rate(each.get("killed", 0), each["tried"]))
        for name, each in counts.items()
    ]


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


def _row(mutant: JSON, *, has_card: bool) -> Row:
    killed = mutant["outcome"] == "killed"
    notes = [f"breaks {', '.join(mutant['breaks'])}"]
    if killed and mutant["noticed_by"]:
        notes.append(f"noticed by {', '.join(mutant['noticed_by'][:_MAX_SHOWN])}")
    anchor = f"mutant-{mutant['id']}" if has_card else f"rule-{mutant['id']}"
    return Row(mutant["id"], mutant["outcome"], "", notes, family(mutant), anchor=anchor)


def _survivor(mutant: JSON) -> Survivor:
    known = catalogue.load().rules
    why = [f"passed all the same: {', '.join(mutant['passed_rules'])}"] if mutant["passed_rules"] else []
    if mutant["failed_rules"]:
        why.append(f"failed: {', '.join(mutant['failed_rules'][:_MAX_SHOWN])}")
    why += [f"not checked: {shorten(reason)}" for reason in mutant["reasons"][:_MAX_SHOWN]]
    broken = [(rule, known[rule].says if rule in known else "") for rule in mutant["breaks"]]
    return Survivor(mutant["id"], mutant["outcome"], family(mutant), broken, why)
